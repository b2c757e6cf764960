"""Collects the entries of one file into pages, and counts what could not be read."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

from crmsync.connectors.files.entries import Broken, Entry, PlainPage, Reader, ReadsPages
from crmsync.connectors.files.folder import Position, Reading
from crmsync.connectors.files.lines import Mark
from crmsync.mapping import ROWS, Record, key_teller, with_key, without_key
from crmsync.model.stream import Page, Unreadable
from crmsync.model.undecoded import Undecoded

PAGE = 500
"""Records on a page."""
PAGE_ROWS = 2_500
"""Rows on a page, where several make one record."""


class Pager:
    """The pages of one `reading`; `mark`, `bad` and `unfinished` tell how far it has come."""

    def __init__(self, reading: Reading, position: Position, keys: Sequence[str]) -> None:
        self.mark: Mark = reading.mark
        self.bad = reading.bad
        self.unfinished = False
        self._reading, self._position = reading, position
        self._keys, self._tell = keys, key_teller(keys)
        self._records: list[Record] = []
        self._payloads: list[bytes | None] = []
        self._unreadable: list[Unreadable] = []

    def pages(
        self, reader: Reader, entries: Callable[[Mark], Iterable[Entry]], *, at_once: bool
    ) -> Iterator[Page]:
        """Every full page once something follows it; the rest waits for `last_page`.

        With `at_once` a page is read by one call wherever all on it is well-formed and plain; what
        is not is taken from `entries` after a mark, one by one.
        """
        quick = at_once and not self._reading.again and len(self._keys) == 1
        plain = reader if quick and isinstance(reader, ReadsPages) else None
        found = self._at_once(plain)
        while True:
            while found is not None:
                yield self._plain_page(found)
                found = self._at_once(plain)
            found = yield from self._one_by_one(entries(self.mark), reader, plain)
            if found is None:
                return

    def _at_once(self, reader: ReadsPages | None) -> PlainPage | None:
        """The next page, where it can be read by one call."""
        return None if reader is None else reader.plain_page(self.mark, PAGE, self._keys[0])

    def _plain_page(self, found: PlainPage) -> Page:
        self.mark = found.mark
        return Page(
            records=Undecoded(found.payloads),
            next_position=self._within().to_json(),
            source=self._reading.name,
            payloads=found.payloads,
            ids=list(map(str, found.keys)),
        )

    def _one_by_one(
        self, entries: Iterable[Entry], reader: Reader, plain: ReadsPages | None
    ) -> Generator[Page, None, PlainPage | None]:
        """The pages of `entries`, up to one that can be read at once again: gives that, or None."""
        rows = 0
        for item, line, mark in entries:
            if len(self._records) + len(self._unreadable) >= PAGE or rows >= PAGE_ROWS:
                yield self._page(self._within(), whole=False)
                rows = 0
                if reader.grows and (found := self._at_once(plain)) is not None:
                    return found
            self._take(item, line, reader.payload)
            self.mark = mark
            rows += len(item.get(ROWS, ())) if not isinstance(item, Broken) else 1
        return None

    def last_page(self, position: Position) -> Page:
        """What is left, with `position` to go on at."""
        whole = self._reading.whole and not self.unfinished
        return self._page(position, whole=whole)

    def _take(self, item: Record | Broken, line: int, payload: bytes | None) -> None:
        if isinstance(item, Broken):
            self._complain(item, line)
            return
        key = self._tell(item)
        if key is None:
            if any(value not in (None, "") for value in item.values()):
                self._complain(Broken(without_key(item, self._keys)), line)
        elif not self._reading.again:
            record = with_key(item, key, self._keys)
            self._records.append(record)
            own = record is item and ROWS not in record  # of several rows it is only the last's
            self._payloads.append(payload if own else None)

    def _complain(self, broken: Broken, line: int) -> None:
        if broken.unfinished and not self._reading.finished:
            self.unfinished = True
            return
        self.bad += 1
        place = f"{self._reading.name}:{line}"
        self._unreadable.append(Unreadable(place, broken.reason, broken.raw))

    def _within(self) -> Position:
        return self._position.within(self._reading, self.mark, bad=self.bad)

    def _page(self, position: Position, *, whole: bool) -> Page:
        page = Page(
            records=self._records,
            unreadable=self._unreadable,
            next_position=position.to_json(),
            source=self._reading.name,
            whole=whole,
            payloads=self._payloads,
        )
        self._records, self._payloads, self._unreadable = [], [], []
        return page
