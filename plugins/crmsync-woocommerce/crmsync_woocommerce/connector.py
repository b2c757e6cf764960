"""The connector: WooCommerce's accounts, orders and products as crmsync's streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import BaseModel

from crmsync.errors import PluginError
from crmsync.hookspecs import CONTRACT
from crmsync.http.reading import server_time_of
from crmsync.http.webhooks import secrets_of, verify_woocommerce, woocommerce_events
from crmsync.mapping import MAPPER_VERSION
from crmsync.model.columns import Columns
from crmsync.model.intent import Event, Intent, Result
from crmsync.model.stream import Capabilities, Connection, Json, Page, Stream, Window
from crmsync.model.told import Told
from crmsync_woocommerce.api import Api
from crmsync_woocommerce.customers import mapper, prepared
from crmsync_woocommerce.orders import Orders
from crmsync_woocommerce.products import products
from crmsync_woocommerce.reading import Reading
from crmsync_woocommerce.settings import WooCommerceSettings
from crmsync_woocommerce.writing import Writing

LAG = timedelta(seconds=10)
"""Stamps are whole seconds, and an order is saved a moment after its stamp was taken."""

MAPPED_BY = {"customer_meta", "salutations", "consents", "promised_meta", "size_attributes",
             "brand_attributes"}  # fmt: skip
"""The settings that decide how a record is read."""


class WooCommerce:
    """One shop."""

    name: ClassVar[str] = "woocommerce"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = WooCommerceSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        writes=("save", "erase"), batch=100, at_once=2, ids=True, server_time=True, webhooks=True
    )
    mapper_version: ClassVar[str] = "2"

    def __init__(self, settings: WooCommerceSettings, connection: Connection) -> None:
        self._own = settings
        self._api = Api(settings, connection)
        self._reading = Reading(self._api, settings)
        self._writing = Writing(self._api, settings)
        self._mapper = mapper()
        self._orders = Orders(settings, self._mapper)

    def check(self) -> None:
        """Return when the shop answers and the key may read customers, orders and products."""
        for path in ("/customers", "/orders", "/products"):
            self._api.rows(path, per_page=1, _fields="id")

    def streams(self) -> Sequence[Stream]:
        """Products, accounts, and orders with guests, deliveries and refunds."""
        compare = self._own.order_deletes == "compare"
        return (
            Stream(name="products", kind="products", cursor="timestamp", lag=LAG),
            Stream(name="customers", kind="customers", deletes="missing", also=("consents",)),
            Stream(
                name="orders",
                kind="orders",
                also=("guests", "deliveries", "returns"),
                cursor="timestamp",
                deletes="reconcile" if compare else "tombstone",
                lag=LAG,
            ),
        )

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """Every customer; of orders and products what changed in `window`."""
        if stream.name == "customers":
            return self._reading.customers(position)
        read = self._reading.orders if stream.name == "orders" else self._reading.products
        return read(window, position)

    def ids(self, stream: Stream) -> Iterator[Sequence[str]]:
        """The ids of all orders that are not in the trash."""
        if stream.name != "orders":
            raise PluginError(f"the stream {stream.name} has no list of ids.")
        return self._reading.order_ids()

    def server_time(self) -> datetime:
        """The shop's clock."""
        return server_time_of(self._api.get("/orders", per_page=1, _fields="id"))

    def fingerprint(self, stream: Stream) -> str:
        """The settings that decide how a record is read."""
        own = self._own.model_dump_json(include=MAPPED_BY)
        return f"{MAPPER_VERSION}{own}"

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """One account, order or product in our words."""
        if stream.name == "customers":
            return self._mapper(prepared(raw, self._own))
        return self._orders(raw) if stream.name == "orders" else products(raw, self._own)

    def map_page(self, stream: Stream, raws: Sequence[Mapping[str, Json]]) -> Columns | None:
        """A page of accounts, column by column."""
        if stream.name != "customers":
            return None
        return self._mapper.page([prepared(raw, self._own) for raw in raws])

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """Customers changed, made or erased, up to a hundred at once."""
        return self._writing.write(intents)

    def hear(self, headers: Mapping[str, str], body: bytes, url: str) -> Sequence[Event]:
        """What a webhook tells; nothing of the ping that a new webhook sends."""
        hint = "IT: set webhook_secret to the secret of the shop's webhooks."
        verify_woocommerce(headers, body, secrets=secrets_of(self._own.webhook_secret, hint=hint))
        return woocommerce_events(headers, body)

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()
