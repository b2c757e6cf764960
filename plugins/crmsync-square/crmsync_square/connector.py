"""The connector: Square's locations, items, customers and orders as crmsync's streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import BaseModel

from crmsync.errors import PluginError
from crmsync.hookspecs import CONTRACT
from crmsync.http.webhooks import secrets_of, square_events, verify_square
from crmsync.model.columns import Columns
from crmsync.model.intent import Event, Intent, Result
from crmsync.model.stream import Capabilities, Connection, DeleteKind, Json, Page, Stream, Window
from crmsync.model.told import Told
from crmsync_square.api import Api
from crmsync_square.catalogue import location, products
from crmsync_square.customers import customer_mapper, readable
from crmsync_square.orders import order
from crmsync_square.reading import Reading
from crmsync_square.settings import SquareSettings
from crmsync_square.writing import BATCH, Writing

LAG, OVERLAP = timedelta(minutes=2), timedelta(minutes=5)
"""What was written shows in searches within a minute, sometimes later (SearchCustomers)."""

EVENTS = {"customer": "customers", "order": "orders", "location": "stores"}


class Square:
    """One seller."""

    name: ClassVar[str] = "square"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = SquareSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        writes=("save", "audience", "erase"),
        batch=BATCH,
        at_once=4,
        ids=True,
        server_time=True,
        webhooks=True,
    )
    mapper_version: ClassVar[str] = "2"

    def __init__(self, settings: SquareSettings, connection: Connection) -> None:
        self._own = settings
        self._api = Api(settings, connection)
        self._reading = Reading(self._api, settings)
        self._writing = Writing(self._api)
        self._customers = customer_mapper(where=f"connections.{connection.name}")

    def check(self) -> None:
        """Return when Square answers and customers, orders and items may be read."""
        places = [row["id"] for row in self._api.locations()][:1]
        self._api.search("customers/search", {"limit": 1})
        self._api.search("catalog/search", {"object_types": ["ITEM"], "limit": 1})
        if places:
            self._api.search("orders/search", {"location_ids": places, "limit": 1})

    def streams(self) -> Sequence[Stream]:
        """Locations, items, customers, and orders with their returns and deliveries.

        Locations and items are read whole each time; those that are gone stay known, for they are
        in orders.
        """
        late = max(OVERLAP, timedelta(hours=self._own.offline_hours))
        told: DeleteKind = "tombstone" if self._own.events else "reconcile"
        return [
            Stream(name="stores", kind="stores"),
            Stream(name="products", kind="products"),
            Stream(name="customers", kind="customers", cursor="timestamp", deletes=told,
                   lag=LAG, overlap=OVERLAP, also=("consents",)),
            Stream(name="orders", kind="orders", cursor="timestamp", lag=LAG, overlap=late,
                   also=("guests", "deliveries", "returns")),
        ]  # fmt: skip

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """Every location and item; the customers and orders that changed in `window`."""
        match stream.name:
            case "stores":
                return self._reading.locations(position)
            case "products":
                return self._reading.products(position)
            case "customers":
                return self._reading.customers(window, position)
        return self._reading.orders(window, position)

    def ids(self, stream: Stream) -> Iterator[Sequence[str]]:
        """Every customer's id."""
        if stream.name != "customers":
            raise PluginError(f"the stream {stream.name} has no list of ids.")
        return self._reading.ids()

    def server_time(self) -> datetime:
        """Square's clock."""
        return self._api.server_time()

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """One customer, order, item or location in our words."""
        match stream.name:
            case "customers":
                return self._customers(readable(raw))
            case "orders":
                return order(raw, self._own)
            case "products":
                return list(products(raw))
        return [location(raw)]

    def map_page(self, stream: Stream, raws: Sequence[Mapping[str, Json]]) -> Columns | None:
        """Customers by column."""
        return (
            self._customers.page(list(map(readable, raws))) if stream.name == "customers" else None
        )

    def fingerprint(self, stream: Stream) -> str:
        """What of the settings decides how a stream is mapped."""
        if stream.name == "customers":
            return self._customers.fingerprint()
        return " ".join(sorted(self._own.web_sources))

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """What came of each change."""
        return self._writing.all(intents)

    def hear(self, headers: Mapping[str, str], body: bytes, url: str) -> Sequence[Event]:
        """The events of a delivery, signed over the address that the subscription names."""
        hint = "IT: name the subscription's signature key as signature_key."
        secrets = secrets_of(self._own.signature_key, hint=hint)
        verify_square(headers, body, url=self._own.notification_url or url, secrets=secrets)
        return square_events(body, streams=EVENTS)

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()
