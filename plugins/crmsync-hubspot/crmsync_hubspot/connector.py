"""The connector: HubSpot's contacts, companies, orders or deals, tickets and activities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from pydantic import BaseModel

from crmsync.hookspecs import CONTRACT
from crmsync.http.webhooks import hubspot_events, verify_hubspot
from crmsync.model.intent import Event, Intent, Result
from crmsync.model.stream import (
    Also,
    Capabilities,
    Connection,
    DeleteKind,
    Json,
    Page,
    Stream,
    Window,
)
from crmsync.model.told import Told
from crmsync_hubspot.activities import activity, ticket
from crmsync_hubspot.api import MOST, Api
from crmsync_hubspot.following import Following
from crmsync_hubspot.journal import Journal
from crmsync_hubspot.objects import Kind, kinds
from crmsync_hubspot.people import company, contact
from crmsync_hubspot.reading import Reading
from crmsync_hubspot.sales import deal, order, product
from crmsync_hubspot.settings import HubSpotSettings
from crmsync_hubspot.writing import Writing

SINGULAR = {"contacts": "contact", "companies": "company", "deals": "deal", "orders": "order",
            "products": "product", "tickets": "ticket"}  # fmt: skip
"""What webhooks of the older form call an object."""

ALSO: Mapping[str, tuple[Also, ...]] = {"customers": ("consents",), "orders": ("guests",)}
"""What the streams of a kind tell besides."""


class HubSpot:
    """One account."""

    name: ClassVar[str] = "hubspot"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = HubSpotSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        writes=("save", "consent", "erase"), batch=MOST, at_once=4, ids=True, server_time=True,
        webhooks=True,
    )  # fmt: skip
    mapper_version: ClassVar[str] = "2"

    def __init__(self, settings: HubSpotSettings, connection: Connection) -> None:
        self._own = settings
        self._kinds = {kind.stream: kind for kind in kinds(settings)}
        self._api = Api(settings, connection)
        self._reading = Reading(self._api, settings)
        self._writing = Writing(self._api, settings)
        self._following: Following | None = None
        if settings.journal:
            journal = Journal(settings, connection, self._api.account)
            late = timedelta(minutes=settings.late_minutes)
            self._following = Following(journal, self._reading, late=late)

    def check(self) -> None:
        """Return when the token is good and its scopes let in what is to be read."""
        for kind in self._kinds.values():
            self._api.glance(kind.name)
        if self._own.statuses:
            self._api.definitions()
        if self._following:
            self._following.check()

    def streams(self) -> Sequence[Stream]:
        """Products, contacts, companies, orders (or deals), tickets and activities."""
        return [self._stream(kind) for kind in self._kinds.values()]

    def _stream(self, kind: Kind) -> Stream:
        late = timedelta(minutes=self._own.late_minutes)
        gone: DeleteKind = "reconcile" if self._reading.compares(kind) else "tombstone"
        also = ALSO.get(kind.kind, ())
        if self._own.journals(kind.name):
            return Stream(name=kind.stream, kind=kind.kind, cursor="log", also=also, deletes=gone)
        return Stream(name=kind.stream, kind=kind.kind, cursor="timestamp", overlap=late,
                      also=also, deletes=gone)  # fmt: skip

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """What changed in `window`, or since the journal was read last, and what is gone."""
        kind = self._kinds[stream.name]
        if self._following and self._own.journals(kind.name):
            return self._following.rows(kind, position)
        return self._reading.rows(kind, window, position)

    def ids(self, stream: Stream) -> Iterator[Sequence[str]]:
        """Every id that is there now."""
        return self._reading.ids(self._kinds[stream.name])

    def server_time(self) -> datetime:
        """HubSpot's clock."""
        return self._api.server_time()

    def asks(self, stream: Stream) -> str:
        """The settings that decide what is asked for."""
        return self._own.model_dump_json(
            include={"company_properties", "properties", "sales", "statuses"}
        )

    def fingerprint(self, stream: Stream) -> str:
        """The settings that decide how a record is read."""
        return self._own.model_dump_json(
            include={"sales", "channel", "prices_include_tax", "complaints", "subscriptions",
                     "properties", "company_properties"}
        )  # fmt: skip

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """One record in our words."""
        name = self._kinds[stream.name].name
        if name == "contacts":
            return [contact(raw, self._own)]
        if name == "companies":
            return [company(raw, self._own)]
        if name == "products":
            return product(raw)
        if name == "orders":
            return [order(raw, self._own)]
        if name == "deals":
            return deal(raw, self._own)
        return [ticket(raw, self._own) if name == "tickets" else activity(name, raw)]

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """What came of each change."""
        return self._writing.write(intents)

    def hear(self, headers: Mapping[str, str], body: bytes, url: str) -> Sequence[Event]:
        """The events of one delivery, which the app's client secret must have signed (v3)."""
        verify_hubspot(headers, body, url=url, secrets=self._own.hook_secrets,
                       now=datetime.now(UTC))  # fmt: skip
        streams = {kind.number: kind.stream for kind in self._kinds.values()}
        streams |= {SINGULAR[kind.name]: kind.stream for kind in self._kinds.values()
                    if kind.name in SINGULAR}  # fmt: skip
        return hubspot_events(body, streams=streams)

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()
        if self._following:
            self._following.close()
