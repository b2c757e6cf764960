"""Reads the documents of the store back: what was written as JSON becomes the record it was."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")

_readers: dict[type[Any], TypeAdapter[Any]] = {}
"""Made by the first document of a kind: that takes milliseconds, and most commands read few."""


def read_document(kind: type[T], document: str | bytes) -> T:
    """The record of `kind` that was written as this JSON; pydantic's ValidationError otherwise."""
    if kind not in _readers:
        _readers[kind] = TypeAdapter(kind)
    found: T = _readers[kind].validate_json(document)
    return found
