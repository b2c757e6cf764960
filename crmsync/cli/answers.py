"""Verdicts as JSON lines, as other tools write them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from crmsync.engine.decide import Verdict
from crmsync.model.ref import Ref


class Line(NamedTuple):
    """A line with its number: the verdict, or what is wrong (`said`, never a value of it)."""

    number: int
    verdict: Verdict | None
    said: str = ""


class _Wrong(ValueError):
    """What is wrong with a line."""


def read_answers(lines: Iterable[str], by: str) -> Iterator[Line]:
    """Each line that is not empty. `by` decides where a line names nobody."""
    for number, text in enumerate(lines, 1):
        if text.strip():
            try:
                yield Line(number, _verdict(text, by))
            except _Wrong as error:
                yield Line(number, None, str(error))


def _verdict(text: str, by: str) -> Verdict:
    try:
        told = json.loads(text)
    except ValueError:
        raise _Wrong("this is no JSON.") from None
    if not isinstance(told, dict):
        raise _Wrong("this is no JSON object.")
    band = told.get("verdict")
    if band not in ("same", "apart"):
        raise _Wrong('"verdict" must be "same" or "apart".')
    who = _text(told, "by") or by
    if not who:
        raise _Wrong('"by" must say who decides (a role or initials).')
    return Verdict(_ref(told, "a"), _ref(told, "b"), band, who, _text(told, "note"))


def _ref(told: dict[str, Any], name: str) -> Ref:
    try:
        return Ref.parse(_text(told, name))
    except ValueError:
        raise _Wrong(f'"{name}" must be a record: connection/stream/id.') from None


def _text(told: dict[str, Any], name: str) -> str:
    value = told.get(name, "")
    if not isinstance(value, str):
        raise _Wrong(f'"{name}" must be a text.')
    return value.strip()
