"""The connector: Salesforce's persons, firms, orders, cases and products."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import BaseModel

from crmsync.errors import PluginError
from crmsync.hookspecs import CONTRACT
from crmsync.model.intent import Intent, Result
from crmsync.model.stream import Also, Capabilities, Connection, Json, Page, Stream, Window
from crmsync.model.told import Told
from crmsync_salesforce import people, sales
from crmsync_salesforce.api import Api
from crmsync_salesforce.reading import Reading
from crmsync_salesforce.settings import SalesforceSettings
from crmsync_salesforce.sources import Source, sources
from crmsync_salesforce.writing import Writing

LAG, OVERLAP = timedelta(minutes=1), timedelta(minutes=10)
"""A row is stamped when it is written and shows when its transaction ends: one may take ten minutes
(Apex governor limits), and the log of deleted records stays behind it too (latestDateCovered)."""

BATCH = 200
"""The most that a collection may hold."""

MAPPED_BY = {
    "fields", "sales", "prices_include_tax", "completed", "channel", "placed", "promised", "store",
    "complaints", "marketing", "double_opt_in", "consents", "companies",
}  # fmt: skip
"""The settings that decide how a record is read."""

ALSO: Mapping[str, tuple[Also, ...]] = {"customers": ("consents",), "orders": ("deliveries",)}
"""What the streams of a kind tell besides."""


class Salesforce:
    """One org."""

    name: ClassVar[str] = "salesforce"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = SalesforceSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        writes=("save", "consent", "erase"), batch=BATCH, at_once=4, ids=True, server_time=True
    )
    mapper_version: ClassVar[str] = "1"

    def __init__(self, settings: SalesforceSettings, connection: Connection) -> None:
        self._own = settings
        self._api = Api(settings, connection)
        self._sources = {one.stream: one for one in sources(settings)}
        self._writing = Writing(self._api, settings)

    def check(self) -> None:
        """Return when the org answers and the user may read contacts and sales."""
        for name in ("customers", "orders"):
            if name in self._sources:
                kind = self._sources[name].kind
                self._api.describe(kind)
                self._api.query(f"SELECT Id FROM {kind} LIMIT 1", ["Id"])

    def streams(self) -> Sequence[Stream]:
        """Products, accounts, contacts, leads, sales, cases and what else is wanted."""
        kind = "reconcile" if self._own.compare else "tombstone"
        return [
            Stream(name=one.stream, kind=one.of, key="Id", cursor="timestamp", lag=LAG,
                   overlap=OVERLAP, deletes=kind, also=ALSO.get(one.of, ()))  # type: ignore[arg-type]
            for one in self._sources.values()
        ]  # fmt: skip

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """What changed in `window`, itself or in what belongs to it."""
        source = self._source(stream)
        return Reading(self._api, source, window, own=self._own).pages(position)

    def ids(self, stream: Stream) -> Iterator[Sequence[str]]:
        """Every id that is there."""
        return Reading(self._api, self._source(stream), Window(), own=self._own).ids()

    def _source(self, stream: Stream) -> Source:
        if stream.name not in self._sources:
            raise PluginError(f"Salesforce has no stream {stream.name}.")
        return self._sources[stream.name]

    def server_time(self) -> datetime:
        """Salesforce's clock."""
        return self._api.server_time()

    def asks(self, stream: Stream) -> str:
        """The settings that decide what is asked for."""
        return self._own.model_dump_json(
            include={"companies", "consents", "fields", "placed", "promised", "sales", "store"}
        )

    def fingerprint(self, stream: Stream) -> str:
        """The settings that decide how a record is read."""
        return self._own.model_dump_json(include=MAPPED_BY)

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """One record in our words."""
        match stream.name:
            case "customers":
                return people.contact(raw, self._own)
            case "accounts":
                return people.account(raw, self._own)
            case "leads":
                return people.lead(raw, self._own)
            case "orders":
                ways = {"orders": sales.order, "opportunities": sales.opportunity}
                return ways[self._own.sales](raw, self._own)
            case "returns":
                return sales.returned(raw, self._own)
            case "cases":
                return sales.case(raw, self._own)
        return sales.task(raw) if stream.name == "tasks" else sales.product(raw)

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """What came of each change."""
        return self._writing.write(intents)

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()
