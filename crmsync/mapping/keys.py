"""Finds the external id of a record: one column, or several joined."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from crmsync.model.ref import id_text
from crmsync.model.stream import reach

KEY = "_key"
"""Where a record holds its external id when several columns make it."""

Record = Mapping[str, Any]
TellKey = Callable[[Record], str | None]


def stream_key(keys: Sequence[str]) -> str:
    """The `Stream.key` for these columns: the column itself, or the field that joins several."""
    return keys[0] if len(keys) == 1 else KEY


def key_teller(keys: Sequence[str]) -> TellKey:
    """A function that gives the external id of a record; None where a part of it is empty."""
    if len(keys) == 1:
        return lambda record: _text(reach(record, keys[0]))

    def tell(record: Record) -> str | None:
        parts = [_text(reach(record, key)) for key in keys]
        return join_key(part for part in parts if part) if all(parts) else None

    return tell


def join_key(parts: Iterable[str | None]) -> str:
    """One text of several; different parts never make the same text."""
    return "|".join(str(part).replace("\\", "\\\\").replace("|", "\\|") for part in parts)


def _text(value: Any) -> str | None:
    """A part of a key as text; None where there is none, or where it may be another's too."""
    return (id_text(value) or "").strip() or None


def without_key(record: Record, keys: Sequence[str]) -> str:
    """What is wrong with a record that has no key, for people."""
    values = [reach(record, key) for key in keys]
    word = "value" if any(value in (None, "") for value in values) else "whole number or text"
    return f"has no {word} in {', '.join(keys)!r}"


def with_key(record: Record, key: str, keys: Sequence[str]) -> Record:
    """The record with its external id where `stream_key` says it is found, without blanks."""
    name = stream_key(keys)
    told = record.get(name)
    if told == key or (told is None and name != KEY) or told.__class__ is int:
        return record
    return {**record, name: key}
