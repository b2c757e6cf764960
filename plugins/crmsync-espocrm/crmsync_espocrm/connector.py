"""The connector: EspoCRM's contacts, firms, leads, sales, cases, calls and e-mails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import BaseModel

from crmsync.errors import PluginError
from crmsync.hookspecs import CONTRACT
from crmsync.model.intent import Event, Intent, Result
from crmsync.model.stream import Capabilities, Connection, Json, Page, Stream, Window
from crmsync.model.told import Told
from crmsync_espocrm import dealings, hearing, people
from crmsync_espocrm.api import Api
from crmsync_espocrm.reading import Reading
from crmsync_espocrm.settings import EspoCrmSettings
from crmsync_espocrm.sources import Source, sources
from crmsync_espocrm.writing import Writing

LAG = timedelta(seconds=30)
"""A row is stamped when its request begins to write; hooks and workflows may hold it up."""

MAPPED_BY = {"won", "lost", "complaints", "channel", "prices_include_tax", "fields"}
"""The settings that decide how a record is read."""


class EspoCrm:
    """One EspoCRM."""

    name: ClassVar[str] = "espocrm"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = EspoCrmSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        writes=("save", "consent", "erase"), at_once=3, ids=True, server_time=True, webhooks=True
    )
    mapper_version: ClassVar[str] = "1"

    def __init__(self, settings: EspoCrmSettings, connection: Connection) -> None:
        self._own = settings
        self._api = Api(settings, connection)
        self._sources = {one.stream: one for one in sources(settings)}
        self._writing = Writing(self._api, settings)

    def check(self) -> None:
        """Return when EspoCRM answers and the user may read what is to be read."""
        for source in self._sources.values():
            self._api.rows(f"/{source.entity}", [], select=["id"], size=1)

    def streams(self) -> Sequence[Stream]:
        """Firms, contacts, leads, sales, cases, calls, and e-mails where they are wanted."""
        return [
            Stream(
                name=one.stream,
                kind=one.of,
                cursor="timestamp",
                lag=LAG,
                deletes="reconcile",
                also=("consents",) if one.of == "customers" else (),
            )
            for one in self._sources.values()
        ]

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """What changed in `window`, and who left meanwhile."""
        source = self._source(stream)
        return Reading(self._api, source, window, own=self._own).pages(position)

    def ids(self, stream: Stream) -> Iterator[Sequence[str]]:
        """Every id that is there."""
        return Reading(self._api, self._source(stream), Window(), own=self._own).ids()

    def _source(self, stream: Stream) -> Source:
        if stream.name not in self._sources:
            raise PluginError(f"EspoCRM has no stream {stream.name}.")
        return self._sources[stream.name]

    def server_time(self) -> datetime:
        """EspoCRM's clock."""
        return self._api.server_time()

    def asks(self, stream: Stream) -> str:
        """The settings that decide what is asked for."""
        return self._own.model_dump_json(include={"fields", "target_lists"})

    def fingerprint(self, stream: Stream) -> str:
        """The settings that decide how a record is read."""
        return self._own.model_dump_json(include=MAPPED_BY)

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """One record in our words."""
        match stream.name:
            case "accounts":
                return people.account(raw, self._own)
            case "orders":
                return dealings.order(raw, self._own)
            case "cases":
                return dealings.case(raw, self._own)
            case "calls":
                return dealings.call(raw)
            case "emails":
                return dealings.email(raw)
        return people.person(raw, self._own)

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """What came of each change."""
        return self._writing.write(intents)

    def hear(self, headers: Mapping[str, str], body: bytes, url: str) -> Sequence[Event]:
        """The events of one delivery, which one of our webhooks must have signed."""
        streams = {one.entity: one.stream for one in self._sources.values()}
        return hearing.events(headers, body, url, secrets=self._own.webhooks, streams=streams)

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()
