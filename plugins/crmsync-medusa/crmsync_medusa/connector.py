"""The connector: Medusa's stock locations, variants, customers and orders as crmsync's streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import BaseModel

from crmsync.hookspecs import CONTRACT
from crmsync.model.intent import Intent, Result
from crmsync.model.stream import Capabilities, Connection, Json, Page, Stream, Window
from crmsync.model.told import Told
from crmsync_medusa.api import Api
from crmsync_medusa.customers import customer, location, product
from crmsync_medusa.orders import order
from crmsync_medusa.reading import Reading
from crmsync_medusa.settings import MedusaSettings
from crmsync_medusa.writing import BATCH, Writing

LAG, OVERLAP = timedelta(seconds=2), timedelta(minutes=5)
"""A transaction may end after the stamp that it writes."""


class Medusa:
    """One shop."""

    name: ClassVar[str] = "medusa"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = MedusaSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        writes=("save", "audience", "erase"), batch=BATCH, at_once=2, server_time=True
    )
    mapper_version: ClassVar[str] = "1"

    def __init__(self, settings: MedusaSettings, connection: Connection) -> None:
        self._own = settings
        self._api = Api(settings)
        self._reading = Reading(self._api, settings)
        self._writing = Writing(self._api, settings)

    def check(self) -> None:
        """Return when the shop answers, and shows customers, orders, variants and locations."""
        for path, name in (("customers", "customers"), ("orders", "orders"),
                           ("product-variants", "variants"),
                           ("stock-locations", "stock_locations")):  # fmt: skip
            self._api.rows(path, name, limit=1, fields="id")

    def streams(self) -> Sequence[Stream]:
        """Stock locations, variants and customers, read whole; orders with what happened to them.

        Locations and variants that are gone stay known, for they are in orders.
        """
        return [
            Stream(name="stores", kind="stores"),
            Stream(name="products", kind="products"),
            Stream(name="customers", kind="customers", deletes="missing"),
            Stream(
                name="orders",
                kind="orders",
                cursor="timestamp",
                lag=LAG,
                overlap=OVERLAP,
                also=("guests", "deliveries", "returns"),
            ),
        ]

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """Everything; of the orders what may have changed in `window`."""
        match stream.name:
            case "stores":
                return self._reading.locations(position)
            case "products":
                return self._reading.products(position)
            case "customers":
                return self._reading.customers(position)
        return self._reading.orders(window, position)

    def server_time(self) -> datetime:
        """The shop's clock."""
        return self._api.server_time()

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """One customer, order, variant or location in our words."""
        match stream.name:
            case "customers":
                return [customer(raw, self._own)]
            case "orders":
                return order(raw, self._own)
            case "products":
                return [product(raw)]
        return [location(raw)]

    def fingerprint(self, stream: Stream) -> str:
        """What of the settings decides how a stream is mapped."""
        return f"{sorted(self._own.metadata.items())} {sorted(self._own.pos_channels)}"

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """What came of each change."""
        return self._writing.all(intents)

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()
