"""What an answer holds: its JSON, in which one list of records may stay undecoded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx
import msgspec

from crmsync.http import _faults
from crmsync.model.undecoded import Undecoded

_ANY = msgspec.json.Decoder()
_PARTS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_RECORDS = msgspec.json.Decoder(list[msgspec.Raw])


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
        payloads = list(map(bytes, _RECORDS.decode(content)))
        if any(payload[:1] != b"{" for payload in payloads):
            raise KeyError
        return Undecoded(payloads)
    name, *rest = path
    parts = _PARTS.decode(content)
    inner = _part(parts.pop(name), rest)
    return {key: _ANY.decode(part) for key, part in parts.items()} | {name: inner}
