"""The connector: Lightspeed's outlets, products, customers and sales as crmsync's streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel

from crmsync.errors import ConfigError
from crmsync.hookspecs import CONTRACT
from crmsync.http import AuthorizationCode
from crmsync.http.reading import by_version, with_gone
from crmsync.http.webhooks import lightspeed_events, secrets_of, verify_lightspeed
from crmsync.model.columns import Columns
from crmsync.model.intent import Event, Intent, Result
from crmsync.model.stream import Capabilities, Connection, Json, Notice, Page, Stream, Window
from crmsync.model.told import Told
from crmsync_lightspeed_x.api import Api
from crmsync_lightspeed_x.catalogue import outlet, product
from crmsync_lightspeed_x.customers import WALK_IN, customer_mapper, is_nobody
from crmsync_lightspeed_x.sales import sale
from crmsync_lightspeed_x.settings import LightspeedSettings
from crmsync_lightspeed_x.writing import Writing

STREAMS = (
    Stream(name="stores", kind="stores", cursor="version"),
    Stream(name="products", kind="products", cursor="version"),
    Stream(
        name="customers",
        kind="customers",
        cursor="version",
        deletes="tombstone",
        also=("consents",),
    ),
    Stream(name="orders", kind="orders", cursor="version", deletes="tombstone", also=("returns",)),
)
"""Outlets and products that were deleted stay known: they are in sales."""

PATHS = {"stores": "outlets", "products": "products", "customers": "customers", "orders": "sales"}

WALK_IN_UNKNOWN = Notice(
    "customers: there is a customer with the code WALKIN, on whom sales to nobody are booked.",
    "The integrator: name his id as walk_in, else these sales wait for a customer for ever.",
)


class Lightspeed:
    """One store."""

    name: ClassVar[str] = "lightspeed-x"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = LightspeedSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        writes=("save", "consent", "erase"), at_once=4, webhooks=True
    )
    mapper_version: ClassVar[str] = "2"

    def __init__(self, settings: LightspeedSettings, connection: Connection) -> None:
        self._own = settings
        self._api = Api(settings, connection)
        self._customers = customer_mapper(settings, where=f"connections.{connection.name}")
        self._writing = Writing(self._api, settings)

    def check(self) -> None:
        """Return when the store answers and every list may be read."""
        for path in PATHS.values():
            self._api.list(path, page_size=1)

    def authorize_link(self, state: str) -> str:
        """Where the retailer consents."""
        return self._consent().link(state=state)

    def authorize(self, code: str) -> None:
        """Take the code that his consent brought, and look whether it does."""
        self._consent().take(code)
        self.check()

    def _consent(self) -> AuthorizationCode:
        if isinstance(self._api.auth, AuthorizationCode):
            return self._api.auth
        raise ConfigError(
            "this connection to Lightspeed has a token in its settings.",
            hint="To have the retailer asked, take it out and give client_id and redirect_url.",
        )

    def streams(self) -> Sequence[Stream]:
        """Outlets, products, customers, and sales with their returns."""
        return STREAMS

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """What changed behind the version of `position`, deleted records too."""
        path = PATHS[stream.name]
        deleted = None if path == "sales" else "true"  # of sales the contract knows no such word

        def fetch(after: Any) -> Any:
            return self._api.list(path, after=after, page_size=self._own.page_size, deleted=deleted)

        pages = by_version(fetch, position)
        if stream.deletes == "none":
            return pages
        return self._noticed(with_gone(pages, deleted=is_deleted), stream)

    def _noticed(self, pages: Iterable[Page], stream: Stream) -> Iterator[Page]:
        for page in pages:
            if stream.name == "customers" and any(map(self._is_unnamed_walk_in, page.records)):
                page = replace(page, notices=[WALK_IN_UNKNOWN])
            yield page

    def _is_unnamed_walk_in(self, row: Mapping[str, Json]) -> bool:
        return row.get("customer_code") == WALK_IN and row.get("id") != self._own.walk_in

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """One customer, sale, product or outlet in our words."""
        match stream.name:
            case "customers":
                return [] if is_nobody(raw, self._own.walk_in) else self._customers(raw)
            case "orders":
                return sale(raw, self._own)
            case "products":
                return [product(raw)]
        return [outlet(raw)]

    def map_page(self, stream: Stream, raws: Sequence[Mapping[str, Json]]) -> Columns | None:
        """Customers by column."""
        if stream.name != "customers" or any(is_nobody(raw, self._own.walk_in) for raw in raws):
            return None
        return self._customers.page(raws)

    def fingerprint(self, stream: Stream) -> str:
        """What of the settings decides how a stream is mapped."""
        if stream.name == "customers":
            return f"{self._customers.fingerprint()}{self._own.walk_in}"
        own = self._own
        return f"{own.walk_in} {own.money_digits} {sorted(own.web_registers)}"

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """What came of each change."""
        return [self._writing.one(intent) for intent in intents]

    def hear(self, headers: Mapping[str, str], body: bytes, url: str) -> Sequence[Event]:
        """The event of a delivery; `url` names the webhook's type ("?type=customer.update")."""
        hint = "Lightspeed signs webhooks of OAuth applications only; name its client_secret."
        verify_lightspeed(headers, body, secrets=secrets_of(self._own.client_secret, hint=hint))
        about = parse_qs(urlsplit(url).query).get("type", [""])[-1]
        return lightspeed_events(body, about=about)

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()


def is_deleted(row: Mapping[str, Json]) -> bool:
    """Whether a record says when it was deleted."""
    return isinstance(row.get("deleted_at"), str) and bool(row["deleted_at"])
