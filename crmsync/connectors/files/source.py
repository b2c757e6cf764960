"""The files of one stream: which are read, from where on, and what is wrong with their heads."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from crmsync.connectors.files.entries import Broken, Entry, Reader
from crmsync.connectors.files.folder import (
    Finished,
    Position,
    Reading,
    Stamp,
    digest,
    find_files,
    find_unmatched,
    next_reading,
    whole_reading,
)
from crmsync.connectors.files.groups import KeySet, group_rows
from crmsync.connectors.files.lines import START, Mark
from crmsync.connectors.files.open_file import open_reader
from crmsync.connectors.files.pages import Pager
from crmsync.connectors.files.settings import FileStream
from crmsync.errors import ConfigError, NotReadable, Unreachable
from crmsync.mapping import Mapper, key_teller, require_columns, stream_key
from crmsync.model.stream import Json, Notice, Page, Stream

READER_VERSION = "1"
MOST = 200
"""How many files a check opens."""


class Source:
    """The files of one stream."""

    def __init__(self, settings: FileStream, connection: str, base: Path) -> None:
        self.where = f"{connection}, {settings.name}"
        self._settings, self._base = settings, base
        self._groups = settings.groups
        self._keys = settings.keys
        self._check_keys()
        self.mapper = Mapper(
            settings.kind,
            settings.map,
            settings.lines,
            where=self.where,
            grouped=bool(self._groups),
        )
        self._complete = settings.deletes == "missing"
        self.stream = Stream(
            name=settings.name,
            kind=settings.kind,
            key=stream_key(self._keys),
            cursor="snapshot" if self._complete else "log",
            deletes=settings.deletes,
        )

    def check(self) -> None:
        """Return when every pattern has files and their heads the mapped columns; else the error.

        Of more files than can be opened in a moment it looks at the first and the last.
        """
        if absent := find_unmatched(self._base, self._settings.paths):
            raise ConfigError(
                f"{self.where}: no file matches {', '.join(absent)}.",
                hint="The path is below the folder of crmsync.toml.",
            )
        files = list(find_files(self._base, self._settings.paths).items())
        looked_at = files if len(files) <= MOST else files[: MOST // 2] + files[-MOST // 2 :]
        with _reached(self.where):
            for name, path in looked_at:
                with self._open(Reading(name, Stamp.of(path), finished=True), path) as reader:
                    if not reader.columns:
                        self._check_first(reader, name)

    def read(self, value: Json) -> Iterator[Page]:
        """The pages from the position `value` on; Unreachable when a file cannot be read."""
        with _reached(self.where):
            yield from self._read(value)

    def _read(self, value: Json) -> Iterator[Page]:
        if self._complete:
            self._require_all()
        files = find_files(self._base, self._settings.paths)
        position = Position.from_json(value, how=self._how())
        if self._complete:
            yield from _ending_afresh(self._read_files(files, position, whole_reading))
        else:
            yield from self._read_growing(files, position)

    def _require_all(self) -> None:
        """Unreachable when a pattern has no file: whoever is in it would be taken for gone."""
        if absent := find_unmatched(self._base, self._settings.paths):
            raise Unreachable(
                f"{self.where}: no file of the export matches {', '.join(absent)}.",
                hint="Is the folder mounted, and did the export run? Nothing was deleted.",
            )

    def _absent(self) -> list[Notice]:
        """What to say of patterns that no file matches."""
        return [
            Notice(
                f"no file matches {one}.",
                "The integrator: correct 'path'; or whoever exports: is the folder mounted, and "
                "did the export run? Where files are taken away once they are read, all is well.",
            )
            for one in find_unmatched(self._base, self._settings.paths)
        ]

    def _check_first(self, reader: Reader, name: str) -> None:
        """NotReadable when a file without a head is not what its name says, or begins badly."""
        item, _, _ = next(iter(reader.entries(START)), (None, 0, START))
        if isinstance(item, Broken):
            raise NotReadable(
                f"{self.where}: {name} {item.reason}.",
                hint="Is it the right file, and is it whole? Look at it, or set 'format'.",
            )

    def _read_growing(self, files: Mapping[str, Path], position: Position) -> Iterator[Page]:
        if absent := self._absent():
            yield Page(next_position=position.to_json(), notices=absent)
        for name in [name for name in position.done if name not in files]:
            bad, position = position.done[name].bad, position.without(name)
            if bad:  # what was unreadable in it is gone with it
                yield Page(next_position=position.to_json(), source=name, whole=True)
        yield from self._read_files(files, position, next_reading)

    def _read_files(
        self,
        files: Mapping[str, Path],
        position: Position,
        choose: Callable[[str, Path, Position], Reading | None],
    ) -> Iterator[Page]:
        names = list(files)
        for number, (name, path) in enumerate(files.items()):
            reading = choose(name, path, position)
            if reading is not None:
                position = position.starting(reading, names[number + 1 :])
                position = yield from self._read_file(reading, path, position)

    def _read_file(
        self, reading: Reading, path: Path, position: Position
    ) -> Generator[Page, None, Position]:
        """The pages of one file, and then the position after it."""
        with self._open(reading, path) as reader:
            pager = Pager(reading, position, self._keys)
            entries = partial(self._entries, reader)
            yield from pager.pages(reader, entries, at_once=not self._groups)
            grows = reader.grows
        if self._complete:
            self._require_same(reading, path)
        begun = None if self._complete or reading.whole else position.done.get(reading.name)
        finished = _finished(
            reading, path, pager, begun=begun, grows=grows, compared=not self._complete
        )
        position = position.after(reading.name, finished)
        yield pager.last_page(position)
        return position

    def _require_same(self, reading: Reading, path: Path) -> None:
        """Unreachable when a file was written meanwhile: whoever is not yet in it is not gone."""
        if Stamp.of(path) != reading.stamp:
            raise Unreachable(
                f"{self.where}: {reading.name} was written while it was read.",
                hint="Nobody was deleted; the next run reads it anew. A program that writes such a "
                "file beside its place and then renames it leaves no half ones.",
            )

    def _entries(self, reader: Reader, mark: Mark) -> Iterable[Entry]:
        if not self._groups:
            return reader.entries(mark)
        seen = KeySet()
        if mark != START:
            self._remember(reader, mark, seen)
        return group_rows(reader.entries(mark), self._groups, start=mark, seen=seen)

    def _remember(self, reader: Reader, mark: Mark, seen: KeySet) -> None:
        """Take the keys before `mark` into `seen`, when reading goes on in the middle of a file."""
        tell = key_teller(self._groups)
        for item, line, after in reader.entries(START):
            if after.offset > mark.offset or line > mark.line:
                return
            key = None if isinstance(item, Broken) else tell(item)
            if key is not None:
                seen.add(key)

    @contextmanager
    def _open(self, reading: Reading, path: Path) -> Iterator[Reader]:
        size, finished = reading.stamp.size, reading.finished
        opened = open_reader(path, self._settings, size=size, finished=finished, where=self.where)
        with opened as reader:
            if reader.columns:
                self._check_head(reader.columns, reading.name)
                self.mapper.check_columns(reader.columns, place=reading.name)
                self._require_keys(reader.columns, reading.name)
            yield reader

    def _check_head(self, columns: Sequence[str], place: str) -> None:
        """ConfigError where no wanted column is: such a line may be a customer, and is not told."""
        wanted = {*self.mapper.columns(), *self._keys, *self._groups}
        if wanted.isdisjoint(columns) and {n.split(".")[0] for n in wanted}.isdisjoint(columns):
            raise ConfigError(
                f"{self.where}: the first line of {place} has none of the columns wanted "
                f"({', '.join(sorted(wanted))}).",
                hint="Is it no head? Then name the columns with 'columns'. "
                "Else correct the mapping, or set 'encoding', 'separator' or 'skip'.",
            )

    def _require_keys(self, columns: Sequence[str], place: str) -> None:
        needed = {*self._keys, *self._groups}
        require_columns(needed, columns, where=f"{self.where}, key", place=place)

    def _check_keys(self) -> None:
        if not self._keys:
            raise ConfigError(f"{self.where}: 'key' is missing.", hint="Name the column of the id.")
        if self._groups and self._keys != self._groups:
            raise ConfigError(
                f"{self.where}: 'key' and 'group' differ.",
                hint="Rows that make one record share its key; leave 'key' out.",
            )

    def _how(self) -> str:
        """A hash of what decides how files become records; the mapping has no part in it."""
        how = self._settings.model_dump_json(exclude={"map", "lines", "kind", "path"})
        return hashlib.sha256(f"{READER_VERSION}{how}".encode()).hexdigest()[:16]


@contextmanager
def _reached(where: str) -> Iterator[None]:
    """Turn what the system says of a file, at any moment, into Unreachable: a share may go away."""
    try:
        yield
    except OSError as error:
        name = Path(error.filename).name if isinstance(error.filename, str | Path) else "a file"
        raise Unreachable(
            f"{where}: {name} cannot be read ({error.strerror or type(error).__name__}).",
            hint="Is the folder still there, and may this user read it? The next run goes on.",
        ) from None


def _finished(
    reading: Reading,
    path: Path,
    pager: Pager,
    *,
    begun: Finished | None,
    grows: bool,
    compared: bool,
) -> Finished:
    """What is remembered of a file; its digest only where a later one will be `compared` to it.

    Where the reading went on after what is known as `begun`, that was found to be as it was.
    """
    stamp, mark = reading.stamp, pager.mark
    rest = grows and mark.offset < stamp.size
    sums = digest(path, stamp.size, begun=begun) if compared and Stamp.of(path) == stamp else ""
    return Finished(
        stamp=stamp,
        digest=sums,
        mark=mark,
        bad=pager.bad,
        open=not reading.finished and (pager.unfinished or rest),
        grows=grows,
    )


def _ending_afresh(pages: Iterator[Page]) -> Iterator[Page]:
    """The pages of a complete export; after the last one the next read begins at the beginning."""
    held: Page | None = None
    for page in pages:
        if held is not None:
            yield held
        held = page
    if held is not None:
        yield replace(held, next_position=None)
