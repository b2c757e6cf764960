"""Match keys: what two source customers must share to be compared at all.

Strong keys bring records together and are evidence: `e:` e-mail, `p:` phone (E.164), `o:` mobile
phone, `c:` customer number within a namespace, `l:` loyalty card, `v:` VAT id, `b:` name and birth
date, `a:` name (or firm) and address. Clues only say who is worth comparing: `n:` sound of the name
and postal code, `s:` sound of the family name and address, `g:` given name and birth date, `q:`
given name and address, `m:` mailbox whatever its domain. `h:` is an address alone: it finds
households and never brings records together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from xxhash import xxh3_64_intdigest

from crmsync.identity.names import spelling
from crmsync.identity.traits import Traits, traits
from crmsync.model.customer import SourceCustomer
from crmsync.model.ref import LONGEST, Ref
from crmsync.normalize.koelner import koelner

HOUSEHOLD = "h:"

KINDS = "epoclvbangqms"
"""The letters of the keys that bring records together, strong ones first."""

LETTERS = KINDS + HOUSEHOLD[0]
"""All letters; the place of each is what the numbers of its keys end with."""

CLUES = "ngqms"
"""Letters of keys that only say who is worth comparing: they prove nothing by themselves."""

MOST_PEOPLE = 8
"""A key that more different people hold is a placeholder or a switchboard: no key at all."""

MOST_ALIKE = 40
"""A clue that more records hold leads to too many: no clue at all."""

MOST = 1000
"""No key brings more records together than this."""

LEAST_LOCAL = 6
"""A shorter name of a mailbox is many people's."""

MOST_NAMELESS = 12
"""A key that more nameless records hold brings none of them together."""

FIELDS = {
    "e": "email", "p": "phone", "o": "phone", "c": "customer_number", "l": "loyalty_card",
    "v": "vat_id", "b": "birth_date", "a": "address",
}  # fmt: skip
"""What a shared key proves, by its first letter."""


class Census(NamedTuple):
    """Who holds a key: how many different people by their names, how many nameless records."""

    people: int = 0
    nameless: int = 0

    @property
    def alive(self) -> bool:
        """Whether the key brings records with a name together."""
        return self.people <= MOST_PEOPLE

    @property
    def alive_for_nameless(self) -> bool:
        """Whether it brings nameless records to the others."""
        return self.alive and self.nameless <= MOST_NAMELESS

    def counts(self, who: str) -> bool:
        """Whether the key counts for a holder of this sign (`Traits.who`)."""
        return self.alive if who else self.alive_for_nameless


def match_keys(customer: SourceCustomer, *, namespace: str = "") -> tuple[str, ...]:
    """The strong keys of a source customer, sorted.

    `namespace` names the customer numbers that its connection shares with others; without one
    there is no `c:` key, since 4711 exists in every system.
    """
    return strong_keys(traits(Ref("", "", ""), customer, controller="", namespace=namespace))


def strong_keys(side: Traits) -> tuple[str, ...]:
    """The strong keys of what is compared of a source customer, sorted."""
    return _kept(_strong(side))


def _strong(side: Traits) -> Iterator[str]:
    if side.number:
        yield f"c:{side.number}"
    if side.card:
        yield f"l:{side.card}"
    if side.vat:
        yield f"v:{side.vat}"
    for email in side.emails:
        yield f"e:{email}"
    if side.phones:
        own = side.mobiles
        for phone in side.phones:
            yield f"{'o' if phone in own else 'p'}:{phone}"
    yield from _name_keys(side)


def clue_keys(side: Traits) -> tuple[str, ...]:
    """The keys of what may be the same person, spelt, married, moved or entered otherwise."""
    return _kept(_clues(side)) if side.kind != "firm" else ()


def _clues(side: Traits) -> Iterator[str]:
    sound = koelner("".join(side.family))
    if side.given and sound:
        yield from (f"n:{side.given[0][0]} {sound}:{code}" for code in side.codes)
    if sound:
        yield from (f"s:{sound}:{address}" for address in side.addresses)
    if side.given:
        first = spelling(side.given[0])
        yield from (f"q:{first}:{address}" for address in side.addresses)
        if side.birth:
            yield f"g:{first}:{side.birth}"
    for email in side.emails:
        local, _, _ = email.partition("@")
        if len(local) >= LEAST_LOCAL:
            yield f"m:{local}"


def key_numbers(side: Traits) -> tuple[int, ...]:
    """Every key of a source customer as the index holds it, sorted: strong ones, clues, household.

    Two controllers never share a number.
    """
    texts = {*_strong(side), *_household(side)}
    if side.kind != "firm":
        texts.update(_clues(side))
    owner = f"{side.controller}\0"
    return tuple(sorted([_number(owner, text) for text in texts]))


def _number(owner: str, text: str) -> int:
    return (xxh3_64_intdigest((owner + text).encode()) >> 1) & ~15 | _PLACE[text[0]]


_PLACE = {letter: place for place, letter in enumerate(LETTERS)}


def household_keys(side: Traits) -> tuple[str, ...]:
    """The keys of the addresses alone, sorted."""
    return _kept(_household(side))


def _household(side: Traits) -> Iterator[str]:
    return (HOUSEHOLD + address for address in side.addresses)


def _kept(keys: Iterable[str]) -> tuple[str, ...]:
    """The keys sorted, without those that no index could hold: so long is no name and no number."""
    return tuple(sorted(key for key in keys if len(key) <= LONGEST))


def fields_of(keys: Iterable[str]) -> frozenset[str]:
    """The fields that shared keys prove equal."""
    return frozenset(FIELDS[key[0]] for key in keys)


def _name_keys(side: Traits) -> Iterator[str]:
    """Name with birth date or address; each half of a double name counts (before the marriage)."""
    for name in _names(side):
        if side.birth:
            yield f"b:{name}:{side.birth}"
        for address in side.addresses:
            yield f"a:{name}:{address}"


def _names(side: Traits) -> Iterator[str]:
    if side.kind == "firm":
        yield f"firm {side.company}"
    elif side.given:
        first = spelling(side.given[0])
        yield from (f"{first} {word}" for word in side.family)
