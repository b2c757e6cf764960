"""Privileges, wishes and marks that interactions tell: a note grants one, a later note ends it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import structs

from crmsync.model.customer import SourceCustomer
from crmsync.model.detail import read_details
from crmsync.profile.survivorship import Source
from crmsync.profile.unions import TEXT_UNIONS
from crmsync.store.profiles import Noted


def granted(notes: Iterable[Noted]) -> dict[str, list[Source]]:
    """What the interactions grant each customer and nobody has ended, as sources of unions alone.

    `notes` come in the order of their stamps: what one ends, an earlier one granted.
    """
    found: dict[str, list[Source]] = {}
    for note in notes:
        details = read_details(note.details)
        if details.ended:
            before = found.get(note.customer_id, [])
            found[note.customer_id] = [_without(one, details.ended) for one in before]
        if any(getattr(details, field) for field in TEXT_UNIONS):
            customer = SourceCustomer(
                privileges=details.privileges, marks=details.marks, wishes=details.wishes,
                changed_at=note.at,
            )  # fmt: skip
            found.setdefault(note.customer_id, []).append(Source(note.ref, customer))
    return found


def _without(source: Source, ended: Iterable[str]) -> Source:
    """The source without what has ended, whatever its case."""
    gone = {text.casefold() for text in ended}
    left = {
        field: tuple(one for one in getattr(source.customer, field) if one.casefold() not in gone)
        for field in TEXT_UNIONS
    }
    return Source(source.ref, structs.replace(source.customer, **left))
