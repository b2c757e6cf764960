"""Reads the documents of the store back: what was written as JSON becomes the record it was."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_readers: dict[type[Any], msgspec.json.Decoder[Any]] = {}
"""Made by the first document of a kind: that takes milliseconds, and most commands read few."""


def read_document(kind: type[T], document: str | bytes) -> T:
    """The record of `kind` that was written as this JSON; ValueError when it is none."""
    if kind not in _readers:
        _readers[kind] = msgspec.json.Decoder(kind)
    found: T = _readers[kind].decode(document)
    return found
