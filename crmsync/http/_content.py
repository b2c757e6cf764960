"""What an answer holds: its JSON, in which one list of records may stay undecoded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx
import msgspec

from crmsync.http import _faults
from crmsync.model.undecoded import Undecoded

_Raws = list[msgspec.Raw]
_Part = _Raws | dict[str, Any] | str | int | float | bool | None
_ANY = msgspec.json.Decoder()
_LEVEL = msgspec.json.Decoder(dict[str, msgspec.Raw])
_LAST = msgspec.json.Decoder(dict[str, _Part])
"""The object that holds the records: in one pass its lists are cut into their elements."""
_RECORDS = msgspec.json.Decoder(_Raws)


def data(answer: httpx.Response, *, undecoded: str = "") -> Any:
    """The JSON of an answer; NotReadable when it holds none.

    The list at `undecoded` (dots reach into objects, "." is the answer itself) is `Undecoded`,
    where it is a list of objects and everything around it is well-formed.
    """
    if undecoded:
        path = [] if undecoded == "." else undecoded.split(".")
        found = _apart(answer.content, path)
        if found is not None:
            return found
    return _whole(answer)


def _whole(answer: httpx.Response) -> Any:
    try:
        return _ANY.decode(answer.content)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass
    try:  # with a byte order mark, in UTF-16, with NaN, or half an emoji
        return answer.json()
    except (ValueError, RecursionError):  # the second says that it is nested too deep
        raise _faults.unreadable(answer) from None


def _apart(content: bytes, path: Sequence[str]) -> Any:
    try:
        return _part(content, path) if content.isascii() or content.decode() else None
    except (msgspec.MsgspecError, ValueError, RecursionError, KeyError):
        return None


def _part(content: Any, path: Sequence[str]) -> Any:
    """The JSON `content` with the list at `path` undecoded; KeyError where there is none."""
    if not path:
        return _records(_RECORDS.decode(content))
    name, *rest = path
    if not rest:
        level = _LAST.decode(content)
        inner = _records(level.pop(name))
        return {key: _decoded(part) for key, part in level.items()} | {name: inner}
    parts = _LEVEL.decode(content)
    found = _part(parts.pop(name), rest)
    return {key: _ANY.decode(part) for key, part in parts.items()} | {name: found}


def _records(found: Any) -> Undecoded:
    payloads = list(map(bytes, found)) if isinstance(found, list) else [b""]
    if any(payload[:1] != b"{" for payload in payloads):
        raise KeyError
    return Undecoded(payloads)


def _decoded(part: Any) -> Any:
    return list(map(_ANY.decode, part)) if isinstance(part, list) else part
