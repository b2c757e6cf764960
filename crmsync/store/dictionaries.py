"""What the records of a stream have in common, as a dictionary that makes each of them small.

A dictionary outlives the records it was made of. So that nothing of a person stays in it when the
person is erased, it is made of records whose values are masked, but for those that many share.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from typing import Any

import orjson
import sqlalchemy as sa
import zstandard

from crmsync.store import codec
from crmsync.store.tables import dictionary
from crmsync.store.work import Work

ENOUGH = 200
"""Records from which a dictionary is made; the first commit of a stream that has as many."""
SAMPLES = 100
SIZE = 8192
"""Bytes of a dictionary at most; larger ones were no better on customers and orders."""
SEGMENT = 800
"""Bytes that are taken over in one piece. Records of a stream look alike from end to end: whole
stretches of them save a fifth more than the short pieces that zstd looks for by itself, and are
found in a fifth of the time."""
SHARED_BY = 0.05
"""A value is common when one record in twenty has it: a country, a status, a frequent town."""

_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")


def packer(work: Work, stream_id: int, payloads: Sequence[bytes]) -> Callable[[bytes], bytes]:
    """How a stream's payloads are packed: with its dictionary, made of these if there is none."""
    where = dictionary.c.stream_id == stream_id
    found = work.one(sa.select(dictionary.c.id, dictionary.c.content).where(where))
    if found is not None:
        return codec.packer(found[0], bytes(found[1]))
    made = _made(payloads) if len(payloads) >= ENOUGH else None
    if made is None:
        return codec.pack
    (number,) = work.numbers("dictionary", 1)
    work.upsert(dictionary, [(number, stream_id, made)])
    return codec.packer(number, made)


def load(work: Work) -> codec.Dictionaries:
    """How to read again what every dictionary was used for; there is one a stream."""
    rows = work.all(sa.select(dictionary.c.id, dictionary.c.content))
    return {number: codec.unpacker(bytes(content)) for number, content in rows}


def _made(payloads: Sequence[bytes]) -> bytes | None:
    """A dictionary of some of the payloads; None where they have too little in common.

    None too where one is nested so deeply that it can be read but not be written again.
    """
    told = list(_decoded(payloads[:: len(payloads) // SAMPLES or 1]))
    try:
        seen = Counter(text for record in told for text in set(_texts(record)))
        common = {text for text, count in seen.items() if count >= len(told) * SHARED_BY}
        masked: list[Any] = [orjson.dumps(_masked(record, common)) for record in told]
        return zstandard.train_dictionary(SIZE, masked, k=SEGMENT, d=8).as_bytes()
    except (zstandard.ZstdError, orjson.JSONEncodeError, RecursionError):
        return None


def _decoded(payloads: Sequence[bytes]) -> Iterator[Any]:
    """What the payloads say, but for those that pass for JSON and are none."""
    for payload in payloads:
        with suppress(orjson.JSONDecodeError):
            yield orjson.loads(payload)


def _texts(told: Any) -> Iterator[str]:
    """Every text in a record, names of fields and values alike."""
    if isinstance(told, str):
        yield told
    elif isinstance(told, dict):
        yield from told
        for value in told.values():
            yield from _texts(value)
    elif isinstance(told, list):
        for value in told:
            yield from _texts(value)


def _masked(told: Any, common: Collection[str]) -> Any:
    """`told` with x for each letter and 0 for each digit of what is not common."""
    if isinstance(told, str):
        return told if told in common else _DIGIT.sub("0", _LETTER.sub("x", told))
    if isinstance(told, dict):
        return {_masked(name, common): _masked(value, common) for name, value in told.items()}
    if isinstance(told, list):
        return [_masked(value, common) for value in told]
    if isinstance(told, bool) or told is None:
        return told
    return int("1" * len(str(int(told)))) if abs(told) < 10**15 else 1
