"""The connector: Tryton's parties, sales and products as crmsync's streams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel

from crmsync.errors import ConfigError, CredentialsError, NotReadable
from crmsync.hookspecs import CONTRACT
from crmsync.http import AtOnce, Budget
from crmsync.model.intent import Intent, Result
from crmsync.model.stream import Capabilities, Connection, Json, Page, Stream, Window
from crmsync.model.told import Told
from crmsync_tryton.customers import customer
from crmsync_tryton.faults import RIGHTS, Refused
from crmsync_tryton.newsletter import recipient
from crmsync_tryton.orders import order
from crmsync_tryton.products import product
from crmsync_tryton.reading import Reading
from crmsync_tryton.rpc import Domain, Rpc
from crmsync_tryton.settings import TrytonSettings
from crmsync_tryton.streams import SOURCES, Source
from crmsync_tryton.writing import Writing

OLDEST = 7
"""The oldest series whose remote calls have the form this connector speaks."""

AT_ONCE = 2
"""How many calls are under way at once: people work with the server meanwhile."""


class Tryton:
    """One Tryton database."""

    name: ClassVar[str] = "tryton"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = TrytonSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        writes=("save", "consent", "erase"), batch=20, at_once=AT_ONCE, ids=True, server_time=True,
    )  # fmt: skip
    mapper_version: ClassVar[str] = "3"

    def __init__(self, settings: TrytonSettings, connection: Connection) -> None:
        self._settings, self._zone = settings, connection.zone
        self._rpc = Rpc(
            str(settings.url),
            database=settings.database,
            user=settings.user,
            password=settings.password.get_secret_value(),
            language=connection.language,
            budget=Budget.beside(connection, AtOnce(AT_ONCE), share=0.0),
        )
        self._writing = Writing(self._rpc, self._ours)
        self._own_parties: list[int] | None = None

    def check(self) -> None:
        """Return when the server is new enough and the user may read parties and sales."""
        version = self._rpc.version()
        series = version.partition(".")[0]
        if not series.isdecimal():
            raise NotReadable("Tryton does not say which version it is.", hint="Check the url.")
        if int(series) < OLDEST:
            raise ConfigError(
                f"Tryton {version} is too old.", hint=f"{OLDEST}.0 or newer is needed."
            )
        for source in self._sources():
            try:
                if not source.module or self._rpc.fields(source.model, ["id"]):
                    self._rpc.search(source.model, [], limit=1)
            except Refused:
                raise CredentialsError(
                    f"The user may not read {source.model}.", hint=RIGHTS
                ) from None

    def streams(self) -> Sequence[Stream]:
        """Products, customers, newsletter, orders with their deliveries and returns."""
        return [source.stream for source in self._sources()]

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """What changed in `window`, the rows' own changes first, then their children's."""
        return self._reading(stream, window).pages(position)

    def ids(self, stream: Stream) -> Iterator[Sequence[str]]:
        """Every id that is alive in Tryton now."""
        return self._reading(stream, Window()).ids()

    def server_time(self) -> datetime:
        """Tryton's clock."""
        return self._rpc.server_time()

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """One party, sale or product in our words."""
        if stream.name == "orders":
            return order(raw, channel=self._settings.channel, zone=self._zone)
        maps = {"customers": customer, "newsletter": recipient, "products": product}
        return [maps[stream.name](raw)]

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """What came of each change."""
        return self._writing.write(intents)

    def close(self) -> None:
        """Let go of the connections."""
        self._rpc.close()

    def _sources(self) -> list[Source]:
        wanted = self._settings.newsletter
        return [source for name, source in SOURCES.items() if wanted or name != "newsletter"]

    def _reading(self, stream: Stream, window: Window) -> Reading:
        source, size = SOURCES[stream.name], self._settings.page_size
        return Reading(self._rpc, source, window, only=self._only(stream), page_size=size)

    def _only(self, stream: Stream) -> Domain:
        if stream.name != "customers":
            return []
        return [*self._settings.customers, ["id", "not in", self._ours()]]

    def _ours(self) -> list[int]:
        """The parties that are the retailer's own companies."""
        if self._own_parties is None:
            known = "company" in self._rpc.context  # only with the module company
            found = self._rpc.search_read("company.company", [], ["party"]) if known else []
            self._own_parties = [int(company["party"]) for company in found]
        return self._own_parties
