"""The connector: Shopify's locations, products, customers and orders as crmsync's streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import BaseModel

from crmsync.errors import PluginError
from crmsync.hookspecs import CONTRACT
from crmsync.http.webhooks import secrets_of, shopify_events, verify_shopify
from crmsync.http.webhooks.events import SHOPIFY, Topics
from crmsync.model.intent import Event, Intent, Result
from crmsync.model.stream import Capabilities, Connection, DeleteKind, Json, Page, Stream, Window
from crmsync.model.told import Told
from crmsync_shopify import queries
from crmsync_shopify.api import Api
from crmsync_shopify.catalogue import location, products
from crmsync_shopify.customers import customer
from crmsync_shopify.orders import order
from crmsync_shopify.queries import Queries
from crmsync_shopify.reading import Reading
from crmsync_shopify.settings import ShopifySettings
from crmsync_shopify.writing import BATCH, Writing

LAG, OVERLAP = timedelta(minutes=5), timedelta(minutes=15)
"""Lists are searched in an index that follows after a while; nobody says how long."""

TOPICS: Topics = {
    **SHOPIFY,
    "fulfillments/create": ("orders", "changed"),
    "fulfillments/update": ("orders", "changed"),
    "locations/create": ("stores", "changed"),
    "locations/update": ("stores", "changed"),
}


class Shopify:
    """One shop."""

    name: ClassVar[str] = "shopify"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = ShopifySettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        writes=("save", "consent", "audience", "erase"),
        batch=BATCH,
        at_once=4,
        ids=True,
        server_time=True,
        webhooks=True,
    )
    mapper_version: ClassVar[str] = "2"

    def __init__(self, settings: ShopifySettings, connection: Connection) -> None:
        self._own, asked = settings, Queries(settings)
        self._api = Api(settings, connection)
        self._reading = Reading(self._api, settings, asked)
        self._writing = Writing(self._api, settings, asked)

    def check(self) -> None:
        """Return when the shop answers, and shows customers, orders, products and locations."""
        self._api.ask(queries.CHECK)

    def streams(self) -> Sequence[Stream]:
        """Locations, products, customers, and orders with their deliveries and refunds.

        Locations are read whole each time. Locations and products that are gone stay known, for
        they are in orders.
        """
        gone: DeleteKind = "reconcile" if self._own.all_orders else "none"
        return [
            Stream(name="stores", kind="stores"),
            Stream(name="products", kind="products", cursor="timestamp", lag=LAG, overlap=OVERLAP),
            Stream(name="customers", kind="customers", cursor="timestamp", deletes="reconcile",
                   lag=LAG, overlap=OVERLAP, also=("consents",)),
            Stream(name="orders", kind="orders", cursor="timestamp", deletes=gone, lag=LAG,
                   overlap=OVERLAP, also=("guests", "deliveries", "returns")),
        ]  # fmt: skip

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """Everything, or what changed in `window`."""
        if stream.name == "stores":
            return self._reading.locations(position)
        return self._reading.changed(stream.name, window, position)

    def ids(self, stream: Stream) -> Iterator[Sequence[str]]:
        """Every id of the customers; of the orders where all of them are shown."""
        if stream.deletes != "reconcile":
            raise PluginError(f"the stream {stream.name} has no list of ids.")
        return self._reading.ids(stream.name)

    def server_time(self) -> datetime:
        """The shop's clock."""
        return self._api.server_time(queries.CLOCK)

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """One customer, order, product or location in our words."""
        match stream.name:
            case "customers":
                return [customer(raw, self._own)]
            case "orders":
                return order(raw)
            case "products":
                return list(products(raw))
        return [location(raw)]

    def asks(self, stream: Stream) -> str:
        """The settings that decide what is asked for."""
        return self._own.model_dump_json(
            include={"all_orders", "companies", "costs", "metafields", "phones", "promises"}
        )

    def fingerprint(self, stream: Stream) -> str:
        """What of the settings decides how a stream is mapped."""
        if stream.name != "customers":
            return stream.name
        return f"{sorted(self._own.metafields.items())} {self._own.phones}"

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """What came of each change."""
        return self._writing.all(intents)

    def hear(self, headers: Mapping[str, str], body: bytes, url: str) -> Sequence[Event]:
        """The events of a delivery, signed with the app's client secret, or with the one before."""
        hint = "IT: name the app's client secret as client_secret."
        secrets = secrets_of(self._own.client_secret, self._own.old_client_secret, hint=hint)
        verify_shopify(headers, body, secrets=secrets)
        return shopify_events(headers, body, topics=TOPICS)

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()
