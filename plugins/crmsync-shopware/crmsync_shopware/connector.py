"""The connector: Shopware's accounts, newsletter, orders and products as crmsync's streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import BaseModel

from crmsync.errors import PluginError
from crmsync.hookspecs import CONTRACT
from crmsync.http.webhooks import secrets_of, shopware_events, verify_shopware
from crmsync.mapping import MAPPER_VERSION
from crmsync.model.columns import Columns
from crmsync.model.intent import Event, Intent, Result
from crmsync.model.stream import (
    Also,
    Capabilities,
    Connection,
    Json,
    Page,
    Stream,
    StreamKind,
    Window,
)
from crmsync.model.told import Told
from crmsync_shopware.api import Api
from crmsync_shopware.criteria import KINDS
from crmsync_shopware.customers import customer, mapper, recipient
from crmsync_shopware.orders import Orders
from crmsync_shopware.reading import Reading
from crmsync_shopware.settings import ShopwareSettings
from crmsync_shopware.writing import Writing

LAG = timedelta(seconds=30)
"""A stamp is given when a request begins to write; a large one ends much later."""

MAPPED_BY = {"returns", "custom_fields", "size_groups"}
"""The settings that decide how a record is read."""

HEARD = {"customer": "customers", "order": "orders", "product": "products",
         "newsletter_recipient": "newsletter"}  # fmt: skip


class Shopware:
    """One shop."""

    name: ClassVar[str] = "shopware"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = ShopwareSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        writes=("save", "consent", "erase"), batch=50, at_once=2, ids=True, server_time=True,
        webhooks=True,
    )  # fmt: skip
    mapper_version: ClassVar[str] = "2"

    def __init__(self, settings: ShopwareSettings, connection: Connection) -> None:
        self._own = settings
        self._api = Api(settings, connection)
        self._reading = Reading(self._api, settings)
        self._writing = Writing(self._api, settings, connection.name)
        self._mapper = mapper()
        self._orders = Orders(settings, self._mapper)

    def check(self) -> None:
        """Return when the shop answers and the integration may read what is read."""
        for stream in self.streams():
            kind = KINDS[stream.name]
            self._api.rows(kind.entity, {"limit": 1, "associations": kind.associations})

    def streams(self) -> Sequence[Stream]:
        """Products, accounts, newsletter recipients, orders, and returns where they are wanted."""
        found = [
            Stream(name="products", kind="products", cursor="timestamp", lag=LAG),
            _stream("customers", "customers", "consents"),
            _stream("newsletter", "customers", "consents"),
            _stream("orders", "orders", "guests", "deliveries", "returns"),
        ]
        return [*found, _stream("returns", "returns")] if self._own.returns else found

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """What changed in `window`, itself or in its parts."""
        return self._reading.changed(stream.name, window, position)

    def ids(self, stream: Stream) -> Iterator[Sequence[str]]:
        """The id of every record of a stream."""
        if stream.name not in KINDS:
            raise PluginError(f"the stream {stream.name} has no list of ids.")
        return self._reading.ids(stream.name)

    def server_time(self) -> datetime:
        """The shop's clock."""
        found: datetime = self._api.server_time()
        return found

    def fingerprint(self, stream: Stream) -> str:
        """The settings that decide how a record is read."""
        own = self._own.model_dump_json(include=MAPPED_BY)
        return f"{MAPPER_VERSION}{own}"

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """One account, recipient, order, return or product in our words."""
        if stream.kind == "customers":
            return self._mapper(self._flat(stream, raw))
        ways = {"orders": self._orders.order, "returns": self._orders.returned}
        return ways.get(stream.name, self._orders.product)(raw)

    def map_page(self, stream: Stream, raws: Sequence[Mapping[str, Json]]) -> Columns | None:
        """A page of accounts or recipients, column by column."""
        if stream.kind != "customers":
            return None
        return self._mapper.page([self._flat(stream, raw) for raw in raws])

    def _flat(self, stream: Stream, raw: Mapping[str, Json]) -> dict[str, Json]:
        return recipient(raw) if stream.name == "newsletter" else customer(raw, self._own)

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """Customers changed or made together; consents and erasures."""
        return self._writing.write(intents)

    def hear(self, headers: Mapping[str, str], body: bytes, url: str) -> Sequence[Event]:
        """What a webhook of our app tells."""
        hint = "IT: set app_secret to the secret of the app that sends webhooks here."
        verify_shopware(headers, body, secrets=secrets_of(self._own.app_secret, hint=hint))
        return shopware_events(headers, body, streams=HEARD)

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()


def _stream(name: str, kind: StreamKind, *also: Also) -> Stream:
    """A stream by stamps; who is gone is found out by comparing ids."""
    return Stream(name=name, kind=kind, also=also, cursor="timestamp", deletes="reconcile", lag=LAG)
