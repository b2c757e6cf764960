"""Tells what is gone: deleted and archived records, merged ones, and the ids that are there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from crmsync.http.reading.rows import Row
from crmsync.http.reading.stamps import marked
from crmsync.model.stream import Page, reach

Wanted = str | Callable[[Row], Any]
"""A path in a record (dots reach into objects), or what finds it there."""


def with_gone(
    pages: Iterable[Page],
    *,
    key: str = "id",
    deleted: Wanted | None = None,
    into: Wanted | None = None,
    losers: Wanted | None = None,
) -> Iterator[Page]:
    """The pages, with what their records say of deletes and merges told as such.

    `deleted` finds what is set on a record that is gone (`deleted_at`, `archived`); `into` the id
    of the record that this one went into (Salesforce's MasterRecordId): both take the record off
    the page. `losers` finds the ids that went into this record (HubSpot's hs_merged_object_ids), as
    a list or as text between ";" or ",". A merge is told as a merge, never as a delete.
    """
    for page in pages:
        merged, gone = list(page.merged), list(page.deleted)
        taken = []
        for record in page.records:
            name, winner = _id(record, key), _find(record, into)
            merged += [(one, name) for one in _ids(_find(record, losers)) if one != name]
            taken.append(bool(winner) or bool(_find(record, deleted)))
            if winner:
                merged.append((name, str(winner)))
            elif taken[-1]:
                gone.append(name)
        rest = marked(page, [not one for one in taken])
        yield replace(rest, merged=merged, deleted=gone)


def as_deleted(pages: Iterable[Page], *, key: str = "id") -> Iterator[Page]:
    """The pages of a list of what is gone (tombstones, an archive, a recycle bin), told as that."""
    for page in pages:
        gone = [_id(record, key) for record in page.records]
        yield replace(page, records=(), payloads=(), ids=(), deleted=[*page.deleted, *gone])


def ids_of(pages: Iterable[Page], *, key: str = "id") -> Iterator[Sequence[str]]:
    """The ids of the records of each page: what `ListsIds.ids` is asked for."""
    for page in pages:
        yield [_id(record, key) for record in page.records]


def _find(record: Row, what: Wanted | None) -> Any:
    if what is None:
        return None
    return reach(record, what) if isinstance(what, str) else what(record)


def _id(record: Mapping[str, Any], key: str) -> str:
    return str(reach(record, key))


def _ids(found: Any) -> list[str]:
    """Ids as they are written: a list, or text between semicolons or commas."""
    if isinstance(found, str):
        found = found.replace(",", ";").split(";")
    elif isinstance(found, (int, float)):
        found = [found]
    return [str(one).strip() for one in found or () if str(one).strip()]
