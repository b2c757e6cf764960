"""The connector "singer": what any Singer tap tells, mapped by a preset or by the configuration."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

from pydantic import BaseModel

from crmsync.hookspecs import CONTRACT
from crmsync.mapping import MAPPER_VERSION
from crmsync.model.columns import Columns
from crmsync.model.stream import Capabilities, Connection, Json, Page, Stream, Window
from crmsync.model.told import Told
from crmsync_singer.plan import plans
from crmsync_singer.settings import SingerSettings
from crmsync_singer.source import Source
from crmsync_singer.tap import Tap

PRESETS = "1"
"""Raised whenever a preset makes something else of the same record."""


class Singer:
    """One tap, started once for each stream."""

    name: ClassVar[str] = "singer"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = SingerSettings
    capabilities: ClassVar[Capabilities] = Capabilities()
    mapper_version: ClassVar[str] = f"{PRESETS}.{MAPPER_VERSION}"

    def __init__(self, settings: SingerSettings, connection: Connection) -> None:
        self._tap = Tap(settings, connection)
        self._sources = {
            plan.stream.name: Source(plan, self._tap, check_records=settings.check_records)
            for plan in plans(settings, connection=connection.name)
        }

    def check(self) -> None:
        """Return when the tap lists the streams and fields that are configured."""
        for source in self._sources.values():
            source.check()

    def streams(self) -> Sequence[Stream]:
        """The configured streams, or those of the tap's preset."""
        return [source.stream for source in self._sources.values()]

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """What the tap tells from its last state on; `window` has no meaning for a tap."""
        return self._sources[stream.name].read(position)

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """What a record says by the preset or the configured mapping."""
        return self._sources[stream.name].map(raw)

    def map_page(self, stream: Stream, raws: Sequence[Mapping[str, Json]]) -> Columns | None:
        """What `map` says of each record, as columns; None to be asked record by record."""
        return self._sources[stream.name].map_page(raws)

    def fingerprint(self, stream: Stream) -> str:
        """A hash of the stream's mapping."""
        told = f"{PRESETS}{self._sources[stream.name].plan.mapper.fingerprint()}"
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def close(self) -> None:
        """End the tap, should it still run."""
        self._tap.stop()
