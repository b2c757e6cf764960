"""Gathers pages for one commit: the last version of each external id, as its page tells it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import repeat
from typing import Any, NamedTuple

import orjson
from xxhash import xxh3_128_digest

from crmsync.errors import RecordError
from crmsync.model.ref import LONGEST, can_be_kept
from crmsync.model.stream import Page, Stream, Unreadable, reach

Told = tuple[bytes, Mapping[str, Any] | None]
"""A record's JSON, as its page holds it or else in canonical form, and the record if decoded."""

_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""NUL as JSON writes it, and no backslash before "u0000"."""

STRICT = (
    orjson.OPT_SORT_KEYS
    | orjson.OPT_PASSTHROUGH_DATACLASS
    | orjson.OPT_PASSTHROUGH_DATETIME
    | orjson.OPT_PASSTHROUGH_SUBCLASS
)
"""JSON and nothing that only Python knows."""


digest = xxh3_128_digest
"""The mark of a payload, 16 bytes (XXH3). It tells versions of one record apart, and guards nothing
against anybody: a cryptographic hash would cost ten times as much."""


@dataclass(slots=True)
class Batch:
    """Pages gathered for one commit."""

    pages: list[Page] = field(default_factory=list)
    size: int = 0

    def add(self, page: Page) -> None:
        """Gather one more page."""
        self.pages.append(page)
        self.size += len(page.records) + len(page.deleted) + len(page.unreadable)


class Gathered(NamedTuple):
    """The records of a batch by external id; what has none; how many records there were."""

    told: dict[str, Told]
    broken: list[tuple[str, Unreadable]]
    read: int


def gather(batch: Batch, stream: Stream) -> Gathered:
    """The last version of each external id, and what has none with its source."""
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
    return Gathered(told, broken, sum(len(page.records) for page in batch.pages))


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
        return orjson.dumps(raw, option=STRICT), raw
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
