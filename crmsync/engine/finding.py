"""Finds customers of the store by what was typed: a number, an address, a name as it is heard."""

from __future__ import annotations

from typing import NamedTuple

from crmsync.identity.search.find import MOST
from crmsync.identity.search.stored import find_customers
from crmsync.model.customer import Profile, SourceCustomer
from crmsync.model.document import read_document
from crmsync.store import Work, cards
from crmsync.till.search import exact_keys


class Found(NamedTuple):
    """A customer as a list shows it: `sources` records are one customer."""

    customer_id: str
    controller: str
    name: str
    place: str
    sources: int


def find_people(
    work: Work, text: str, *, calling_code: str = "49", most: int = MOST
) -> list[Found]:
    """At most `most` living customers for a text, best first: those with the number or address
    that it is, then those whose name it may be.

    `calling_code` belongs to numbers typed with a leading 0.
    """
    owners = cards.owners(work, exact_keys(text, calling_code))
    ids = sorted({name for people in owners.values() for name in people})
    if "@" not in text:
        ids += find_customers(work, text, most=most)
    profiles = cards.profiles(work, ids)
    unique = [name for name in dict.fromkeys(ids) if name in profiles]
    return [_found(read_document(Profile, profiles[name])) for name in unique[:most]]


def _found(profile: Profile) -> Found:
    customer = profile.customer
    name = customer.name.display if customer.name else ""
    names = [part for part in (name, customer.company) if part]
    return Found(
        profile.customer_id, profile.controller, ", ".join(names), _place(customer),
        len(profile.sources),
    )  # fmt: skip


def _place(customer: SourceCustomer) -> str:
    """Postal code and city of the first address that has them."""
    places = (f"{one.postal_code} {one.city}".strip() for one in customer.addresses)
    return next(filter(None, places), "")
