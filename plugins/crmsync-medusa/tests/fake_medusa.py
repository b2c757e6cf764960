"""Medusa's dialect (2.21): what the connector to it is proven against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from crmsync_medusa import Medusa

from crmsync.testing import Answer, Asked, FakeBackend, Row, Rows, Table

NAMES = {"customers": "customers", "orders": "orders", "product-variants": "variants",
         "stock-locations": "stock_locations"}  # fmt: skip
STREAMS = {"customers": "customers", "orders": "orders", "product-variants": "products",
           "stock-locations": "stores"}  # fmt: skip


class FakeMedusa(FakeBackend):
    """A shop's Admin API, as far as the connector asks it. An address moves no stamp here."""

    connector = Medusa
    tables: ClassVar[Mapping[str, Table]] = {
        "stores": Table(name="name"),
        "products": Table(stamp="updated_at", name="product.title"),
        "customers": Table(stamp="updated_at", name="last_name", email="email"),
        "orders": Table(stamp="updated_at", name="display_id", placed="created_at",
                        customer="customer_id"),
    }  # fmt: skip
    duplicates = True

    def __init__(self) -> None:
        super().__init__()
        self.groups: dict[str, set[str]] = {}

    def settings(self) -> Mapping[str, Any]:
        return {"url": self.url, "api_key": self.secret("key"), "page_size": self.page}

    # rows

    def fill(self, *, customers: int = 7, orders: int = 5) -> Any:
        for number in range(1, 5):
            for stream in ("stores", "products"):
                if stream in self.tables:
                    self.add(stream, number)
        return super().fill(customers=customers, orders=orders)

    def row(self, stream: str, n: int) -> dict[str, Any]:
        if stream == "stores":
            return {"id": f"sloc_{n:06}", "name": f"Lager {n}", "address": {"city": "Köln",
                    "postal_code": "50667"}}  # fmt: skip
        if stream == "products":
            return {"id": f"variant_{n:06}", "sku": f"KAFFEE-{n}", "title": "250 g", "ean": None,
                    "upc": None, "barcode": None, "product":
                    {"title": f"Kaffee {n}", "type": None, "categories": []}}  # fmt: skip
        return super().row(stream, n)

    def customer(self, n: int) -> dict[str, Any]:
        who = self.person(n)
        home = {"id": f"cuaddr_{n:06}", "is_default_billing": True, "is_default_shipping": False,
                "company": None, "first_name": None, "last_name": None, "phone": None,
                "address_1": f"{who.street} {who.house_number}", "address_2": None,
                "city": who.city, "country_code": "de", "province": None,
                "postal_code": who.postal_code}  # fmt: skip
        return {"id": f"cus_{n:06}", "company_name": None, "first_name": who.given,
                "last_name": who.family, "email": who.email, "phone": who.phone, "metadata": None,
                "has_account": False, "created_at": "2026-01-02T10:00:00.000Z", "groups": [],
                "addresses": [home]}  # fmt: skip

    def order(self, n: int, customer: Mapping[str, Any]) -> dict[str, Any]:
        return {"id": f"order_{n:06}", "display_id": 500 + n, "status": "pending",
                "currency_code": "eur", "email": customer["email"], "shipping_total": 4.9,
                "customer_id": customer["id"], "created_at": "2026-11-03T10:15:00.000Z",
                "fulfillment_status": "not_fulfilled", "sales_channel": {"name": "Web"},
                "items": [line("10.90")], "shipping_address": None, "billing_address": None,
                "fulfillments": [], "returns": [], "payment_collections": []}  # fmt: skip

    def price(self, row: Row, amount: str) -> None:
        self.change("orders", row.id, {"items": [line(amount)]})

    def new_id(self, stream: str) -> str:
        return f"cus_{super().new_id(stream):06}"

    def members(self, audience: str) -> set[str]:
        return self.groups.get(audience, set())

    # answers

    def answer(self, asked: Asked) -> Answer:
        if asked.parts[:1] != ["admin"]:
            return wrong("not_found", status=404)
        if not self.is_secret("key", asked.basic[0]):
            return Answer(status=401, data={"message": "Unauthorized"})
        match asked.method, asked.parts[1:]:
            case "GET", [path] if path in NAMES:
                return self.listing(path, asked)
            case "GET", ["customer-groups"]:
                return self.found_groups(asked.query["name"])
            case "POST", ["customer-groups"]:
                self.groups.setdefault(asked.json["name"], set())
                return self.group(asked.json["name"])
            case "POST", ["customer-groups", group, "customers"]:
                return self.belong(group.removeprefix("cusgroup_"), asked.json)
            case "POST", ["customers"]:
                return self.created(asked.json)
            case method, ["customers", identity, *rest]:
                return self.single(method, identity, rest, asked)
        return wrong("not_found", status=404)

    def listing(self, path: str, asked: Asked) -> Answer:
        stream, query = STREAMS[path], asked.query
        rows = self.rows(stream) if stream in self.tables else Rows()
        if "updated_at[$gte]" in query:
            rows = self.rows(stream, since=query["updated_at[$gte]"],
                             until=query.get("updated_at[$lt]"))  # fmt: skip
        if low := query.get("created_at[$gte]"):
            rows = self.listed(
                stream, [row for row in rows if str(row.data.get("created_at")) >= low]
            )
        if wanted := asked.queries.get("email[]"):
            rows = self.listed(stream, [row for row in rows if row.data["email"] in wanted])
        page = self.by_offset(rows, query.get("offset"), query.get("limit"))
        told = {"count": page.total, "offset": int(query.get("offset", 0)), "limit": 50}
        return Answer(data={NAMES[path]: page.data, **told})

    # changes

    def found_groups(self, name: str) -> Answer:
        found = [{"id": f"cusgroup_{name}"}] if name in self.groups else []
        return Answer(data={"customer_groups": found, "count": len(found)})

    def group(self, name: str) -> Answer:
        return Answer(data={"customer_group": {"id": f"cusgroup_{name}", "name": name}})

    def belong(self, name: str, told: Mapping[str, Any]) -> Answer:
        if any(self.get("customers", one) is None for one in told.get("add", ())):
            return wrong("not_found", status=404)
        self.groups[name] |= set(told.get("add", ()))
        self.groups[name] -= set(told.get("remove", ()))
        return self.group(name)

    def created(self, told: Mapping[str, Any]) -> Answer:
        if self.is_bad(told):
            return wrong("invalid_data")
        if any(row.data["email"] == told.get("email") for row in self.living("customers")):
            return wrong("invalid_data")
        base = {"created_at": self.stamped(self.now), "groups": [], "addresses": [],
                "metadata": None, "phone": None, "company_name": None}  # fmt: skip
        row = self.make("customers", {**base, **told})
        return Answer(data={"customer": row.data})

    def is_bad(self, told: Mapping[str, Any]) -> bool:
        return "@" not in (told.get("email") or "@")

    def single(self, method: str, identity: str, rest: list[str], asked: Asked) -> Answer:
        row = self.get("customers", identity)
        if method == "DELETE":
            if row is not None:
                self.delete("customers", identity)
            return Answer(data={"id": identity, "object": "customer", "deleted": True})
        if row is None:
            return wrong("not_found", status=404)
        if rest:
            return self.addressed(row, rest[1:], asked.json)
        if method == "POST":
            if self.is_bad(asked.json):
                return wrong("invalid_data")
            told = dict(asked.json)
            if "metadata" in told:
                both = {**(row.data["metadata"] or {}), **told["metadata"]}
                told["metadata"] = {key: value for key, value in both.items() if value != ""}
            self.change("customers", identity, told)
        return Answer(data={"customer": row.data})

    def addressed(self, row: Row, rest: list[str], told: Mapping[str, Any]) -> Answer:
        """An address, which moves no stamp of its customer."""
        self.changes += 1
        if rest:
            for one in row.data["addresses"]:
                one.update(told if one["id"] == rest[0] else {})
        else:
            row.data["addresses"].append({"id": f"cuaddr_9{self.changes}", **told})
        return Answer(data={"customer": row.data})


class FakeMedusaWithoutGoods(FakeMedusa):
    """The same shop; only customers and orders are looked at."""

    tables: ClassVar[Mapping[str, Table]] = {
        name: FakeMedusa.tables[name] for name in ("customers", "orders")
    }


def line(amount: str) -> dict[str, Any]:
    total = {"value": amount, "precision": 20}
    return {"id": "ordli_1", "title": "Kaffee", "product_title": "Kaffee", "variant_title": "250 g",
            "variant_sku": "KAFFEE-1", "variant_id": "variant_000001", "variant_barcode": None,
            "product_type": "Kaffee", "quantity": 2, "total": float(amount), "raw_total": total,
            "discount_total": 0, "is_giftcard": False, "tax_lines": [{"rate": 7}]}  # fmt: skip


def wrong(kind: str, *, status: int = 400) -> Answer:
    return Answer(status=status, data={"type": kind, "message": "no"})
