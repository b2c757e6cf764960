"""The connector: Vendure's customers, placed orders and variants as crmsync's streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import BaseModel

from crmsync.errors import PluginError
from crmsync.hookspecs import CONTRACT
from crmsync.http import AtOnce, Budget
from crmsync.model.intent import Intent, Result
from crmsync.model.stream import Also, Capabilities, Connection, Json, Page, Stream, Window
from crmsync.model.told import Told
from crmsync_vendure import queries
from crmsync_vendure.customers import customer
from crmsync_vendure.graphql import AdminApi
from crmsync_vendure.orders import order
from crmsync_vendure.products import product
from crmsync_vendure.reading import PLACED, Reading
from crmsync_vendure.settings import VendureSettings
from crmsync_vendure.writing import Writing

PRODUCTS = Stream(name="products", kind="products", cursor="timestamp")
"""Read whole each time: a facet or a collection does not move a variant's stamp. A variant that is
gone stays known, since it is still in orders."""

TOLD: tuple[Also, ...] = ("deliveries", "returns")
"""What orders tell besides."""

COMPLETE = (
    PRODUCTS,
    Stream(name="customers", kind="customers", deletes="missing"),
    Stream(name="orders", kind="orders", deletes="missing", also=TOLD),
)
AT_ONCE = 2
"""How many calls are under way at once; Vendure publishes no limit."""

LAG, OVERLAP = timedelta(seconds=2), timedelta(minutes=5)
"""Stamps are whole seconds on some databases, and a transaction may end after its stamp."""

RECENT = (
    PRODUCTS,
    Stream(
        name="customers",
        kind="customers",
        cursor="timestamp",
        deletes="reconcile",
        lag=LAG,
        overlap=OVERLAP,
    ),
    Stream(
        name="orders",
        kind="orders",
        also=TOLD,
        cursor="timestamp",
        deletes="reconcile",
        lag=LAG,
        overlap=OVERLAP,
    ),
)


class Vendure:
    """One shop."""

    name: ClassVar[str] = "vendure"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = VendureSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        writes=("save", "audience", "erase"), batch=10, at_once=AT_ONCE, ids=True, server_time=True
    )
    mapper_version: ClassVar[str] = "2"

    def __init__(self, settings: VendureSettings, connection: Connection) -> None:
        self._settings = settings
        self._api = AdminApi(
            str(settings.url),
            user=settings.user,
            password=settings.password.get_secret_value(),
            api_key=settings.api_key.get_secret_value(),
            channel=settings.channel_token,
            budget=Budget.beside(connection, AtOnce(AT_ONCE), share=0.0),
        )
        watch = timedelta(days=settings.watch_days)
        self._reading = Reading(self._api, page_size=settings.page_size, watch=watch)
        self._writing = Writing(
            self._api, self._reading, country=connection.country, makes=settings.make_customers
        )

    def check(self) -> None:
        """Return when the shop answers and the role may read customers, orders and products."""
        self._api.ask(queries.RIGHTS)

    def streams(self) -> Sequence[Stream]:
        """Products, customers, orders with their deliveries and refunds."""
        return COMPLETE if self._settings.reading == "complete" else RECENT

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """Everything, or what may have changed in `window`."""
        if stream.name == "products":
            return self._reading.products(position)
        read = self._reading.customers if stream.name == "customers" else self._reading.orders
        return read(window, position)

    def ids(self, stream: Stream) -> Iterator[Sequence[str]]:
        """Every id the shop shows; what was deleted is hidden and so not among them."""
        if stream.name == "customers":
            return self._reading.ids(queries.CUSTOMER_IDS, {})
        if stream.name == "orders":
            return self._reading.ids(queries.ORDER_IDS, PLACED)
        raise PluginError(f"the stream {stream.name} has no list of ids.")

    def server_time(self) -> datetime:
        """The shop's clock."""
        return self._api.server_time()

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """One customer, order or variant in our words."""
        if stream.name == "orders":
            return order(raw, digits=self._settings.money_digits)
        if stream.name == "customers":
            return [customer(raw)]
        own = self._settings
        return [product(raw, category_facet=own.category_facet, brand_facet=own.brand_facet)]

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """What came of each change."""
        return self._writing.write(intents)

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()
