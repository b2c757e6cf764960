"""Business Central's dialect: OData with next links, etags, and orders that vanish when posted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from crmsync_businesscentral import BusinessCentral

from crmsync.testing import Answer, Asked, FakeBackend, Refused, Row, Table

COMPANY = "11111111-0000-4000-8000-000000000000"
ENTITIES = {"customers": "customers", "salesOrders": "orders", "items": "products"}
OTHERS = ("salesInvoices", "salesShipments", "salesCreditMemos", "contacts", "subscriptions")
BOUND = re.compile(r"lastModifiedDateTime (ge|lt) (\S+)")
EQUAL = re.compile(r"(\w+) eq '((?:[^']|'')*)'")


def guid(number: int, kind: int = 1) -> str:
    return f"{number:08x}-0000-4000-8000-{kind:012x}"


class FakeBusinessCentral(FakeBackend):
    """One company of an environment."""

    connector = BusinessCentral
    tables: ClassVar[Mapping[str, Table]] = {
        "customers": Table(stamp="lastModifiedDateTime", name="family", email="email",
                           hidden=("email", "phoneNumber", "taxRegistrationNumber")),
        "orders": Table(id="number", stamp="lastModifiedDateTime",
                        name="salesOrderLines.0.description", customer="customerId",
                        amount="salesOrderLines.0.netAmountIncludingTax", placed="orderDate"),
        "products": Table(stamp="lastModifiedDateTime", name="displayName"),
    }  # fmt: skip
    versions = True
    late = timedelta(minutes=10)
    limit = (6000, 300.0)
    bears = 5

    def __init__(self) -> None:
        super().__init__()
        self.documents: dict[str, list[dict[str, Any]]] = {name: [] for name in OTHERS}
        self.needed: set[str] = set()
        self.secret("client_secret")

    def settings(self) -> Mapping[str, Any]:
        return {"url": f"{self.url}/v2.0", "authority": self.url, "tenant": "laden.example.org",
                "company": "Laden Ehrenfeld", "client_id": "crmsync",
                "client_secret": self.secret("client_secret"), "page_size": self.page}  # fmt: skip

    # rows

    def fill(self, *, customers: int = 7, orders: int = 5) -> FakeBusinessCentral:
        for number in range(1, 8):
            self.add("products", number)
        super().fill(customers=customers, orders=orders)
        return self

    def row(self, stream: str, n: int) -> dict[str, Any]:
        if stream == "products":
            return {"id": guid(n, 3), "number": f"KAFFEE-{n}", "displayName": f"Röstkaffee {n}",
                    "itemCategoryCode": "KAFFEE", "gtin": "", "unitCost": 6.2}  # fmt: skip
        return super().row(stream, n)

    def customer(self, n: int) -> dict[str, Any]:
        who = self.person(n)
        return {
            "id": guid(n), "number": f"D{n:05}", "given": who.given, "family": who.family,
            "type": "Person", "addressLine1": f"{who.street} {who.house_number}",
            "addressLine2": "", "city": who.city, "state": "", "country": "DE",
            "postalCode": who.postal_code, "phoneNumber": who.phone, "email": who.email,
            "taxRegistrationNumber": "", "blocked": " ", "currencyCode": "EUR",
        }  # fmt: skip

    def order(self, n: int, customer: Mapping[str, Any]) -> dict[str, Any]:
        line = {
            "id": guid(n, 9), "sequence": 10000, "lineType": "Item", "description": f"Kaffee {n}",
            "lineObjectNumber": "KAFFEE-1", "quantity": 1, "taxPercent": 19, "discountAmount": 0,
            "netAmountIncludingTax": 10.9 + n, "shipmentDate": "2026-10-20",
        }  # fmt: skip
        return {"id": guid(n, 2), "number": f"A{500 + n}", "orderDate": f"2026-10-{n % 28 + 1:02}",
                "customerId": customer["id"], "currencyCode": "EUR", "pricesIncludeTax": True,
                "requestedDeliveryDate": "0001-01-01", "fullyShipped": False, "status": "Open",
                "salesOrderLines": [line]}  # fmt: skip

    def new_id(self, stream: str) -> Any:
        return guid(super().new_id(stream))

    def price(self, row: Row, amount: str) -> None:
        path = "salesOrderLines.0.netAmountIncludingTax"
        self.change("orders", row.id, {path: float(amount)})

    def version_of(self, row: Row) -> str:
        return f'W/"{row.version}"'

    # HTTP

    def answer(self, asked: Asked) -> Answer:
        tenant = "laden.example.org"
        if asked.parts == [tenant, "oauth2", "v2.0", "token"]:
            return self.grant(asked, secret="client_secret")
        if asked.parts[:6] != ["v2.0", tenant, "production", "api", "v2.0", *asked.parts[5:6]]:
            return Answer(
                status=404, body=b"<h1>Not found</h1>", headers={"Content-Type": "text/html"}
            )
        if not self.knows(asked.bearer):
            return self.error(401, "Authentication_InvalidCredentials")
        rest = asked.parts[5:]
        match rest:
            case ["companies"]:
                return Answer(data={"value": [{"id": COMPANY, "name": "Laden Ehrenfeld"}]})
            case ["subscriptions"] | ["subscriptions('abc')"]:
                return self.subscribed(asked)
            case [company, entity] if company == f"companies({COMPANY})":
                return self.of_entity(asked, *self.named(entity))
        return self.error(404, "BadRequest_NotFound")

    def named(self, text: str) -> tuple[str, str]:
        name, _, rest = text.partition("(")
        return name, rest.rstrip(")")

    def error(self, status: int, code: str) -> Answer:
        told = {"error": {"code": code, "message": "Änne Geheim. CorrelationId: 1"}}
        return Answer(status=status, data=told)

    def of_entity(self, asked: Asked, entity: str, identity: str) -> Answer:
        if not identity:
            if asked.method == "POST":
                return self.create(asked.json)
            return self.list(asked, entity)
        row = self.get("customers", identity)
        if row is None:
            return self.error(404, "Internal_RecordNotFound")
        if asked.method == "GET":
            return Answer(data=self.shown(row))
        if asked.headers.get("if-match") not in ("*", self.version_of(row)):
            return self.error(409, "Request_EntityChanged")
        if asked.method == "DELETE":
            if identity in self.needed:
                return self.error(400, "Application_DialogException")
            self.delete("customers", identity)
            return Answer(status=204)
        return Answer(data=self.shown(self.change("customers", identity, self.vals(asked.json))))

    def list(self, asked: Asked, entity: str) -> Answer:
        where = asked.query.get("$filter", "")
        if entity in ENTITIES:
            stream = ENTITIES[entity]
            bounds = dict(BOUND.findall(where))
            rows = self.rows(stream, since=bounds.get("ge"), until=bounds.get("lt"))
            kept = self.listed(stream, [row for row in rows if self.meets(self.shown(row), where)])
            page = self.by_cursor(kept, asked.query.get("$skiptoken"), self.wanted(asked))
            data: dict[str, Any] = {"value": [self.shown(row) for row in page.rows]}
            if page.next:
                data["@odata.nextLink"] = self.onward(asked, page.next)
            return Answer(data=data)
        if entity not in self.documents:
            return self.error(404, "BadRequest_NotFound")
        found = [one for one in self.documents[entity] if self.meets(one, where)]
        return Answer(data={"value": [] if self.empty else found})

    def onward(self, asked: Asked, token: str) -> str:
        told = {name: value for name, value in asked.query.items() if name != "$skiptoken"}
        query = "&".join(f"{name}={quote(value)}" for name, value in told.items())
        return f"{self.url}{quote(asked.path)}?{query}&$skiptoken={token}"

    def wanted(self, asked: Asked) -> int:
        found = re.search(r"odata.maxpagesize=(\d+)", asked.headers.get("prefer", ""))
        return int(found[1]) if found else self.page

    def meets(self, row: Mapping[str, Any], where: str) -> bool:
        for sign, bound in BOUND.findall(where):
            at, limit = self.moment(row["lastModifiedDateTime"]), self.moment(bound)
            if not (at >= limit if sign == "ge" else at < limit):
                return False
        same = [(name, value.replace("''", "'")) for name, value in EQUAL.findall(where)]
        if not same:
            return True
        found: Iterable[bool] = [str(row.get(name)).casefold() == value.casefold()
                                 for name, value in same]  # fmt: skip
        return any(found) if " or " in where else all(found)

    def shown(self, row: Row) -> dict[str, Any]:
        data = {**row.data, "@odata.etag": self.version_of(row)}
        if "family" in data:
            name = data["family"]
            if isinstance(name, str) and isinstance(data.get("given", ""), str):
                name = f"{data.get('given', '')} {name}".strip()
            data["displayName"] = name
        return data

    def create(self, told: Mapping[str, Any]) -> Answer:
        made = self.make("customers", {"blocked": " ", **self.vals(told)})
        return Answer(status=201, data=self.shown(made))

    def vals(self, told: Mapping[str, Any]) -> dict[str, Any]:
        if "@" not in (told.get("email") or "@"):
            raise Refused(self.error(400, "Application_DialogException"))
        data = dict(told)
        if "displayName" in data:
            data["given"], _, data["family"] = str(data.pop("displayName")).rpartition(" ")
        return data

    def subscribed(self, asked: Asked) -> Answer:
        kept = self.documents["subscriptions"]
        if asked.method == "GET":
            return Answer(data={"value": kept})
        if asked.method == "POST":
            kept.append({**asked.json, "subscriptionId": "abc", "@odata.etag": 'W/"1"'})
        return Answer(data=kept[-1])

    # posting

    def post_order(self, number: str, *, status: str = "Open") -> None:
        """Ship and invoice a whole order: it vanishes, its documents stay."""
        row = self.kept["orders"][number]
        self.delete("orders", number)
        stamp = {"lastModifiedDateTime": self.stamped(self.now), "orderNumber": number,
                 "postingDate": "2026-11-02"}  # fmt: skip
        head = {name: row.data[name] for name in ("customerId", "currencyCode", "pricesIncludeTax")}
        lines = row.data["salesOrderLines"]
        self.documents["salesInvoices"].append(
            {**head, **stamp, "id": guid(1, 5), "number": f"R-{number}", "status": status,
             "invoiceDate": "2026-11-02", "salesInvoiceLines": lines})  # fmt: skip
        self.documents["salesShipments"].append(
            {**stamp, "id": guid(1, 6), "number": f"L-{number}", "salesShipmentLines": lines}
        )
