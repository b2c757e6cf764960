"""The connector: the shop's customers, orders, shipments, credit memos, products and stores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import BaseModel

from crmsync.errors import PluginError
from crmsync.hookspecs import CONTRACT
from crmsync.mapping import MAPPER_VERSION
from crmsync.model.columns import Columns
from crmsync.model.intent import Intent, Result
from crmsync.model.stream import Also, Capabilities, Connection, Json, Page, Stream, Window
from crmsync.model.told import Told
from crmsync_adobe_commerce.api import Api
from crmsync_adobe_commerce.criteria import KINDS, NUMBER
from crmsync_adobe_commerce.customers import customer, mapper
from crmsync_adobe_commerce.orders import Orders
from crmsync_adobe_commerce.reading import Reading
from crmsync_adobe_commerce.settings import AdobeCommerceSettings
from crmsync_adobe_commerce.writing import Writing

LAG = timedelta(seconds=60)
"""A stamp is given when a record is written; what writes it may end much later."""

MAPPED_BY = {"unsubscribed", "custom_attributes", "promised", "gtin_attribute"}
"""The settings that decide how a record is read."""


class AdobeCommerce:
    """One shop."""

    name: ClassVar[str] = "adobe-commerce"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = AdobeCommerceSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        writes=("save", "consent", "erase"), batch=20, at_once=4, ids=True, server_time=True
    )
    mapper_version: ClassVar[str] = "2"

    def __init__(self, settings: AdobeCommerceSettings, connection: Connection) -> None:
        self._own = settings
        self._api = Api(settings, connection)
        self._reading = Reading(self._api, settings)
        self._writing = Writing(self._api, settings, connection)
        self._mapper = mapper()
        self._orders = Orders(settings, self._mapper)

    def check(self) -> None:
        """Return when the shop answers and the integration may read what is read."""
        for stream in self.streams():
            if stream.name in KINDS:
                self._api.rows(KINDS[stream.name], [], (), size=1)
            else:
                self._api.all("/V1/store/storeViews")

    def streams(self) -> Sequence[Stream]:
        """Stores, products, customers, orders, shipments, credit memos; and wishes to return."""
        also: tuple[Also, ...] = ("guests", "deliveries") if self._own.promised else ("guests",)
        found = [
            Stream(name="stores", kind="stores"),
            Stream(name="products", kind="products", cursor="timestamp", lag=LAG),
            self._customers(),
            Stream(
                name="orders", kind="orders", key=NUMBER, cursor="timestamp", lag=LAG, also=also
            ),
            Stream(name="shipments", kind="deliveries", key=NUMBER, cursor="timestamp", lag=LAG),
            Stream(name="creditmemos", kind="returns", key=NUMBER, cursor="timestamp", lag=LAG),
        ]
        rmas = Stream(name="rmas", kind="interactions", key=NUMBER)
        return [*found, rmas] if self._own.rmas else found

    def _customers(self) -> Stream:
        if self._own.customers == "whole":
            return Stream(name="customers", kind="customers", deletes="missing", also=("consents",))
        return Stream(name="customers", kind="customers", cursor="timestamp", deletes="reconcile",
                      lag=LAG, also=("consents",))  # fmt: skip

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """What changed in `window`, or everything where the stream is read whole."""
        if stream.name == "stores":
            return self._reading.stores()
        if stream.cursor == "snapshot":
            return self._reading.whole(stream.name, position)
        return self._reading.changed(stream.name, window, position)

    def ids(self, stream: Stream) -> Iterator[Sequence[str]]:
        """The id of every record of a stream."""
        if stream.name not in KINDS:
            raise PluginError(f"the stream {stream.name} has no list of ids.")
        return self._reading.ids(stream.name)

    def server_time(self) -> datetime:
        """The shop's clock."""
        return self._api.server_time()

    def asks(self, stream: Stream) -> str:
        """The settings that decide what is asked for."""
        return self._own.model_dump_json(include={"promised"})

    def fingerprint(self, stream: Stream) -> str:
        """The settings that decide how a record is read."""
        own = self._own.model_dump_json(include=MAPPED_BY)
        return f"{MAPPER_VERSION}{own}"

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """One record in our words."""
        if stream.name == "customers":
            return self._mapper(customer(raw, self._own))
        ways = {"orders": self._orders.order, "shipments": self._orders.shipment,
                "creditmemos": self._orders.creditmemo, "rmas": self._orders.rma,
                "products": self._orders.product, "stores": self._orders.store}  # fmt: skip
        return ways[stream.name](raw)

    def map_page(self, stream: Stream, raws: Sequence[Mapping[str, Json]]) -> Columns | None:
        """A page of customers, column by column."""
        if stream.name != "customers":
            return None
        return self._mapper.page([customer(raw, self._own) for raw in raws])

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """Customers changed or made; subscriptions and erasures."""
        return self._writing.write(intents)

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()
