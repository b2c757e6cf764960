"""Match keys: what two source customers must share to be compared at all.

Strong keys bring records together: `e:` e-mail, `p:` phone (E.164), `c:` customer number within a
namespace, `l:` loyalty card, `v:` VAT id, `b:` name and birth date, `a:` name (or firm) and
address. `h:` is an address alone: it finds households and never brings records together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from crmsync.identity.names import spelling
from crmsync.identity.traits import Traits, traits
from crmsync.model.customer import SourceCustomer
from crmsync.model.ref import LONGEST, Ref

HOUSEHOLD = "h:"

MOST_PEOPLE = 8
"""A key that more different people hold is a placeholder or a switchboard: no key at all."""

MOST_NAMELESS = 12
"""A key that more nameless records hold brings none of them together."""

FIELDS = {
    "e": "email", "p": "phone", "c": "customer_number", "l": "loyalty_card", "v": "vat_id",
    "b": "birth_date", "a": "address",
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
    singles = (("c:", side.number), ("l:", side.card), ("v:", side.vat))
    found = {letter + value for letter, value in singles if value}
    found.update(f"e:{value}" for value in side.emails)
    found.update(f"p:{value}" for value in side.phones)
    found.update(_name_keys(side))
    return _kept(found)


def household_keys(side: Traits) -> tuple[str, ...]:
    """The keys of the addresses alone, sorted."""
    return _kept(HOUSEHOLD + address for address in side.addresses)


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
