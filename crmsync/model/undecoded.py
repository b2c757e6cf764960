"""Records as the bytes of their JSON, decoded only when somebody asks for one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import orjson


class Undecoded(Sequence[Mapping[str, Any]]):
    """The records in `payloads`, each decoded whenever it is asked for.

    Most of what a backend tells has not changed: the engine sees that by the bytes.
    """

    def __init__(self, payloads: Sequence[bytes]) -> None:
        self.payloads = payloads

    def __len__(self) -> int:
        return len(self.payloads)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [orjson.loads(payload) for payload in self.payloads[place]]
        return orjson.loads(self.payloads[place])


def read_keys(payloads: Sequence[bytes], name: str) -> list[int | str] | None:
    """The number or text that each JSON object calls `name`; None where one is no such object.

    They are looked through, which checks that they are JSON, and nothing else of them is decoded.
    """
    found = _keyed(name)
    if found is None:
        return None
    decode, errors = found
    try:
        return [one.key for one in map(decode, payloads)]
    except errors:
        return None


@cache
def _keyed(name: str) -> tuple[Callable[[bytes], Any], tuple[type[Exception], ...]] | None:
    """What reads the key called `name`, and what it raises; None where no name is so written."""
    import msgspec

    try:
        shape = msgspec.defstruct("Keyed", [("key", int | str)], rename={"key": name})
    except ValueError:  # a quote, a backslash
        return None
    return msgspec.json.Decoder(shape).decode, (msgspec.MsgspecError, RecursionError)


def are_plain(keys: Sequence[int | str]) -> bool:
    """Whether no key needs tidying: each is a number of 64 bits, or a text without blanks."""
    texts = [key for key in keys if isinstance(key, str)]
    if not texts:
        return all(-(2**63) <= key < 2**64 for key in keys if isinstance(key, int))
    return len(texts) == len(keys) and all(key and key == key.strip() for key in texts)
