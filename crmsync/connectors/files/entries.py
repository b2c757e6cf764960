"""What every file format gives out: entries, each a record or something unreadable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

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
    """Well-formed entries that were read at once: key and JSON of each, and the mark after them.

    What was not read from JSON is written as the engine would write it: by its names in order.
    """

    keys: Sequence[int | str]
    payloads: list[bytes]
    mark: Mark


@runtime_checkable
class ReadsPages(Protocol):
    """A reader that can read many well-formed entries at once."""

    def plain_page(self, mark: Mark, most: int, key: str) -> PlainPage | None:
        """The next entries after `mark`, at most so many, as `entries` would tell them.

        None unless all are plainly good and have a key that needs no tidying; `entries` that were
        begun before then go on as if nobody had asked.
        """
        ...
