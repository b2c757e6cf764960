"""What every file format gives out: entries, each a record or something unreadable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

import orjson

from crmsync.connectors.files.lines import Mark

KEPT = 65_536
"""How many bytes of something unreadable are kept to look at."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A line, row or file that cannot be read, and why.

    `unfinished` says that it stands at the end and may still be being written.
    """

    reason: str
    raw: bytes = b""
    unfinished: bool = False


Item = Mapping[str, Any] | Broken
Entry = tuple[Item, int, Mark]
"""An item, the line or row it begins at (from 1), and the mark after it."""


class Reader(Protocol):
    """One open file of any format.

    `columns` are the names in its head; None where every record names its own fields. `grows` says
    that more may be written at its end without touching what stands before. `payload` is the JSON
    that the entry given out last was read from, None where it was not read from JSON.
    """

    @property
    def columns(self) -> Sequence[str] | None: ...

    @property
    def grows(self) -> bool: ...

    @property
    def payload(self) -> bytes | None: ...

    def entries(self, mark: Mark) -> Iterator[Entry]:
        """Every entry after `mark`; the marks never go back."""
        ...


class PlainPage(NamedTuple):
    """Well-formed JSON objects that were read at once, the key of each, and the mark after them."""

    keys: list[int | str]
    payloads: list[bytes]
    mark: Mark


class Undecoded(Sequence[Mapping[str, Any]]):
    """The records in some payloads, decoded whenever one is asked for."""

    def __init__(self, payloads: Sequence[bytes]) -> None:
        self._payloads = payloads

    def __len__(self) -> int:
        return len(self._payloads)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [orjson.loads(payload) for payload in self._payloads[place]]
        return orjson.loads(self._payloads[place])


@runtime_checkable
class ReadsPages(Protocol):
    """A reader that can read many well-formed entries at once."""

    def plain_page(self, mark: Mark, most: int, key: str) -> PlainPage | None:
        """The next `most` entries after `mark`; None unless all are plainly good and have a key."""
        ...
