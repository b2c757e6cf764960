"""The connector: ERPNext's customers, orders, invoices, receipts, deliveries, issues and items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import BaseModel

from crmsync.hookspecs import CONTRACT
from crmsync.http.webhooks import frappe_events, secrets_of, verify_frappe
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
from crmsync_erpnext.api import Api
from crmsync_erpnext.customers import customer
from crmsync_erpnext.doctypes import KINDS
from crmsync_erpnext.reading import TOLD_GONE, Reading
from crmsync_erpnext.sales import Sales
from crmsync_erpnext.settings import ErpNextSettings
from crmsync_erpnext.writing import Writing

LAG = timedelta(minutes=2)
"""A stamp is given when a document is saved; what saves it may be committed much later."""

HEARD = {kind.doctype: name for name, kind in KINDS.items()}


class ErpNext:
    """One site."""

    name: ClassVar[str] = "erpnext"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = ErpNextSettings
    capabilities: ClassVar[Capabilities] = Capabilities(
        writes=("save", "consent"), batch=10, at_once=4, server_time=True, webhooks=True
    )
    mapper_version: ClassVar[str] = "2"

    def __init__(self, settings: ErpNextSettings, connection: Connection) -> None:
        self._own = settings
        zone = self._zone = settings.zone or connection.zone
        self._api = Api(settings, connection)
        self._reading = Reading(self._api, settings, zone)
        self._writing = Writing(self._api, settings, zone)
        self._sales = Sales(zone, settings.channel)

    def check(self) -> None:
        """Return when the site answers and the user may read what matters most."""
        lists = [
            "Customer",
            "Contact",
            "Address",
            "Email Unsubscribe",
            "Sales Order",
            "Sales Invoice",
        ]
        history = ["Deleted Document", "Comment"] if self._own.history else []
        for doctype in (*lists, *history):
            self._api.rows(doctype, ("name",), (), "name asc", size=1)

    def streams(self) -> Sequence[Stream]:
        """Tills, items, customers, orders, invoices, receipts, deliveries and issues."""
        return [
            Stream(name="stores", kind="stores", key="name"),
            self._stream("products", "products"),
            self._stream("customers", "customers", "consents"),
            self._stream("orders", "orders", "deliveries"),
            self._stream("invoices", "orders", "returns"),
            self._stream("receipts", "orders", "returns"),
            self._stream("deliveries", "deliveries"),
            self._stream("issues", "interactions"),
        ]

    def _stream(self, name: str, kind: StreamKind, *also: Also) -> Stream:
        """A stream by stamps; without its history ERPNext tells not who is gone or renamed."""
        if name == "customers" and not self._own.history:
            return Stream(name=name, kind=kind, key="name", deletes="missing", also=also)
        gone = self._own.history and name in TOLD_GONE
        return Stream(name=name, kind=kind, key="name", cursor="timestamp", lag=LAG, also=also,
                      deletes="tombstone" if gone else "none")  # fmt: skip

    def read(self, stream: Stream, window: Window, position: Json) -> Iterator[Page]:
        """What changed in `window`, or everything where the stream is read whole."""
        if stream.cursor == "snapshot":
            return self._reading.whole(stream.name, position)
        return self._reading.changed(stream.name, window, position)

    def server_time(self) -> datetime:
        """The site's clock."""
        return self._api.server_time()

    def fingerprint(self, stream: Stream) -> str:
        """What decides how a document is read: the site's zone, and where orders come from."""
        return f"{self._zone} {self._own.channel}"

    def map(self, stream: Stream, raw: Mapping[str, Json]) -> Iterable[Told]:
        """One document in our words."""
        if stream.name == "customers":
            return [customer(raw, self._sales.stamp)]
        return self._sales.ways[stream.name](raw)

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """Customers changed or made; objections to e-mail."""
        return self._writing.write(intents)

    def hear(self, headers: Mapping[str, str], body: bytes, url: str) -> Sequence[Event]:
        """What a webhook tells."""
        hint = "IT: set webhook_secret to the secret of the webhooks that are sent here."
        verify_frappe(headers, body, secrets=secrets_of(self._own.webhook_secret, hint=hint))
        return frappe_events(body, streams=HEARD)

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()
