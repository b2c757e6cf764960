"""The connector: Tryton's parties, sales and products as crmsync's streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr

from crmsync.errors import ConfigError
from crmsync.hookspecs import CONTRACT
from crmsync.model.stream import Capabilities, Connection, Json, Page, Stream, Window
from crmsync.model.told import Told
from crmsync.model.words import Channel
from crmsync_tryton.customers import customer
from crmsync_tryton.orders import order
from crmsync_tryton.products import product
from crmsync_tryton.reading import Reading, living_ids
from crmsync_tryton.rpc import Domain, Rpc
from crmsync_tryton.streams import SOURCES, STREAMS

OLDEST = 7
"""The oldest series whose remote calls have the form this connector speaks."""


class TrytonSettings(BaseModel):
    """What a connection to Tryton needs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: HttpUrl
    """The server's address."""
    database: str
    """The database."""
    user: str
    """The login of a user who may read parties and sales."""
    password: SecretStr
    """Their password."""
    customers: list[Any] = Field(default_factory=list)
    """A search (domain) that says which parties are customers, for instance `[["categories.name",
    "=", "Kunde"]]`."""
    channel: Channel = "in_person"
    """How sales come in that no web shop brought."""
    page_size: int = Field(200, ge=1, le=1000)
    """How many rows a page holds."""


class Tryton:
    """One Tryton database."""

    name: ClassVar[str] = "tryton"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = TrytonSettings
    capabilities: ClassVar[Capabilities] = Capabilities(ids=True, server_time=True)
    mapper_version: ClassVar[str] = "1"

    def __init__(self, settings: TrytonSettings, connection: Connection) -> None:
        self._settings = settings
        self._rpc = Rpc(
            str(settings.url),
            database=settings.database,
            user=settings.user,
            password=settings.password.get_secret_value(),
            language=connection.language,
        )
        self._own_parties: list[int] | None = None

    def check(self) -> None:
        """Return when the server is new enough and the user may read parties and sales."""
        version = self._rpc.version()
        if int(version.split(".")[0]) < OLDEST:
            raise ConfigError(
                f"Tryton {version} is too old.", hint=f"{OLDEST}.0 or newer is needed."
            )
        for source in SOURCES.values():
            self._rpc.search(source.model, [], limit=1)

    def streams(self) -> Sequence[Stream]:
        """Products, customers, orders with their deliveries and returns."""
        return STREAMS

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """What changed in `window`, the rows' own changes first, then their children's."""
        source = SOURCES[stream.name]
        size = self._settings.page_size
        reading = Reading(self._rpc, source, window, only=self._only(stream), page_size=size)
        return reading.pages(position)

    def ids(self, stream: Stream) -> Iterator[Sequence[str]]:
        """Every id that is alive in Tryton now."""
        return living_ids(self._rpc, SOURCES[stream.name], only=self._only(stream))

    def server_time(self) -> datetime:
        """Tryton's clock."""
        return self._rpc.server_time()

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """One party, sale or product in our words."""
        if stream.name == "orders":
            return order(raw, channel=self._settings.channel)
        return [customer(raw) if stream.name == "customers" else product(raw)]

    def close(self) -> None:
        """Let go of the connections."""
        self._rpc.close()

    def _only(self, stream: Stream) -> Domain:
        if stream.name != "customers":
            return []
        return [*self._settings.customers, ["id", "not in", self._ours()]]

    def _ours(self) -> list[int]:
        """The parties that are the retailer's own companies."""
        if self._own_parties is None:
            known = "company" in self._rpc.context  # only with the module company
            companies = (
                self._rpc.search_read("company.company", [], ["party"], limit=1000) if known else []
            )
            self._own_parties = [int(company["party"]) for company in companies]
        return self._own_parties
