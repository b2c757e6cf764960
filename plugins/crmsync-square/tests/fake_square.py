"""Square's dialect (2025-08-20): what the connector to it is proven against."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar, Self

from crmsync_square import Square

from crmsync.testing import Answer, Asked, FakeBackend, Row, Rows, Table


class FakeSquare(FakeBackend):
    """A seller as his applications see him."""

    connector = Square
    tables: ClassVar[Mapping[str, Table]] = {
        "stores": Table(name="name"),
        "products": Table(version="version", name="item_data.name"),
        "customers": Table(stamp="updated_at", version="version", name="family_name",
                           email="email_address"),
        "orders": Table(stamp="updated_at", version="version", name="reference_id",
                        placed="created_at", customer="customer_id"),
    }  # fmt: skip
    versions = True
    late = timedelta(minutes=2)
    limit = (10, 1.0)
    events: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__()
        self.groups: dict[str, set[str]] = {}
        self.keys: dict[str, str] = {}
        self.told: list[dict[str, Any]] = []

    def settings(self) -> Mapping[str, Any]:
        return {"url": self.url, "client_id": "crmsync", "client_secret": self.secret("client"),
                "refresh_token": self.secret("refresh"), "page_size": self.page,
                "order_page_size": self.page, "events": self.events}  # fmt: skip

    # rows

    def fill(self, *, customers: int = 7, orders: int = 5) -> Self:
        for number in range(1, 13) if "stores" in self.tables else ():
            self.add("stores", number)
        for number in range(1, 5) if "products" in self.tables else ():
            self.add("products", number)
        return super().fill(customers=customers, orders=orders)

    def row(self, stream: str, n: int) -> dict[str, Any]:
        if stream == "stores":
            return {"id": f"L-{n}", "name": f"Filiale {n}", "timezone": "Europe/Berlin",
                    "currency": "EUR", "status": "ACTIVE",
                    "address": {"locality": "Köln", "postal_code": "50667"}}  # fmt: skip
        if stream == "products":
            vendor = {"unit_cost_money": {"amount": 620, "currency": "EUR"}}
            data = {"item_id": f"I-{n}", "name": "250 g", "sku": f"KAFFEE-{n}",
                    "vendor_information": [vendor]}  # fmt: skip
            variation = {"type": "ITEM_VARIATION", "id": f"V-{n}", "item_variation_data": data}
            return {"type": "ITEM", "id": f"I-{n}", "is_deleted": False,
                    "item_data": {"name": f"Kaffee {n}", "variations": [variation],
                                  "categories": [{"id": "K-1"}]}}  # fmt: skip
        return super().row(stream, n)

    def customer(self, n: int) -> dict[str, Any]:
        who = self.person(n)
        return {"id": f"C-{n}", "given_name": who.given, "family_name": who.family,
                "email_address": who.email, "phone_number": who.phone.replace(" ", ""),
                "birthday": who.born.isoformat(), "created_at": self.stamped(self.now),
                "address": {"address_line_1": f"{who.street} {who.house_number}",
                            "locality": who.city, "postal_code": who.postal_code, "country": "DE"},
                "preferences": {"email_unsubscribed": n % 2 == 0},
                "creation_source": "DIRECTORY"}  # fmt: skip

    def order(self, n: int, customer: Mapping[str, Any]) -> dict[str, Any]:
        return {"id": f"O-{n}", "location_id": f"L-{n % 12 + 1}", "reference_id": f"R-{500 + n}",
                "customer_id": customer["id"], "state": "COMPLETED", "source": {"name": "Kasse"},
                "created_at": f"2026-10-{n % 28 + 1:02}T08:15:00Z", "line_items": [line("10.90")],
                "total_money": {"amount": 1090, "currency": "EUR"}}  # fmt: skip

    def price(self, row: Row, amount: str) -> None:
        self.change("orders", row.id, {"line_items": [line(amount)]})

    def new_id(self, _stream: str) -> str:
        return f"neu-{super().new_id(_stream)}"

    def delete(self, stream: str, identity: Any) -> None:
        super().delete(stream, identity)
        if stream == "customers":
            self.tell("customer.deleted", str(identity), {})

    def merge(self, stream: str, loser: Any, winner: Any) -> None:
        super().merge(stream, loser, winner)
        merge = {"from_customer_ids": [str(loser)], "to_customer_id": str(winner)}
        self.tell("customer.deleted", str(loser), {"event_context": {"merge": merge}})

    def tell(self, kind: str, identity: str, more: Mapping[str, Any]) -> None:
        data = {"type": "customer", "id": identity, "object": more}
        name, at = f"E-{len(self.told)}", self.stamped(self.now)
        self.told.append({"event_id": name, "type": kind, "created_at": at, "data": data})

    # answers

    def answer(self, asked: Asked) -> Answer:
        if asked.parts == ["oauth2", "token"]:
            return self.grant(asked, secret="refresh", field="")
        if not self.knows(asked.bearer):
            return wrong("UNAUTHORIZED", status=401)
        if asked.parts[:1] != ["v2"] or asked.headers.get("square-version") != "2025-08-20":
            return wrong("NOT_FOUND", status=404)
        match asked.method, asked.parts[1:]:
            case "GET", ["locations"]:
                return self.all("locations", self.locations())
            case "POST", ["catalog", "search"]:
                return self.catalogue(asked.json)
            case "POST", ["customers", "search"]:
                return self.customers(asked.json)
            case "POST", ["orders", "search"]:
                return self.orders(asked.json)
            case "POST", ["events"] if self.events:
                return self.happened(asked.json)
            case _, ["customers", *rest]:
                return self.written(asked, rest)
        return wrong("NOT_FOUND", status=404)

    def all(self, name: str, rows: Any) -> Answer:
        """A list; Square leaves out one that is empty."""
        return Answer(data={name: rows} if rows else {})

    def locations(self) -> list[dict[str, Any]]:
        if "stores" in self.tables:
            return [row.data for row in self.rows("stores")]
        return [] if self.empty else [self.row("stores", number) for number in range(1, 13)]

    def paged(self, name: str, rows: Rows, body: Mapping[str, Any]) -> Answer:
        page = self.by_cursor(rows, body.get("cursor"), body.get("limit"))
        data: dict[str, Any] = {name: page.data} if page.rows else {}
        return Answer(data={**data, **({"cursor": page.next} if page.next else {})})

    def cursor_gone(self) -> Answer:
        return wrong("INVALID_CURSOR")

    def catalogue(self, body: Mapping[str, Any]) -> Answer:
        if body["object_types"] == ["CATEGORY"]:
            kind = {"type": "CATEGORY", "id": "K-1", "category_data": {"name": "Kaffee"}}
            return self.all("objects", [] if self.empty else [kind])
        rows = self.rows("products") if "products" in self.tables else Rows()
        return self.paged("objects", rows, body)

    def customers(self, body: Mapping[str, Any]) -> Answer:
        query = body.get("query") or {}
        told = query.get("filter") or {}
        for name in ("email_address", "phone_number", "reference_id"):
            if name in told:
                found = self.find("customers", name, told[name]["exact"])
                return self.all("customers", [row.data for row in found])
        bounds = told.get("updated_at") or {}
        rows = self.rows("customers", since=bounds.get("start_at"), upto=bounds.get("end_at"))
        return self.paged("customers", rows, body)

    def orders(self, body: Mapping[str, Any]) -> Answer:
        places = body["location_ids"]
        if not places or len(places) > 10:
            return wrong("ARRAY_LENGTH_TOO_LONG")
        query = body.get("query") or {}
        told = query.get("filter") or {}
        bounds = (told.get("date_time_filter") or {}).get("updated_at") or {}
        if bounds and (query.get("sort") or {}).get("sort_field") != "UPDATED_AT":
            return wrong("CONFLICTING_PARAMETERS")
        rows = self.rows("orders", since=bounds.get("start_at"), order="stamp")
        kept = [row for row in rows if house_of(row) in places]
        there = self.listed("orders", kept, order="stamp")
        return self.paged("orders", there, body)

    def happened(self, body: Mapping[str, Any]) -> Answer:
        bounds = body["query"]["filter"]["created_at"]
        low, high = (self.moment(bounds[name]) for name in ("start_at", "end_at"))
        found = [one for one in self.told if low <= self.moment(one["created_at"]) <= high]
        return self.all("events", [] if self.empty else found)

    # changes

    def written(self, asked: Asked, rest: list[str]) -> Answer:
        match asked.method, rest:
            case "POST", ["bulk-create"]:
                told = asked.json["customers"].items()
                return Answer(data={"responses": {key: self.created(key, own)
                                                  for key, own in told}})  # fmt: skip
            case "POST", ["bulk-update"]:
                told = asked.json["customers"].items()
                return Answer(data={"responses": {key: self.updated(key, own)
                                                  for key, own in told}})  # fmt: skip
            case "GET", ["groups"]:
                rows = [{"id": f"G-{name}", "name": name} for name in self.groups]
                return self.all("groups", rows)
            case "POST", ["groups"]:
                name = asked.json["group"]["name"]
                self.groups.setdefault(name, set())
                return Answer(data={"group": {"id": f"G-{name}", "name": name}})
            case method, [identity, "groups", group]:
                return self.belongs(method, identity, group)
            case method, [identity]:
                return self.single(method, identity)
        return wrong("NOT_FOUND", status=404)

    def single(self, method: str, identity: str) -> Answer:
        row = self.get("customers", identity)
        if row is None:
            return wrong("NOT_FOUND", status=404)
        if method == "DELETE":
            self.delete("customers", identity)
            return Answer(data={})
        return Answer(data={"customer": row.data})

    def belongs(self, method: str, identity: str, group: str) -> Answer:
        members = self.groups.get(group.removeprefix("G-"))
        if members is None or self.get("customers", identity) is None:
            return wrong("NOT_FOUND", status=404)
        members.add(identity) if method == "PUT" else members.discard(identity)
        return Answer(data={})

    def created(self, key: str, told: Mapping[str, Any]) -> dict[str, Any]:
        """A new customer; the same key gives the same one again."""
        if len(key) > 45:
            return errors("MAP_KEY_LENGTH_TOO_LONG")
        if self.keys.get(key) not in self.kept["customers"]:
            if problem := self.checked(told):
                return problem
            own = {
                "created_at": self.stamped(self.now),
                "preferences": {"email_unsubscribed": False},
            }
            self.keys[key] = self.make("customers", {**own, **told}).id
        row = self.get("customers", self.keys[key])
        return {"customer": row.data} if row else errors("NOT_FOUND")

    def updated(self, identity: str, told: Mapping[str, Any]) -> dict[str, Any]:
        """A change of the fields that are told; null empties one."""
        row = self.get("customers", identity)
        if row is None:
            return errors("NOT_FOUND")
        if told.get("version") not in (None, row.version):
            return errors("CONFLICT")
        if problem := self.checked(told):
            return problem
        own = {name: value for name, value in told.items() if name != "version"}
        self.change("customers", identity, own)
        for name in [name for name, value in own.items() if value is None]:
            del row.data[name]
        return {"customer": row.data}

    def checked(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """What is wrong with a customer, {} for nothing."""
        if "@" not in (told.get("email_address") or "@"):
            return errors("INVALID_EMAIL_ADDRESS", field="email_address")
        return {}

    def members(self, audience: str) -> set[str]:
        return self.groups.get(audience, set())


class FakeSquareWithEvents(FakeSquare):
    """A seller for whom the Events API was enabled; only customers and orders are looked at."""

    tables: ClassVar[Mapping[str, Table]] = {
        name: FakeSquare.tables[name] for name in ("customers", "orders")
    }
    events = True
    merges = ("customers",)


def house_of(row: Row) -> str:
    """Where an order is, also where its field is of another type one day."""
    told = row.data.get("location_id")
    return told if isinstance(told, str) else "L-1"


def line(amount: str) -> dict[str, Any]:
    money = {"amount": int(Decimal(amount) * 100), "currency": "EUR"}
    return {"uid": "l-1", "catalog_object_id": "V-1", "name": "Kaffee", "quantity": "1",
            "variation_name": "250 g", "item_type": "ITEM", "total_money": money}  # fmt: skip


def errors(code: str, *, field: str = "") -> dict[str, Any]:
    told = {"category": "INVALID_REQUEST_ERROR", "code": code, "detail": "no"}
    return {"errors": [{**told, **({"field": field} if field else {})}]}


def wrong(code: str, *, status: int = 400) -> Answer:
    return Answer(status=status, data=errors(code))
