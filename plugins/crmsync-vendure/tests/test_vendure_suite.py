"""Vendure's dialect, and the one line that proves its connector."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from crmsync_vendure import Vendure

from crmsync.testing import Answer, Asked, FakeBackend, Row, Table, connector_suite, put


class FakeVendure(FakeBackend):
    """Vendure's Admin API, as far as the connector asks it."""

    connector = Vendure
    tables: ClassVar[Mapping[str, Table]] = {
        "customers": Table(stamp="updatedAt", name="lastName", email="emailAddress"),
        "orders": Table(stamp="updatedAt", name="code", amount="lines.0.linePriceWithTax",
                        placed="orderPlacedAt", customer="customer.id"),
    }  # fmt: skip
    precision = timedelta(seconds=1)
    reading = "complete"

    def settings(self) -> Mapping[str, Any]:
        return {"url": self.url, "user": "crmsync", "password": self.secret("password"),
                "page_size": self.page, "reading": self.reading}  # fmt: skip

    def customer(self, n: int) -> dict[str, Any]:
        who = self.person(n)
        return {"id": str(n), "createdAt": "2026-01-02T10:00:00.000Z", "title": who.salutation,
                "firstName": who.given, "lastName": who.family, "emailAddress": who.email,
                "phoneNumber": who.phone, "addresses": [], "groups": [],
                "user": {"verified": True}, "history": {"items": []}}  # fmt: skip

    def order(self, n: int, customer: Mapping[str, Any]) -> dict[str, Any]:
        line = {"id": "1", "quantity": 1, "linePriceWithTax": 1290, "taxRate": 7,
                "proratedLinePriceWithTax": 1290, "proratedUnitPriceWithTax": 1290,
                "productVariant": {"sku": "KAFFEE", "name": "Kaffee"}}  # fmt: skip
        return {"id": str(500 + n), "code": f"T{500 + n}", "state": "Delivered",
                "orderPlacedAt": "2026-11-03T10:15:00.000Z", "currencyCode": "EUR",
                "shippingWithTax": 0, "customer": {"id": customer["id"]}, "lines": [line],
                "fulfillments": [], "payments": [], "history": {"items": []}}  # fmt: skip

    def price(self, row: Row, amount: str) -> None:
        cents = round(float(amount) * 100)
        for path in ("linePriceWithTax", "proratedLinePriceWithTax", "proratedUnitPriceWithTax"):
            put(row.data, f"lines.0.{path}", cents)
        self.bump("orders", row)

    def answer(self, asked: Asked) -> Answer:
        name, variables = self.operation(asked)
        if asked.parts != ["admin-api"]:
            return Answer(status=404, data={"error": "no such path"})
        if name == "Login":
            return self.login(variables)
        if name == "Ping":
            return Answer(data={"data": {"__typename": "Query"}})
        if not self.knows(asked.bearer):
            return failed("FORBIDDEN")
        if name == "Rights":
            return Answer(data={"data": {}})
        stream = {"Customers": "customers", "CustomerIds": "customers", "Orders": "orders",
                  "OrderIds": "orders"}.get(name)  # fmt: skip
        if stream is None:
            return Answer(data={"data": {"found": {"items": []}}})
        return self.list(stream, variables["options"])

    def login(self, variables: Mapping[str, Any]) -> Answer:
        if not self.is_secret("password", variables["password"]):
            return Answer(data={"data": {"login": {"errorCode": "INVALID_CREDENTIALS_ERROR"}}})
        headers = {"vendure-auth-token": self.new_token()}
        return Answer(data={"data": {"login": {"__typename": "CurrentUser"}}}, headers=headers)

    def list(self, stream: str, options: Mapping[str, Any]) -> Answer:
        where = options.get("filter", {})
        stamps = where.get("updatedAt", {})
        rows = self.rows(stream, above=stamps.get("after"), until=stamps.get("before"))
        if wanted := where.get("id"):
            kept = [row for row in rows if row.id in wanted["in"]]
            rows = self.listed(stream, kept)
        take = min(options["take"], 1000)
        found = rows[options["skip"] : options["skip"] + take]
        return Answer(data={"data": {"found": {"items": [row.data for row in found]}}})


def failed(code: str) -> Answer:
    """An error as Vendure tells it, in a 200."""
    return Answer(data={"errors": [{"message": code, "extensions": {"code": code}}]})


TestVendure = connector_suite(FakeVendure)
