"""The connector: Odoo's contacts, sales, receipts, deliveries and credit notes as streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, model_validator

from crmsync.errors import ConfigError
from crmsync.hookspecs import CONTRACT
from crmsync.http import AtOnce, Budget
from crmsync.http.webhooks import verify_url
from crmsync.model.intent import Event, Intent, Result
from crmsync.model.stream import Capabilities, Connection, Json, Page, Stream, Window
from crmsync.model.told import Told
from crmsync.model.words import Channel
from crmsync_odoo import joins, others
from crmsync_odoo.api import Api, Dialect
from crmsync_odoo.customers import customer
from crmsync_odoo.hearing import events
from crmsync_odoo.orders import order, receipt
from crmsync_odoo.reading import Reading
from crmsync_odoo.sources import SOURCES, Part, Source
from crmsync_odoo.writing import Writing

OLDEST = 14
AT_ONCE = 2
"""How many calls are under way at once: a small Odoo has few workers, and people work with it."""

LOCALES = {"de": "de_DE", "en": "en_US", "fr": "fr_FR", "it": "it_IT", "nl": "nl_NL"}


class OdooSettings(BaseModel):
    """What a connection to one database of Odoo needs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl
    """The server's address."""
    key: SecretStr
    """An API key; up to 18 the user's password does too."""
    database: str = ""
    """The database; needed up to 18, and where a server has several."""
    user: str = ""
    """The login; needed up to 18."""
    api: Dialect = "auto"
    """Which interface: `jsonrpc` up to 18, `json2` from 19; `auto` asks the server."""
    parts: tuple[Part, ...] = ("pos", "sale", "stock", "account")
    """What is read beside contacts and products; leave out what is not installed."""
    customers: list[Any] = Field(default_factory=list)
    """A search (domain) that says which contacts are customers, for instance `[["customer_rank",
    ">", 0]]`."""
    channel: Channel = "in_person"
    """How sales come in that no web shop brought."""
    page_size: int = Field(500, ge=1, le=2000)
    """How many rows a page holds."""
    webhook_secret: SecretStr = SecretStr("")
    """Stands in the url that automations call."""

    @model_validator(mode="after")
    def _enough_for_rpc(self) -> Self:
        if self.api == "jsonrpc" and not (self.user and self.database):
            raise ValueError("jsonrpc needs user and database")
        return self


class Odoo:
    """One database."""

    name: ClassVar[str] = "odoo"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = OdooSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        writes=("save", "consent", "audience", "erase"), batch=20, at_once=AT_ONCE,
        ids=True, server_time=True, webhooks=True,
    )  # fmt: skip
    mapper_version: ClassVar[str] = "2"

    def __init__(self, settings: OdooSettings, connection: Connection) -> None:
        self._settings = settings
        self._api = Api(
            str(settings.url),
            database=settings.database,
            user=settings.user,
            key=settings.key.get_secret_value(),
            dialect=settings.api,
            language=LOCALES.get(connection.language, connection.language),
            budget=Budget.beside(connection, AtOnce(AT_ONCE), share=0.0),
        )
        self._writing = Writing(self._api)

    def check(self) -> None:
        """Return when the server is new enough and the user may read what is to be read."""
        version = self._api.version
        if version < OLDEST:
            raise ConfigError(f"Odoo {version} is too old.", hint=f"{OLDEST} or newer is needed.")
        for source in self._sources():
            if source.model in ("res.partner", "sale.order", "account.move", "pos.order"):
                self._first(source)

    def streams(self) -> Sequence[Stream]:
        """Stores, products, customers, and the records of the parts that are configured."""
        return [source.stream for source in self._sources()]

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """What changed in `window`, the rows' own changes first, then what belongs to them."""
        return self._reading(stream, window).pages(position)

    def ids(self, stream: Stream) -> Iterator[Sequence[str]]:
        """Every id that is there and not archived."""
        return self._reading(stream, Window()).ids()

    def server_time(self) -> datetime:
        """Odoo's clock."""
        return self._api.server_time()

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """One record in our words."""
        if stream.name == "customers":
            return [customer(raw)]
        if stream.name == "orders":
            return order(raw, channel=self._settings.channel)
        maps = {"stores": others.store, "products": others.product, "pos_orders": receipt,
                "deliveries": others.delivery, "returns": others.credit,
                "leads": others.lead}  # fmt: skip
        return maps[stream.name](raw)

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """What came of each change."""
        return self._writing.write(intents)

    def hear(self, headers: Mapping[str, str], body: bytes, url: str) -> Sequence[Event]:
        """The event of one call of an automation, which must carry the secret in its url."""
        verify_url(url, secrets=[self._settings.webhook_secret.get_secret_value()])
        return events(body)

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()

    def _sources(self) -> list[Source]:
        parts = (None, *self._settings.parts)
        return [source for source in SOURCES.values() if source.part in parts]

    def _reading(self, stream: Stream, window: Window) -> Reading:
        only = self._settings.customers if stream.name == "customers" else []
        return Reading(
            self._api, SOURCES[stream.name], window, only=only, size=self._settings.page_size,
            joins=joins.BY_STREAM.get(stream.name, joins.nothing),
        )  # fmt: skip

    def _first(self, source: Source) -> None:
        """Ask for one row, which needs the right to read; nothing where the module is missing."""
        if self._api.fields(source.model):
            self._api.search_read(source.model, [], ["id"], limit=1)
