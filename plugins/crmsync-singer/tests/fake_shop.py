"""A shop as tap-shopify tells of it, behind a tap of our own that runs in a process of its own."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from crmsync_singer import Singer

from crmsync.testing import Answer, Asked, FakeBackend, Row, Table

TAP = Path(__file__).with_name("tap_kontor.py")
COMMAND = [sys.executable, "-I", "-S", str(TAP)]


class FakeShop(FakeBackend):
    """What the tap reads; its rows have the fields that tap-shopify's schemas name."""

    connector = Singer
    tables: ClassVar[Mapping[str, Table]] = {
        "customers": Table(version="version", stamp="updatedAt", name="lastName", email="email",
                           hidden=("email", "phone", "addresses"), hides="absent"),
        "orders": Table(version="version", name="name", placed="processedAt",
                        amount="lineItems.0.originalTotalSet.shopMoney.amount",
                        customer="customer.id"),
    }  # fmt: skip
    merges = ("customers",)

    def settings(self) -> Mapping[str, Any]:
        config = {"url": self.url, "token": self.secret("token"), "page": self.page,
                  "timeout": 1.0}  # fmt: skip
        return {
            "tap": "tap-shopify",
            "command": COMMAND,
            "config": config,
            "silence": 20,
            "streams": [
                {"name": name, "deletes": "tombstone", "merged_into": "mergedInto"}
                for name in self.tables
            ],
        }

    def customer(self, n: int) -> dict[str, Any]:
        who = self.person(n)
        consent = {"marketingState": "UNSUBSCRIBED" if n % 3 else "SUBSCRIBED",
                   "marketingOptInLevel": "SINGLE_OPT_IN",
                   "consentUpdatedAt": "2026-10-01T08:00:00Z"}  # fmt: skip
        home = {"name": f"{who.given} {who.family}", "address1": f"{who.street} {who.house_number}",
                "zip": who.postal_code, "city": who.city, "countryCodeV2": "DE"}  # fmt: skip
        return {"id": f"gid://shopify/Customer/{n}", "firstName": who.given, "lastName": who.family,
                "email": who.email, "phone": who.phone, "verifiedEmail": True,
                "addresses": [home], "locale": "de-DE", "tags": ["Stammkunde"],
                "emailMarketingConsent": consent,
                "createdAt": "2025-03-01T09:00:00Z"}  # fmt: skip

    def order(self, n: int, customer: Mapping[str, Any]) -> dict[str, Any]:
        price = {"shopMoney": {"amount": f"{10 + n}.90", "currencyCode": "EUR"}}
        line = {"sku": f"KAFFEE-{n}", "name": "Kaffee", "quantity": 1, "originalTotalSet": price,
                "discountAllocations": [], "isGiftCard": False}  # fmt: skip
        return {"id": f"gid://shopify/Order/{500 + n}", "name": f"#{500 + n}",
                "customer": {"id": customer["id"]}, "currencyCode": "EUR", "taxesIncluded": True,
                "processedAt": f"2026-10-{n % 28 + 1:02}T10:15:00+02:00", "sourceName": "web",
                "displayFulfillmentStatus": "FULFILLED", "lineItems": [line]}  # fmt: skip

    def new_id(self, stream: str) -> Any:
        return f"gid://shopify/{stream}/{90_000 + self._numbers}"

    def serve(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[Answer, int]:
        """As any backend; the tap's pauses move the clock instead of costing time."""
        if target.startswith("/sleep"):
            self.advance(seconds=float(parse_qs(urlsplit(target).query)["seconds"][0]))
            return Answer(data={}), 0
        return super().serve(method, target, headers, body)

    def answer(self, asked: Asked) -> Answer:
        if not self.is_secret("token", asked.bearer):
            return Answer(status=401, data={"error": "who are you?"})
        match asked.parts:
            case ["schema"]:
                return Answer(data={name: self._fields(name) for name in self.tables})
            case [stream] if stream in self.tables:
                return self.list(stream, asked)
        return Answer(status=404, data={"error": "no such route"})

    def _fields(self, stream: str) -> list[str]:
        known = {
            "_sdc_deleted_at",
            "mergedInto",
            "version",
            "updatedAt",
            "locale",
            "lineItems",
            "customer",
        }
        return sorted(known.union(*(row.data for row in self.kept[stream].values())))

    def list(self, stream: str, asked: Asked) -> Answer:
        rows = self.rows(stream, after=asked.query["after"], order="version", deleted=None)
        page = self.by_offset(rows, 0, asked.query["limit"])
        last = page.rows[-1].version if page.rows else None
        items = [self.told(row) for row in page.rows]
        return Answer(data={"items": items, "last": last, "more": page.next is not None})

    def told(self, row: Row) -> dict[str, Any]:
        if not row.deleted:
            return row.data
        gone = {"id": row.data["id"], "_sdc_deleted_at": "2026-11-21T12:00:00Z"}
        return {**gone, "mergedInto": row.merged_into}
