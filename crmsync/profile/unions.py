"""Gathers what a customer may have several of: contact points, addresses, privileges, wishes.

Nothing is lost when records become one customer; the same thing told twice stands there once, the
best first. An empty list says that a backend knows none, not that there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from msgspec import structs

from crmsync.model.customer import Address, ContactPoint, Golden, SourceCustomer
from crmsync.model.ref import Ref

TEXT_UNIONS = ("privileges", "marks", "wishes")
UNIONS = ("contacts", "addresses", *TEXT_UNIONS)


class FromSource(Protocol):
    """A source customer and the Ref it came under."""

    @property
    def ref(self) -> Ref: ...

    @property
    def customer(self) -> SourceCustomer: ...


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of a union: its value, what it is told apart by, and the Refs that tell it."""

    value: Any
    key: tuple[str, ...]
    refs: tuple[Ref, ...]
    at: str


def gather(
    visible: Callable[[str], Sequence[Any]],
    rank: Callable[[str, Sequence[Any]], Callable[[Any], Any]],
) -> dict[str, list[Entry]]:
    """Every union field: its entries, each once, best first.

    `visible(field)` are the sources that show a field, `rank(field, sources)` says how much each
    of them counts for it (smaller is better).
    """
    return {
        field: _union(field, sorted(visible(field), key=rank(field, visible(field))))
        for field in UNIONS
    }


def provenance(gathered: Mapping[str, Sequence[Entry]]) -> dict[str, Golden]:
    """One Golden for every entry, under `field.number`."""
    return {
        f"{field}.{number}": _golden(entry)
        for field, entries in gathered.items()
        for number, entry in enumerate(entries)
    }


def _golden(entry: Entry) -> Golden:
    count = len(set(entry.refs))
    rule = "only" if count == 1 else f"told by {count}"
    value = entry.value
    if isinstance(value, ContactPoint):
        value = value.value or value.raw
    elif isinstance(value, Address):
        value = value.key
    return Golden(value, str(entry.refs[0]), rule, entry.at)


def _union(field: str, ranked: Sequence[FromSource]) -> list[Entry]:
    merged = _once(_told(field, ranked))
    return sorted(merged, key=lambda entry: _worth(entry.value))  # stable: sources stay ranked


def _told(field: str, sources: Iterable[FromSource]) -> Iterator[Entry]:
    for source in sources:
        for value in getattr(source.customer, field):
            key = _key(value)
            if any(key):
                yield Entry(value, key, (source.ref,), source.customer.changed_at)


def _key(value: ContactPoint | Address | str) -> tuple[str, ...]:
    """What makes two values the same thing; nothing but '' for a value that says nothing."""
    if isinstance(value, ContactPoint):
        text = value.value or value.raw.strip().casefold()
        return ("phone" if value.channel == "mobile" else value.channel, text) if text else ()
    if isinstance(value, Address):
        if value.key:
            return (value.country, value.key)
        parts = (value.street, value.house_number, *value.extra, value.postal_code, value.city)
        folded = tuple(part.strip().casefold() for part in parts)
        return (value.country, *folded) if any(folded) else ()
    return (value.strip().casefold(),)


def _once(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Every key once, at the place of its first entry, with what the later ones add."""
    found: dict[tuple[str, ...], Entry] = {}
    for entry in entries:
        if entry.key in found:
            found[entry.key] = _merge(found[entry.key], entry)
        else:
            found[entry.key] = entry
    return iter(found.values())


def _merge(first: Entry, second: Entry) -> Entry:
    value, other = first.value, second.value
    if isinstance(value, ContactPoint):
        mobile = "mobile" in (value.channel, other.channel)
        value = structs.replace(
            value,
            channel="mobile" if mobile else value.channel,
            verified=value.verified or other.verified,
            preferred=value.preferred or other.preferred,
            role=value.role or other.role,
        )
    return replace(first, value=value, refs=first.refs + second.refs)


def _worth(value: ContactPoint | Address | str) -> tuple[bool, ...]:
    """What makes an entry better, whoever tells it: smaller is better."""
    if isinstance(value, ContactPoint):
        return (not value.value, value.role, not value.verified, not value.preferred)
    if isinstance(value, Address):
        return (not value.key,)
    return ()
