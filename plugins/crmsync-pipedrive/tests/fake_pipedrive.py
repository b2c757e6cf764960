"""Pipedrive's dialect: lists by cursor, whole-second stamps, deals apart from their products."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from crmsync_pipedrive import Pipedrive

from crmsync.testing import Answer, Asked, FakeBackend, Row, Rows, Table

LISTS = {"persons": "customers", "organizations": "organizations", "deals": "orders",
         "products": "products", "activities": "activities"}  # fmt: skip
TITLE = "a" * 40
"""The key of a custom field."""

FIELD = {"field_code": TITLE, "field_name": "Akad. Titel", "field_type": "enum",
         "options": [{"id": 31, "label": "Dr."}, {"id": 32, "label": "Prof. Dr."}]}  # fmt: skip


class FakePipedrive(FakeBackend):
    """One company with the Campaigns add-on."""

    connector = Pipedrive
    tables: ClassVar[Mapping[str, Table]] = {
        "customers": Table(stamp="update_time", name="last_name", email="emails.0.value",
                           hidden=("emails", "phones", "marketing_status", "custom_fields")),
        "organizations": Table(stamp="update_time", name="name"),
        "orders": Table(stamp="update_time", name="title", customer="person_id",
                        amount="lines.0.item_price", placed="won_time"),
        "products": Table(stamp="update_time", name="name"),
        "activities": Table(stamp="update_time", name="subject"),
    }  # fmt: skip
    precision = timedelta(seconds=1)
    late = timedelta(minutes=2)
    limit = (20, 2.0)

    def __init__(self) -> None:
        super().__init__()
        self.secret("client_secret")
        self.secret("refresh_token")
        self.archived: set[str] = set()
        self.stubborn = False

    def settings(self) -> Mapping[str, Any]:
        return {"url": self.url, "oauth_url": f"{self.url}/oauth/token", "client_id": "app",
                "client_secret": self.secret("client_secret"),
                "refresh_token": self.secret("refresh_token"), "page_size": self.page,
                "campaigns": True, "fields": {"titles": "Akad. Titel"},
                "tokens": 3_000_000}  # fmt: skip

    # rows

    def fill(self, *, customers: int = 7, orders: int = 5) -> FakePipedrive:
        super().fill(customers=customers, orders=orders)
        for stream in ("organizations", "products", "activities"):
            for number in range(1, 6):
                self.add(stream, number)
        self.advance(hours=1)
        return self

    def row(self, stream: str, n: int) -> dict[str, Any]:
        made = {"add_time": "2026-01-05T10:00:00Z"}
        if stream == "organizations":
            place = {"value": "Ehrenfeldgürtel 1, 50823 Köln", "route": "Ehrenfeldgürtel",
                     "street_number": "1", "locality": "Köln", "postal_code": "50823",
                     "country": "Deutschland"}  # fmt: skip
            return {"id": 3000 + n, "name": f"Feinkost Kräuterlein {n}", "address": place, **made}
        if stream == "products":
            price = {"product_id": 7000 + n, "price": 10.9, "currency": "EUR", "cost": 6.2}
            return {"id": 7000 + n, "name": f"Röstkaffee {n}", "code": f"KAFFEE-{n}",
                    "prices": [price], **made}  # fmt: skip
        if stream == "activities":
            people = self.living("customers")
            return {"id": 6000 + n, "subject": f"Rückruf {n}", "type": "call", "done": n % 2 == 0,
                    "due_date": "2026-10-05", "due_time": "08:15", "marked_as_done_time": None,
                    "person_id": people[n % len(people)].data["id"], **made}  # fmt: skip
        return super().row(stream, n)

    def customer(self, n: int) -> dict[str, Any]:
        who = self.person(n)
        place = {"value": f"{who.street} {who.house_number}, {who.postal_code} {who.city}",
                 "route": who.street, "street_number": who.house_number, "locality": who.city,
                 "postal_code": who.postal_code, "country": "Deutschland"}  # fmt: skip
        return {"id": n, "first_name": who.given, "last_name": who.family, "org_id": None,
                "emails": [{"value": who.email, "primary": True, "label": "work"}],
                "phones": [{"value": who.phone, "primary": True, "label": "work"}],
                "postal_address": place, "add_time": "2026-01-05T10:00:00Z", "birthday": None,
                "marketing_status": "subscribed" if n % 2 else "no_consent",
                "custom_fields": {TITLE: 31 if n % 3 == 0 else None}}  # fmt: skip

    def order(self, n: int, customer: Mapping[str, Any]) -> dict[str, Any]:
        line = {"id": 900 + n, "product_id": 7001, "name": f"Röstkaffee {n}", "quantity": 1,
                "item_price": 10.9 + n, "discount": 0, "discount_type": "percentage", "tax": 7,
                "tax_method": "inclusive", "is_enabled": True, "order_nr": 1}  # fmt: skip
        return {"id": 500 + n, "title": f"Kaffeeabo {500 + n}", "person_id": customer["id"],
                "org_id": None, "value": 10.9 + n, "currency": "EUR", "status": "won",
                "add_time": "2026-10-01T08:15:00Z", "lines": [line],
                "won_time": f"2026-10-{n % 28 + 1:02}T08:15:00Z"}  # fmt: skip

    def price(self, row: Row, amount: str) -> None:
        self.change("orders", row.id, {"lines.0.item_price": float(amount)})

    def consents(self, row: Row) -> bool:
        return bool(row.data["marketing_status"] == "subscribed")

    def suppress(self, row: Row) -> None:
        self.change("customers", row.id, {"marketing_status": "unsubscribed"})

    # answers

    def answer(self, asked: Asked) -> Answer:
        if asked.parts == ["oauth", "token"]:
            return self.grant(asked, secret="refresh_token")
        if not (self.knows(asked.bearer) or self.knows(asked.headers.get("x-api-token", ""))):
            return wrong(401)
        match asked.method, asked.parts:
            case "GET", ["api", "v1", "users", "me"]:
                return Answer(data={"success": True, "data": {"id": 1}})
            case "GET", ["api", "v2", "personFields"]:
                return Answer(data={"success": True, "data": [FIELD], "additional_data": {}})
            case "GET", ["api", "v2", "persons", "search"]:
                return self.search(asked.query["term"])
            case "GET", ["api", "v2", "deals", "products"]:
                return self.products_of(asked)
            case "GET", ["api", "v2", "deals", "archived"]:
                return self.page_of(asked, "orders", archived=True)
            case "GET", ["api", "v2", name] if name in LISTS:
                return self.page_of(asked, LISTS[name])
            case "POST", ["api", "v2", "persons"]:
                blank: dict[str, Any] = {
                    "marketing_status": "no_consent",
                    "phones": [],
                    "postal_address": None,
                }
                made = self.make("customers", {**blank, **named(asked.json)})
                return Answer(status=201, data={"success": True, "data": self.shown(made, asked)})
            case method, ["api", "v2", "persons", identity]:
                return self.of_person(method, identity, asked)
        return wrong(404)

    def of_person(self, method: str, identity: str, asked: Asked) -> Answer:
        row = self.get("customers", identity)
        if row is None:
            return wrong(404)
        if method == "DELETE":
            self.delete("customers", identity)
            return Answer(data={"success": True, "data": {"id": int(identity)}})
        if method == "PATCH":
            told = named(asked.json)
            if self.stubborn:
                told.pop("marketing_status", None)
            row = self.change("customers", identity, told)
        return Answer(data={"success": True, "data": self.shown(row, asked)})

    def page_of(self, asked: Asked, stream: str, *, archived: bool = False) -> Answer:
        query = asked.query
        gone = query.get("status") == "deleted"
        rows = self.rows(stream, since=query.get("updated_since"),
                         until=query.get("updated_until"), deleted=gone)  # fmt: skip
        if stream == "orders" and not gone:
            rows = Rows(row for row in rows if (row.id in self.archived) == archived)
        if "ids" in query:
            rows = Rows(row for row in rows if row.id in query["ids"].split(","))
        page = self.by_cursor(rows, query.get("cursor"), query["limit"])
        found = [self.shown(row, asked) for row in page.rows]
        more = {"next_cursor": page.next}
        return Answer(data={"success": True, "data": found, "additional_data": more})

    def shown(self, row: Row, asked: Asked) -> dict[str, Any]:
        """What is only shown where it is asked for, and no lines within a deal."""
        told = {**row.data, "is_deleted": row.deleted}
        told.pop("lines", None)
        if "marketing_status" not in asked.query.get("include_fields", ""):
            told.pop("marketing_status", None)
        if isinstance(told.get("last_name"), str) and isinstance(told.get("first_name"), str):
            told["name"] = f"{told['first_name']} {told['last_name']}".strip()
        return told

    def products_of(self, asked: Asked) -> Answer:
        wanted = asked.query["deal_ids"].split(",")
        found = []
        for row in self.rows("orders"):
            lines = row.data.get("lines")
            if row.id in wanted and isinstance(lines, list):
                found += [{**one, "deal_id": int(row.id)} for one in lines if isinstance(one, dict)]
        return Answer(data={"success": True, "data": found, "additional_data": {}})

    def search(self, term: str) -> Answer:
        found = [{"item": {"id": int(row.id), "emails": [term]}} for row in self.living("customers")
                 if term.casefold() in str(row.data.get("emails")).casefold()]  # fmt: skip
        return Answer(data={"success": True, "data": {"items": found}})


def wrong(status: int) -> Answer:
    told = {"success": False, "error": "Änne Geheim", "error_info": "…"}
    return Answer(status=status, data=told)


def named(told: Mapping[str, Any]) -> dict[str, Any]:
    """A name is one text; it is kept in its two parts."""
    data = dict(told)
    if "name" in data:
        data["first_name"], _, data["last_name"] = str(data.pop("name")).rpartition(" ")
    return data
