"""Reads the lines of a tap: which message each is, and what it says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

Json = Any

IGNORED = ("_sdc_extracted_at", "_sdc_received_at", "_sdc_batched_at", "_sdc_sequence",
           "_sdc_table_version", "_sdc_sync_started_at")  # fmt: skip
"""Fields that say when a record was read, not what it says: with them each reading changes all."""


class Message(NamedTuple):
    """One message: its type in capitals, its stream ("" where it has none), and all it says."""

    type: str
    stream: str
    body: Mapping[str, Json]


class Rubbish(NamedTuple):
    """A line that is no message; `record` says that it looks like the message of a record."""

    record: bool


def read_line(line: bytes) -> Message | Rubbish:
    """The message in a line."""
    body = _decoded(line)
    kind = body.get("type") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(kind, str):
        head = line[:300].upper()
        return Rubbish(line.lstrip().startswith(b"{") and b'"RECORD"' in head)
    stream = body.get("stream")
    return Message(kind.upper(), stream if isinstance(stream, str) else "", body)


def _decoded(line: bytes) -> Json:
    """What a line says; numbers that JSON does not know, which Python writes, are nothing."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(line, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None


def tidied(record: Mapping[str, Json]) -> Mapping[str, Json]:
    """The record without what says only when it was read."""
    if any(name in record for name in IGNORED):
        return {name: value for name, value in record.items() if name not in IGNORED}
    return record
