"""The connector: Vendure's customers, placed orders and variants as crmsync's streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, model_validator

from crmsync.errors import PluginError
from crmsync.hookspecs import CONTRACT
from crmsync.model.stream import Also, Capabilities, Connection, Json, Page, Stream, Window
from crmsync.model.told import Told
from crmsync_vendure import queries
from crmsync_vendure.customers import customer
from crmsync_vendure.graphql import AdminApi
from crmsync_vendure.orders import order
from crmsync_vendure.products import product
from crmsync_vendure.reading import PLACED, Reading

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


class VendureSettings(BaseModel):
    """What a connection to Vendure needs: a url and either an API key or user and password."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl
    """The shop's address."""
    user: str = ""
    """An administrator who may read; or give `api_key`."""
    password: SecretStr = SecretStr("")
    """Their password."""
    api_key: SecretStr = SecretStr("")
    """An API key, where the shop has them."""
    channel_token: str = ""
    """The token of the channel; without it the shop's default channel."""
    reading: Literal["complete", "recent"] = "complete"
    """`complete` reads everything each time and can miss nothing; `recent` what may have changed.

    """
    watch_days: int = Field(90, ge=1)
    """With `recent`: orders placed within so many days, and unfinished ones, are read again."""
    page_size: int = Field(100, ge=2, le=1000)
    """How many rows a page holds."""
    money_digits: int = Field(2, ge=0, le=6)
    """The precision of the shop's money strategy."""
    category_facet: str = "category"
    """The facet that holds the category."""
    brand_facet: str = "brand"
    """The facet that holds the brand."""

    @model_validator(mode="after")
    def _some_key(self) -> Self:
        if not self.api_key.get_secret_value() and not self.user:
            raise ValueError("give api_key, or user and password")
        return self


class Vendure:
    """One shop."""

    name: ClassVar[str] = "vendure"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = VendureSettings
    capabilities: ClassVar[Capabilities] = Capabilities(ids=True, server_time=True)
    mapper_version: ClassVar[str] = "1"

    def __init__(self, settings: VendureSettings, connection: Connection) -> None:
        self._settings = settings
        self._api = AdminApi(
            str(settings.url),
            user=settings.user,
            password=settings.password.get_secret_value(),
            api_key=settings.api_key.get_secret_value(),
            channel=settings.channel_token,
        )
        watch = timedelta(days=settings.watch_days)
        self._reading = Reading(self._api, page_size=settings.page_size, watch=watch)

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

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()
