"""The connector "files": CSV, JSONL, JSON, Parquet and Excel files below the configured folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel

from crmsync.connectors.files.settings import FilesSettings
from crmsync.connectors.files.source import Source
from crmsync.hookspecs import CONTRACT
from crmsync.mapping import MAPPER_VERSION
from crmsync.model.columns import Columns
from crmsync.model.stream import Capabilities, Connection, Json, Page, Stream, Window
from crmsync.model.told import Told


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
            stream.name: Source(stream, connection.name, self._base) for stream in settings.streams
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
