"""The connector "sql": rows of tables and queries as records, read-only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel

from crmsync.connectors.sql.database import Database
from crmsync.connectors.sql.settings import SqlSettings
from crmsync.connectors.sql.source import Source
from crmsync.hookspecs import CONTRACT
from crmsync.mapping import MAPPER_VERSION
from crmsync.model.columns import Columns
from crmsync.model.stream import Capabilities, Connection, Json, Page, Stream, Window
from crmsync.model.told import Told


class SqlConnector:
    """Reads a database of any kind; later reads bring what changed where a cursor column is."""

    name: ClassVar[str] = "sql"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = SqlSettings
    capabilities: ClassVar[Capabilities] = Capabilities(ids=True, server_time=True)
    mapper_version: ClassVar[str] = MAPPER_VERSION

    def __init__(self, settings: SqlSettings, connection: Connection) -> None:
        base = Path(connection.base)
        self._database = Database(settings, name=connection.name, base=base)
        self._sources = {stream.name: Source(stream, self._database) for stream in settings.streams}

    def check(self) -> None:
        """Return when every stream can be read and mapped; else the error that says why not."""
        for source in self._sources.values():
            source.check()

    def streams(self) -> Sequence[Stream]:
        """The configured streams, in the order of the configuration."""
        return [source.stream for source in self._sources.values()]

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """The pages of rows that changed within `window`; all of them without a cursor column."""
        return self._sources[stream.name].read(window, position)

    def ids(self, stream: Stream) -> Iterator[Sequence[str]]:
        """Every external id there is now, in chunks."""
        return self._sources[stream.name].ids()

    def server_time(self) -> datetime:
        """The database's clock."""
        return self._database.clock()

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """What a row tells by the configured mapping; RecordError when it cannot be used."""
        return self._sources[stream.name].mapper(raw)

    def map_page(self, stream: Stream, raws: Sequence[Mapping[str, Json]]) -> Columns | None:
        """What `map` says of each record, as columns; None to be asked record by record."""
        return self._sources[stream.name].mapper.page(raws)

    def fingerprint(self, stream: Stream) -> str:
        """A hash of the stream's mapping."""
        return self._sources[stream.name].mapper.fingerprint()

    def close(self) -> None:
        """Close the connections to the database."""
        self._database.close()
