"""Look-up keys: what a clerk may type or scan to find a card, none of it to be shown.

Standard library only. Exact keys (numbers, e-mail addresses) are hashed, so that no till file
holds them in clear; names, ends of phones and postal codes go into the index of people.
"""

from __future__ import annotations

import json
import re
from hashlib import blake2b
from typing import TYPE_CHECKING, Literal, NamedTuple

from crmsync.identity.search.person import sought

if TYPE_CHECKING:
    from crmsync.model.customer import ContactPoint, SourceCustomer

Kind = Literal["card", "phone", "email"]
SHORT = 6
"""A number of fewer signs is never certain: it may be read as a postal code or a phone's end."""

NOBODY, COUPLE, PERSON = 0, 1, 2
"""Who a unique exact key may greet: nobody, a couple, or (certain) one person."""

_SIGNS = re.compile(r"[^0-9A-Z]")
_DIGITS = re.compile(r"\D")


class Exact(NamedTuple):
    """A hashed exact key, and who it may greet while it is unique."""

    key: str
    greets: int = NOBODY


class Keys(NamedTuple):
    """The look-up keys of one card: exact ones, words of the name, ends of phones, postal codes."""

    exact: tuple[Exact, ...] = ()
    words: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    places: tuple[str, ...] = ()

    def dump(self) -> str:
        """The keys as compact JSON."""
        return json.dumps(self, ensure_ascii=True, separators=(",", ":"))


def load_keys(text: str) -> Keys:
    """The keys written by `Keys.dump`."""
    exact, words, ends, places = json.loads(text)
    return Keys(tuple(Exact(*one) for one in exact), tuple(words), tuple(ends), tuple(places))


def hashed(kind: Kind, value: str) -> str:
    """The exact key of a value in its compared form."""
    text = f"{kind}:{value}".encode()
    return blake2b(text, digest_size=12, person=b"crmsync-till").hexdigest()


def squeezed(number: str) -> str:
    """A card or customer number as it is compared: capitals and digits alone."""
    return _SIGNS.sub("", number.upper())


def digits(text: str) -> str:
    """The digits of a text."""
    return _DIGITS.sub("", text)


def keys_of(customer: SourceCustomer) -> Keys:
    """The look-up keys of a customer, as far as one profile alone can tell."""
    exact = [*_numbers(customer), *_contacts(customer)]
    best = {one.key: one for one in sorted(exact)}
    return Keys(tuple(best[key] for key in sorted(best)), *sought(customer))


def _greets(customer: SourceCustomer) -> int:
    return {"person": PERSON, "couple": COUPLE}.get(customer.kind, NOBODY)


def _numbers(customer: SourceCustomer) -> list[Exact]:
    numbers = (squeezed(customer.loyalty_card), squeezed(customer.customer_number))
    greets = _greets(customer)
    return [
        Exact(hashed("card", number), greets if len(number) >= SHORT else NOBODY)
        for number in numbers
        if number
    ]


def _phones(customer: SourceCustomer) -> list[ContactPoint]:
    return [
        point for point in customer.contacts
        if point.channel in ("phone", "mobile") and len(point.value) > SHORT
    ]  # fmt: skip


def _contacts(customer: SourceCustomer) -> list[Exact]:
    found = [(point, hashed("phone", digits(point.value))) for point in _phones(customer)]
    for point in customer.contacts:
        if point.channel == "email" and point.value:
            spellings = {point.value.casefold(), point.raw.strip().casefold()} - {""}
            found += [(point, hashed("email", spelling)) for spelling in spellings]
    greets = _greets(customer)
    return [
        Exact(key, greets if point.verified and not point.role else NOBODY) for point, key in found
    ]
