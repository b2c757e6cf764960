"""Lands pages: raw records, deletes and merges, in one commit with the cursor."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import repeat
from typing import Any

import orjson

from crmsync.engine.outcome import digest
from crmsync.engine.report import balance
from crmsync.errors import RecordError
from crmsync.model.ref import LONGEST, Ref, can_be_kept
from crmsync.model.stream import Page, Stream, Unreadable, reach
from crmsync.store import Work, merges, parking, records
from crmsync.store.parking import Parking
from crmsync.store.records import Known, Raw, StreamRow, decoded

Told = tuple[bytes, Mapping[str, Any] | None]
"""A record's JSON, as its page holds it or else in canonical form, and the record if decoded."""

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""NUL as JSON writes it, and no backslash before "u0000"."""

_STRICT = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)


@dataclass(slots=True)
class Batch:
    """Pages gathered for one commit.

    After landing, `met` are the ids of its records, `places` the unreadable ones of each source,
    `wholes` the sources that were read from their beginning to their end, and `landed` the new and
    changed records, which are to be normalized in the same unit of work.
    """

    pages: list[Page] = field(default_factory=list)
    size: int = 0
    met: list[int] = field(default_factory=list)
    places: dict[str, set[str]] = field(default_factory=dict)
    wholes: set[str] = field(default_factory=set)
    landed: list[Raw] = field(default_factory=list)

    def add(self, page: Page) -> None:
        """Gather one more page."""
        self.pages.append(page)
        self.size += len(page.records) + len(page.deleted) + len(page.unreadable)


def land(work: Work, row: StreamRow, stream: Stream, batch: Batch) -> dict[str, int]:
    """Write a batch; gives read = new + changed + unchanged + repeated + unreadable, and deleted.

    A record is skipped only when its hash is unchanged, or it says the same in another writing,
    and it is alive. Deletes come after the records of their page, merges last.
    """
    unreadable = [item for page in batch.pages for item in page.unreadable]
    told, broken, read = _gather(batch, stream)
    found = records.known(work, row.id, told)
    counts = {"read": read + len(unreadable), "repeated": read - len(told) - len(broken)}
    counts["unreadable"] = len(unreadable) + len(broken)
    counts |= _write(work, row, batch, told, found)
    balance("land", counts)
    _park(work, row, batch, broken)
    counts["deleted"] = delete(work, row, [i for page in batch.pages for i in page.deleted])
    counts["merged"] = _merge(work, row, [pair for page in batch.pages for pair in page.merged])
    return counts


def _gather(
    batch: Batch, stream: Stream
) -> tuple[dict[str, Told], list[tuple[str, Unreadable]], int]:
    """The last version of each external id; what has none; how many records there were."""
    told: dict[str, Told] = {}
    broken: list[tuple[str, Unreadable]] = []
    for page in batch.pages:
        payloads, ids = _payloads(page), _told_ids(page)
        whole = [payload for payload in payloads if payload is not None]
        names = ids or external_ids(page.records, stream.key)
        plain = names and len(whole) == len(names) and not _any_nul(whole)
        if names and plain and _can_all_be_kept(names):
            records = repeat(None, len(ids)) if ids else page.records
            told.update(zip(names, zip(whole, records, strict=True), strict=True))
        else:
            broken += _gather_each(page, stream, told)
    return told, broken, sum(len(page.records) for page in batch.pages)


def _gather_each(
    page: Page, stream: Stream, told: dict[str, Told]
) -> Iterator[tuple[str, Unreadable]]:
    """Add a page's records to `told` one by one; gives those that have no usable id or text.

    Those whose ids are told stay undecoded: what JSON cannot say in them is found when they are.
    """
    ids = _told_ids(page)
    raws: Iterable[Any] = repeat(None, len(ids)) if ids else page.records
    for row, (raw, known) in enumerate(zip(raws, _payloads(page), strict=True)):
        payload = b""
        try:
            payload, record = (known, raw) if known else _bytes(raw)
            if _any_nul([payload]):
                raise RecordError("a text in it holds a NUL sign")
            name = _kept(ids[row], stream.key) if ids else external_id(record, stream.key)
            told[name] = payload, record
        except RecordError as error:
            payload = payload or json.dumps(raw, default=str, skipkeys=True).encode()
            place = f"{page.source or stream.name}#{digest(payload).hex()}"
            yield page.source, Unreadable(place, error.message, payload)


def _payloads(page: Page) -> Sequence[bytes | None]:
    """The bytes of each record where the page holds them for all of its records."""
    whole = len(page.payloads) == len(page.records)
    return page.payloads if whole else [None] * len(page.records)


def _told_ids(page: Page) -> Sequence[str]:
    """The external ids that a page tells beside the bytes of all its records; else none."""
    whole = len(page.ids) == len(page.records) == len(page.payloads)
    return page.ids if whole and None not in page.payloads else ()


def external_ids(records: Sequence[Mapping[str, Any]], key: str) -> list[str] | None:
    """The external ids of records, in their order; None unless all of them are plainly good."""
    values = [record.get(key) for record in records]
    if not {int, str}.issuperset(map(type, values)):
        return None
    return list(map(str, values))


def _can_all_be_kept(names: Sequence[str]) -> bool:
    """Whether each is an external id that a store can hold."""
    text = "".join(names)
    plain = text.isascii() and "\0" not in text and max(map(len, names)) <= LONGEST
    return all(names) and (plain or all(map(can_be_kept, names)))


def external_id(raw: Mapping[str, Any], key: str) -> str:
    """The external id under `key`; RecordError without one, or when no store can keep it."""
    value = reach(raw, key)
    if value is None or isinstance(value, (bool, float, list, dict)):
        raise RecordError("the record has no external id", field=key)
    return _kept(str(value), key)


def _kept(name: str, key: str) -> str:
    """The external id `name`; RecordError when no store can keep it."""
    if not name:
        raise RecordError("the record has no external id", field=key)
    if len(name) > LONGEST:
        raise RecordError(f"the external id has more than {LONGEST} signs", field=key)
    if not can_be_kept(name):
        raise RecordError("the external id holds signs that are no text", field=key)
    return name


def _any_nul(payloads: Iterable[bytes]) -> bool:
    """Whether one holds a NUL sign, which no text of PostgreSQL can hold; looks for "\\" first."""
    escaped = [payload for payload in payloads if b"\\" in payload]
    return any(b"u0000" in payload and _NUL.search(payload) for payload in escaped)


def _bytes(raw: Mapping[str, Any]) -> tuple[bytes, Mapping[str, Any]]:
    """The record as canonical JSON, and as what that JSON says, which is what mappers see.

    RecordError when there is no such JSON.
    """
    try:
        return orjson.dumps(raw, option=_STRICT), raw
    except TypeError:
        pass
    try:
        payload = orjson.dumps(raw, default=_plain, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:  # half an emoji, a number beyond 64 bits, an object of Python's
        raise RecordError("the record holds what JSON cannot say") from error
    return payload, orjson.loads(payload)


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"a record may hold JSON and decimals, not {type(value).__name__}")


def _write(
    work: Work,
    row: StreamRow,
    batch: Batch,
    told: Mapping[str, Told],
    found: Known,
) -> dict[str, int]:
    hashes = {name: digest(payload) for name, (payload, _) in told.items()}
    fresh = [name for name in told if name not in found.ids]
    other = [name for name, mark in found.hashes.items() if mark != hashes[name]]
    same = _said_before(work, found, told, other)
    changed = [name for name in other if name not in same]
    numbers = work.numbers("record", len(fresh)) if fresh else range(0)
    ids = dict(zip(fresh, numbers, strict=True)) | {name: found.ids[name] for name in changed}
    rows = [(number, name, hashes[name], told[name][0]) for name, number in ids.items()]
    records.land(work, row.id, rows, new=not changed)
    _wake(work, row, fresh)
    new = len(fresh)
    batch.met = [*found.ids.values(), *numbers]
    batch.landed = [
        Raw(number, row.id, name, False, _either(told[name]), place < new)
        for place, (name, number) in enumerate(ids.items())
    ]
    unchanged = len(told) - len(fresh) - len(changed)
    return {"new": len(fresh), "changed": len(changed), "unchanged": unchanged}


def _said_before(
    work: Work, found: Known, told: Mapping[str, Told], other: Sequence[str]
) -> set[str]:
    """Those of `other` that only write the same in another way: order of keys, blanks, escapes.

    Python calls 7, 7.0 and True equal or nearly so, a text made of them is not: their JSON decides.
    """
    alive = {found.ids[name]: name for name in other if found.hashes[name]}
    return {
        alive[raw.id]
        for raw in records.load_raw(work, alive)
        if _says_the_same(decoded(raw.payload), decoded(_either(told[alive[raw.id]])))
    }


def _either(told: Told) -> Mapping[str, Any] | bytes:
    """The record, or its bytes as long as nobody needed more."""
    return told[0] if told[1] is None else told[1]


def _says_the_same(one: object, other: object) -> bool:
    """Whether two records are the same JSON; False for what is none, or is nested too deeply."""
    if one is None or other is None:
        return False
    try:
        first, second = (orjson.dumps(told, option=_STRICT) for told in (one, other))
    except orjson.JSONEncodeError:
        return False
    return first == second


def _wake(work: Work, row: StreamRow, fresh: Sequence[str]) -> None:
    """Ask again for the records that waited for these."""
    if fresh and records.any_waiting(work):
        waiting = records.waiting_for(work, row.id, fresh)
        work.log_records(records.topic(row.connection), waiting)


def delete(work: Work, row: StreamRow, external_ids: Sequence[str]) -> int:
    """Tombstone living records; gives how many there were."""
    if not external_ids:
        return 0
    found = records.known(work, row.id, external_ids)
    ids = [found.ids[name] for name, mark in found.hashes.items() if mark]
    records.tombstone(work, ids)
    work.log_records(records.topic(row.connection), ids)
    return len(ids)


def _merge(work: Work, row: StreamRow, pairs: Sequence[tuple[str, str]]) -> int:
    """A merge in the backend links loser and winner for good; it deletes nobody."""
    names = [name for pair in pairs for name in pair]
    found = records.numbers_of(work, row.id, names)
    both = [pair for pair in pairs if pair[0] in found and pair[1] in found]
    for loser, winner in both:
        records.mark_merged(work, found[loser], found[winner])
        refs = [Ref(row.connection, row.name, name) for name in (loser, winner)]
        merges.backend_merge(work, *refs)
        work.log_records("source", [found[loser], found[winner]])
    return len(both)


def _park(
    work: Work, row: StreamRow, batch: Batch, broken: Sequence[tuple[str, Unreadable]]
) -> None:
    unreadable = [(page.source, item) for page in batch.pages for item in page.unreadable]
    batch.places = {page.source: set() for page in batch.pages}
    batch.wholes = {page.source for page in batch.pages if page.whole}
    for source, item in [*unreadable, *broken]:
        batch.places[source].add(item.place)
    parking.park(
        work,
        [
            Parking("land", row.id, None, item.place, source, "", "unreadable", item.reason,
                    item.raw)
            for source, item in [*unreadable, *broken]
        ],
    )  # fmt: skip
