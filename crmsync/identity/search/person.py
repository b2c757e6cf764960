"""Under which words, phone ends and postal codes a customer is found. Standard library only."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crmsync.identity.search.words import Parts, name_words, written

if TYPE_CHECKING:
    from crmsync.model.customer import SourceCustomer

END = 4
"""So many last digits of a phone are searched."""
SHORT = 6
"""No phone has so few signs."""


class Sought(NamedTuple):
    """The words of a customer's name, the ends of the phones, the postal codes."""

    words: tuple[str, ...]
    ends: tuple[str, ...]
    places: tuple[str, ...]


def sought(customer: SourceCustomer) -> Sought:
    """Under what a customer is found."""
    phones = {
        point.value[-END:]
        for point in customer.contacts
        if point.channel in ("phone", "mobile") and len(point.value) > SHORT
    }
    codes = [written(address.postal_code) for address in customer.addresses]
    places = {code[0] for code in codes if code}
    return Sought(name_words(_parts(customer)), tuple(sorted(phones)), tuple(sorted(places)))


def _parts(customer: SourceCustomer) -> Parts:
    name = customer.name
    if name is None:
        return Parts(company=customer.company)
    given = f"{name.given} {name.additional}"
    return Parts(
        given, name.nobility, name.family, name.suffix, customer.company, name.family_first
    )
