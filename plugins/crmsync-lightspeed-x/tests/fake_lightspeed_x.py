"""Lightspeed's dialect (2026-07): what the connector to it is proven against."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Self

from crmsync_lightspeed_x import Lightspeed

from crmsync.testing import Answer, Asked, FakeBackend, Refused, Row, Table

LISTS = {"outlets": "stores", "products": "products", "customers": "customers", "sales": "orders"}
OUTLET = "b1e04bd8-f019-11e3-a0f5-b8ca3a64f8f4"


class FakeLightspeed(FakeBackend):
    """A store as its applications see it."""

    connector = Lightspeed
    tables: ClassVar[Mapping[str, Table]] = {
        "stores": Table(version="version", name="name"),
        "products": Table(stamp="updated_at", version="version", name="variant_name"),
        "customers": Table(stamp="updated_at", version="version", name="last_name",
                           email="email"),
        "orders": Table(stamp="updated_at", version="_metadata.version", name="invoice_number",
                        placed="date", customer="customer_id"),
    }  # fmt: skip
    precision = timedelta(seconds=1)
    versions = True
    limit = (350, 300.0)

    def settings(self) -> Mapping[str, Any]:
        return {"url": self.url, "client_id": "crmsync", "client_secret": self.secret("client"),
                "refresh_token": self.secret("refresh"), "page_size": self.page}  # fmt: skip

    def lock_out(self, *, locked: bool = True) -> None:
        """Who is let in again has the refresh token that he had."""
        self.withdrawn = getattr(self, "withdrawn", set()) | self.refreshers
        super().lock_out(locked=locked)
        if not locked:
            self.refreshers |= self.withdrawn
            self.withdrawn = set()

    # rows

    def fill(self, *, customers: int = 7, orders: int = 5) -> Self:
        for number in range(1, 5):
            self.add("stores", number)
            self.add("products", number)
        return super().fill(customers=customers, orders=orders)

    def row(self, stream: str, n: int) -> dict[str, Any]:
        if stream == "stores":
            return {"id": f"outlet-{n}", "name": f"Filiale {n}", "time_zone": "Europe/Berlin",
                    "physical_postcode": "50667", "physical_city": "Köln",
                    "currency": "EUR", "deleted_at": None}  # fmt: skip
        if stream == "products":
            return {"id": f"product-{n}", "name": "Kaffee", "variant_name": f"Kaffee / {n} g",
                    "sku": f"KAFFEE-{n}", "type": {"name": "Kaffee"}, "brand": {},
                    "variant_options": [{"name": "Größe", "value": f"{n} g"}],
                    "product_codes": [], "categories": [], "supply_price": 6.2,
                    "deleted_at": None}  # fmt: skip
        return super().row(stream, n)

    def customer(self, n: int) -> dict[str, Any]:
        who = self.person(n)
        return {"id": f"customer-{n}", "customer_code": f"{who.given}-{n}",
                "first_name": who.given, "last_name": who.family, "name": f"{who.given} {n}",
                "email": who.email, "phone": who.phone, "date_of_birth": who.born.isoformat(),
                "physical_address_1": f"{who.street} {who.house_number}",
                "physical_postcode": who.postal_code, "physical_city": who.city,
                "physical_country_id": "DE", "do_not_email": n % 2 == 0,
                "enable_promotional_sms": False, "enable_loyalty": True, "loyalty_balance": 3.5,
                "customer_group_id": "alle", "created_at": "2024-03-01T09:00:00+00:00",
                "note": "mag Filterkaffee"}  # fmt: skip

    def order(self, n: int, customer: Mapping[str, Any]) -> dict[str, Any]:
        return {"id": f"sale-{n}", "invoice_number": f"MR-{500 + n}", "state": "closed",
                "attributes": [], "customer_id": customer["id"],
                "date": f"2026-10-{n % 28 + 1:02}T08:15:00+00:00",
                "source": {"outlet_id": OUTLET, "register_id": "kasse-1"},
                "line_items": [line(n, "10.90")], "deleted_at": None}  # fmt: skip

    def price(self, row: Row, amount: str) -> None:
        self.change("orders", row.id, {"line_items": [line(1, amount)]})

    def stamped(self, moment: datetime) -> str:
        return moment.astimezone(UTC).isoformat(timespec="seconds")

    def new_id(self, _stream: str) -> str:
        return f"neu-{super().new_id(_stream)}"

    # answers

    def answer(self, asked: Asked) -> Answer:
        if asked.parts == ["api", "1.0", "token"]:
            return self.grant(asked, secret="refresh", field="", seconds=86_400, rotating=True)
        if not self.knows(asked.bearer):
            return Answer(status=401, data={"error": "Unauthorized", "message": "no such token"})
        if asked.parts[:2] != ["api", "2026-07"]:
            return Answer(status=404, data={"error": "Not Found", "message": "no such path"})
        match asked.method, asked.parts[2:]:
            case "GET", [path] if path in LISTS:
                return self.list(LISTS[path], asked)
            case "GET", ["search"]:
                return self.search(asked)
            case "POST", ["customers"]:
                return self.saved(self.make("customers", self.checked(asked.json)), status=201)
            case method, ["customers", identity]:
                return self.customer_by_id(method, identity, asked)
        return Answer(status=404, data={"error": "Not Found", "message": "no such path"})

    def customer_by_id(self, method: str, identity: str, asked: Asked) -> Answer:
        row = self.get("customers", identity)
        if row is None:
            return Answer(status=404, data={"error": "Not Found", "message": "no such customer"})
        if method == "PUT":
            return self.saved(self.written(row, asked.json))
        if method == "DELETE":
            self.delete("customers", identity)
            return Answer(status=204)
        return self.saved(row)

    def list(self, stream: str, asked: Asked) -> Answer:
        after = asked.query.get("after")
        deleted = None if stream == "orders" or asked.query.get("deleted") == "true" else False
        rows = self.rows(stream, after=after, order="version", deleted=deleted)
        page = rows[: self._size(asked.query.get("page_size"))]
        versions: list[int | None] = [row.version for row in page] or [None]
        told = {"min": versions[0], "max": versions[-1]}
        return Answer(data={"data": [self.told(row) for row in page], "version": told})

    def told(self, row: Row) -> dict[str, Any]:
        """A record; of one that was deleted with the moment, as Lightspeed goes on telling it."""
        if not row.deleted:
            return row.data
        return {**row.data, "deleted_at": self.stamped(row.stamp or self.now)}

    def search(self, asked: Asked) -> Answer:
        fields = {name: asked.query[name] for name in ("customer_code", "email")
                  if name in asked.query}  # fmt: skip
        found = [row for name, value in fields.items() for row in
                 self.find("customers", name, value)]  # fmt: skip
        return Answer(data={"data": [row.data for row in found]})

    def checked(self, body: Mapping[str, Any], own: str = "") -> dict[str, Any]:
        """The fields of a customer who is to be kept, or the errors Lightspeed finds."""
        lacking = [name for name in ("first_name", "last_name") if name not in body]
        errors = {name: ["is required"] for name in lacking}
        if "@" not in (body.get("email") or "@"):
            errors["email"] = ["is no address"]
        code = body.get("customer_code")
        if any(row.id != own for row in self.find("customers", "customer_code", code) if code):
            errors["customer_code"] = ["is taken"]
        if errors:
            raise Refused(Answer(status=422, data={"errors": errors}))
        return dict(body)

    def replaced(self, row: Row, body: Mapping[str, Any]) -> dict[str, Any]:
        """What a PUT makes of a record: a field that it leaves out is empty afterwards."""
        own = ("id", "version", "updated_at", "created_at", "name", "loyalty_balance")
        gone = {name: None for name in row.data if name not in own}
        flags = {"do_not_email": False, "enable_promotional_sms": False}
        return gone | flags | self.checked(body, row.id)

    def written(self, row: Row, body: Mapping[str, Any]) -> Row:
        """A record after a PUT; what is empty is left out of it from then on."""
        self.change("customers", row.id, self.replaced(row, body))
        for name in [name for name, value in row.data.items() if value is None]:
            del row.data[name]
        return row

    def saved(self, row: Row, status: int = 200) -> Answer:
        return Answer(status=status, data={"data": row.data})

    def consents(self, row: Row) -> bool:
        return not row.data.get("do_not_email")

    def suppress(self, row: Row) -> None:
        self.change("customers", row.id, {"do_not_email": True})


def line(n: int, gross: str) -> dict[str, Any]:
    """A line as Lightspeed reckons: five digits, the tax apart (19 %)."""
    net = round(float(gross) / 1.19, 5)
    tax = round(float(gross) - net, 5)
    return {"id": f"line-{n}", "product": {"id": f"product-{n}"}, "quantity": 1,
            "pricing": {"price": net, "total": net, "discount_total": 0},
            "tax": {"amount": tax, "total": tax}}  # fmt: skip
