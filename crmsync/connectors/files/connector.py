"""The connector "files": CSV, JSONL, JSON, Parquet and Excel files below the configured folder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel

from crmsync.connectors.files.entries import Broken, Entry, Reader
from crmsync.connectors.files.folder import (
    Finished,
    Position,
    Reading,
    Stamp,
    digest,
    find_files,
    next_reading,
    whole_reading,
)
from crmsync.connectors.files.groups import KeySet, group_rows
from crmsync.connectors.files.lines import START, Mark
from crmsync.connectors.files.open_file import open_reader
from crmsync.connectors.files.pages import Pager
from crmsync.connectors.files.settings import FilesSettings, FileStream
from crmsync.connectors.mapping import (
    MAPPER_VERSION,
    Mapper,
    key_teller,
    require_columns,
    stream_key,
)
from crmsync.errors import ConfigError, Unreachable
from crmsync.hookspecs import CONTRACT
from crmsync.model.columns import Columns
from crmsync.model.stream import (
    Capabilities,
    Connection,
    Json,
    Page,
    Stream,
    Window,
)
from crmsync.model.told import Told

READER_VERSION = "1"


class FilesConnector:
    """Reads files; nothing but the changed and the new ones where a folder grows."""

    name: ClassVar[str] = "files"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = FilesSettings
    capabilities: ClassVar[Capabilities] = Capabilities()
    mapper_version: ClassVar[str] = MAPPER_VERSION

    def __init__(self, settings: FilesSettings, connection: Connection) -> None:
        self._base = Path(connection.base)
        self._streams = {
            stream.name: _Source(stream, connection.name, self._base) for stream in settings.streams
        }

    def check(self) -> None:
        """Return when every stream has files with the mapped columns; ConfigError otherwise."""
        for source in self._streams.values():
            source.check()

    def streams(self) -> Sequence[Stream]:
        """The configured streams, in the order of the configuration."""
        return [source.stream for source in self._streams.values()]

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """The pages of the stream's files; `window` has no meaning for files."""
        return self._streams[stream.name].read(position)

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """What a record tells by the configured mapping; RecordError when it cannot be used."""
        return self._streams[stream.name].mapper(raw)

    def map_page(self, stream: Stream, raws: Sequence[Mapping[str, Json]]) -> Columns | None:
        """What `map` says of each record, as columns; None to be asked record by record."""
        return self._streams[stream.name].mapper.page(raws)

    def fingerprint(self, stream: Stream) -> str:
        """A hash of the stream's mapping."""
        return self._streams[stream.name].mapper.fingerprint()

    def close(self) -> None:
        """Nothing is kept open between reads."""


class _Source:
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
        """Return when there are files and the first has the mapped columns; else ConfigError."""
        files = find_files(self._base, self._settings.paths)
        if not files:
            raise ConfigError(
                f"{self.where}: no file matches {', '.join(self._settings.paths)}.",
                hint="The path is below the folder of crmsync.toml.",
            )
        name, path = next(iter(files.items()))
        with _reached(self.where), self._open(Reading(name, Stamp.of(path), finished=True), path):
            pass

    def read(self, value: Json) -> Iterator[Page]:
        """The pages from the position `value` on; Unreachable when a file cannot be read."""
        with _reached(self.where):
            yield from self._read(value)

    def _read(self, value: Json) -> Iterator[Page]:
        files = find_files(self._base, self._settings.paths)
        position = Position.from_json(value, how=self._how())
        if not self._complete:
            yield from self._read_growing(files, position)
            return
        if not files:
            raise Unreachable(
                f"{self.where}: no file of the export is there.",
                hint="Is the folder mounted, and did the export run? Nothing was deleted.",
            )
        yield from _ending_afresh(self._read_files(files, position, whole_reading))

    def _read_growing(self, files: Mapping[str, Path], position: Position) -> Iterator[Page]:
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
        if self._complete and Stamp.of(path) != reading.stamp:
            raise Unreachable(
                f"{self.where}: {reading.name} was written while it was read.",
                hint="Nobody was deleted; the next run reads it anew. A program that writes such a "
                "file beside its place and then renames it leaves no half ones.",
            )
        begun = None if self._complete or reading.whole else position.done.get(reading.name)
        finished = _finished(
            reading, path, pager, begun=begun, grows=grows, compared=not self._complete
        )
        position = position.after(reading.name, finished)
        yield pager.last_page(position)
        return position

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
