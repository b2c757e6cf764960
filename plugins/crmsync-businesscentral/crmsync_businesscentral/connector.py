"""The connector: Business Central's customers, contacts, orders, credit memos and items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr

from crmsync.hookspecs import CONTRACT
from crmsync.http import AtOnce, Budget, FixedWindow
from crmsync.model.intent import Event, Intent, Result
from crmsync.model.stream import (
    Also,
    Capabilities,
    Connection,
    Json,
    Page,
    Stream,
    StreamKind,
    Window,
)
from crmsync.model.told import Told
from crmsync.model.words import Channel
from crmsync_businesscentral import hearing
from crmsync_businesscentral.api import Api
from crmsync_businesscentral.documents import credit, item, order
from crmsync_businesscentral.people import contact, customer
from crmsync_businesscentral.reading import Reading
from crmsync_businesscentral.writing import Writing

CALLS, SECONDS, AT_ONCE = 6000, 300, 5
"""What each user may ask of Business Central online."""

LATE = timedelta(minutes=10)
"""A row is stamped when it is written and shows when its transaction ends; a posting of many
documents takes minutes, and eight at most."""


def _stream(name: str, kind: StreamKind, *also: Also, key: str = "id", goes: bool = True) -> Stream:
    return Stream(name=name, kind=kind, also=also, key=key, cursor="timestamp", overlap=LATE,
                  deletes="reconcile" if goes else "none")  # fmt: skip


STREAMS = (
    _stream("products", "products", goes=False),
    _stream("customers", "customers", "consents"),
    _stream("contacts", "customers", "consents"),
    _stream("orders", "orders", "deliveries", key="order"),
    _stream("returns", "returns"),
)


class BusinessCentralSettings(BaseModel):
    """What a connection to one company of Business Central needs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant: str = Field(pattern=r"^[A-Za-z0-9.-]+$")
    """The tenant's id, or its domain."""
    environment: str = Field("production", pattern=r"^[A-Za-z0-9_-]+$")
    """The environment, as the admin centre names it."""
    company: str
    """The company's id, or its name."""
    client_id: str
    """The id of the app registration in Entra."""
    client_secret: SecretStr
    """That app's secret."""
    url: HttpUrl = HttpUrl("https://api.businesscentral.dynamics.com/v2.0")
    """Where the API is; another one for a sovereign cloud."""
    authority: HttpUrl = HttpUrl("https://login.microsoftonline.com")
    """Where tokens are given out."""
    contacts: bool = True
    """Reads contacts too: persons of firms, their mobile numbers, and whose privacy is blocked."""
    channel: Channel = "in_person"
    """How orders come in."""
    page_size: int = Field(500, ge=1, le=20_000)
    """How many rows a page holds."""
    webhook_secret: SecretStr = SecretStr("")
    """The `clientState` of subscriptions, which proves their notifications."""


class BusinessCentral:
    """One company."""

    name: ClassVar[str] = "businesscentral"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = BusinessCentralSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        writes=("save", "erase"), at_once=4, ids=True, server_time=True, webhooks=True
    )
    mapper_version: ClassVar[str] = "2"

    def __init__(self, settings: BusinessCentralSettings, connection: Connection) -> None:
        self._settings = settings
        limits = (FixedWindow(CALLS, SECONDS), AtOnce(AT_ONCE))
        self._api = Api(
            str(settings.url),
            authority=str(settings.authority),
            tenant=settings.tenant,
            environment=settings.environment,
            company=settings.company,
            client_id=settings.client_id,
            client_secret=settings.client_secret.get_secret_value(),
            budget=Budget.beside(connection, *limits),
        )
        self._reading = Reading(self._api, size=settings.page_size)
        self._writing = Writing(self._api)

    def check(self) -> None:
        """Return when the company is there and the application may read what is to be read."""
        for entity in ("customers", "salesOrders", "salesInvoices", "salesShipments"):
            next(self._api.pages(entity, "", None, size=1, select="id"), None)

    def streams(self) -> Sequence[Stream]:
        """Products, customers, contacts, orders with their shipments, credit memos."""
        return [one for one in STREAMS if one.name != "contacts" or self._settings.contacts]

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """What changed in `window`."""
        return self._reading.rows(stream.name, window, position)

    def ids(self, stream: Stream) -> Iterator[Sequence[str]]:
        """Every id that is there; of orders those too that are posted."""
        return self._reading.ids(stream.name)

    def server_time(self) -> datetime:
        """Business Central's clock."""
        return self._api.server_time()

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """One record in our words."""
        if stream.name == "orders":
            return order(raw, channel=self._settings.channel)
        if stream.name == "returns":
            return credit(raw, channel=self._settings.channel)
        return [{"customers": customer, "contacts": contact, "products": item}[stream.name](raw)]

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """What came of each change."""
        return self._writing.write(intents)

    def hear(self, headers: Mapping[str, str], body: bytes, url: str) -> Sequence[Event]:
        """The events of one delivery, which must carry the secret as its clientState."""
        return hearing.events(body, secret=self._settings.webhook_secret.get_secret_value())

    def subscribe(self, url: str) -> int:
        """How many subscriptions to `url` were made or renewed; to be called every two days."""
        secret = self._settings.webhook_secret.get_secret_value()
        return hearing.subscribe(self._api, url, secret=secret, entities=list(hearing.STREAMS))

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()
