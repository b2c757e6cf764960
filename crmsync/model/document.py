"""The documents of the store: records as JSON, and back from JSON the records they were."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_readers: dict[type[Any], msgspec.json.Decoder[Any]] = {}
"""Made by the first document of a kind: that takes milliseconds, and most commands read few."""

_writer = msgspec.json.Encoder()


def read_document(kind: type[T], document: str | bytes) -> T:
    """The record of `kind` that was written as this JSON; ValueError when it is none."""
    if kind not in _readers:
        _readers[kind] = msgspec.json.Decoder(kind)
    found: T = _readers[kind].decode(document)
    return found


def write_document(record: object) -> bytes:
    """A record, or a tuple of them, as JSON in UTF-8; equal records give equal bytes."""
    return _writer.encode(record)
