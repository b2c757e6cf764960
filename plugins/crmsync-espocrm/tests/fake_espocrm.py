"""EspoCRM's dialect: lists by searchParams, times without zone, 409 for whoever has the name."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from crmsync_espocrm import EspoCrm

from crmsync.testing import Answer, Asked, FakeBackend, Row, Table

ENTITIES = {"Contact": "customers", "Opportunity": "orders", "Case": "cases"}
EMPTY = ("Account", "Lead", "Call", "Email")
TYPES: dict[str, Callable[[Any, Any], bool]] = {
    "equals": lambda one, other: str(one).casefold() == str(other).casefold(),
    "in": lambda one, other: one in other,
    "isTrue": lambda one, _other: one is True,
    "greaterThan": lambda one, other: one > other,
    "greaterThanOrEquals": lambda one, other: one >= other,
    "lessThan": lambda one, other: one < other,
}  # fmt: skip


def eid(kind: int, number: int) -> str:
    return f"6b{kind:02x}{number:013x}"


class FakeEspoCrm(FakeBackend):
    """One EspoCRM 9 with optimistic concurrency control on contacts."""

    connector = EspoCrm
    tables: ClassVar[Mapping[str, Table]] = {
        "customers": Table(stamp="modifiedAt", version="versionNumber", name="lastName",
                           email="emailAddress",
                           hidden=("emailAddress", "phoneNumber", "addressStreet", "firstName")),
        "orders": Table(stamp="modifiedAt", name="name", amount="amount", placed="closeDate",
                        customer="contactId"),
        "cases": Table(stamp="modifiedAt", name="name"),
    }  # fmt: skip
    precision = timedelta(seconds=1)
    late = timedelta(seconds=30)
    versions = True
    duplicates = True
    bears = 4

    def __init__(self) -> None:
        super().__init__()
        self.others: dict[str, list[dict[str, Any]]] = {name: [] for name in EMPTY}
        self.left: dict[str, list[str]] = {}
        self.signing = ""
        self.secret("api_key")

    def settings(self) -> Mapping[str, Any]:
        return {"url": self.url, "api_key": self.secret("api_key"), "page_size": self.page}

    # rows

    def fill(self, *, customers: int = 7, orders: int = 5) -> FakeEspoCrm:
        super().fill(customers=customers, orders=orders)
        for number in range(1, orders + 1):
            self.add("cases", number)
        self.advance(hours=1)
        return self

    def row(self, stream: str, n: int) -> dict[str, Any]:
        if stream == "cases":
            customers = self.living("customers")
            return {"id": eid(3, n), "name": f"Mühle klemmt {n}", "status": "New", "number": n,
                    "type": "Problem", "contactId": customers[n % len(customers)].id,
                    "createdAt": "2026-01-05 08:00:00", "deleted": False}  # fmt: skip
        return super().row(stream, n)

    def customer(self, n: int) -> dict[str, Any]:
        who = self.person(n)
        return {
            "id": eid(1, n), "name": f"{who.given} {who.family}", "deleted": False,
            "salutationName": "Ms." if who.salutation == "Frau" else "Mr.", "firstName": who.given,
            "middleName": None, "lastName": who.family, "emailAddress": who.email,
            "phoneNumber": who.phone, "doNotCall": n == 2,
            "addressStreet": f"{who.street} {who.house_number}", "addressCity": who.city,
            "addressState": None, "addressCountry": "Deutschland",
            "addressPostalCode": who.postal_code, "emailAddressIsOptedOut": False,
            "emailAddressIsInvalid": False, "phoneNumberIsOptedOut": False,
            "createdAt": "2026-01-05 08:00:00", "accountId": None, "accountName": None,
            "originalLeadId": None,
        }  # fmt: skip

    def order(self, n: int, customer: Mapping[str, Any]) -> dict[str, Any]:
        return {"id": eid(2, n), "name": f"Auftrag {n}", "deleted": False, "amount": 10.9 + n,
                "amountCurrency": "EUR", "stage": "Closed Won", "accountId": None,
                "closeDate": f"2026-10-{n % 28 + 1:02}", "contactId": customer["id"]}  # fmt: skip

    def new_id(self, stream: str) -> Any:
        return eid({"customers": 1, "orders": 2, "cases": 3}[stream], super().new_id(stream))

    def stamped(self, moment: datetime) -> str:
        return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")

    def price(self, row: Row, amount: str) -> None:
        self.change("orders", row.id, {"amount": float(amount)})

    def consents(self, row: Row) -> bool:
        return row.data.get("emailAddressIsOptedOut") is not True

    def suppress(self, row: Row) -> None:
        self.change("customers", row.id, {"emailAddressIsOptedOut": True})

    # HTTP

    def answer(self, asked: Asked) -> Answer:
        if asked.parts[:2] != ["api", "v1"]:
            html = {"Content-Type": "text/html"}
            return Answer(status=404, body=b"<h1>Not found</h1>", headers=html)
        if not self.knows_who_asks(asked):
            return Answer(status=401, body=b"")
        match asked.parts[2:]:
            case ["TargetList", name, "optedOut"]:
                start = int(asked.query["offset"])
                rows = [{"id": one} for one in self.left.get(name, [])][start : start + self.page]
                return Answer(data={"total": -1, "list": rows})
            case [entity] if asked.method == "GET" and entity in (*ENTITIES, *EMPTY):
                return self.list(asked, entity)
            case ["Contact"] if asked.method == "POST":
                return self.create(asked)
            case ["Contact", identity]:
                return self.single(asked, identity)
        return self.error(404, "Geheim, Änne")

    def knows_who_asks(self, asked: Asked) -> bool:
        if self.signing:
            told = base64.b64decode(asked.headers.get("x-hmac-authorization", "")).decode()
            text = f"{asked.method} /{'/'.join(asked.parts[2:])}".encode()
            mark = hmac.new(self.signing.encode(), text, hashlib.sha256).hexdigest()
            return told == f"{self.secrets['api_key']}:{mark}"
        key = asked.headers.get("x-api-key", "")
        self.private.add(key)
        return self.is_secret("api_key", key)

    def error(self, status: int, reason: str, data: Any = None) -> Answer:
        safe = reason.encode("ascii", "replace").decode()
        return Answer(status=status, data=data, headers={"X-Status-Reason": safe})

    def list(self, asked: Asked, entity: str) -> Answer:
        told = json.loads(asked.query["searchParams"])
        if told["maxSize"] > 200:
            return self.error(403, "Max size should not exceed 200. Use offset and limit.")
        rows = [dict(row) for row in self.others.get(entity, [])]
        if entity in ENTITIES and not self.empty:
            rows = [row.data for row in self.living(ENTITIES[entity])]
        found = [row for row in rows if all(_meets(row, one) for one in told.get("where", ()))]
        found.sort(key=lambda row: row["id"])
        page = found[: min(told["maxSize"], max(self.page, 1))]
        select = told.get("select")
        shown = [{k: v for k, v in row.items() if not select or k in select} for row in page]
        return Answer(data={"total": -1, "list": shown})

    def create(self, asked: Asked) -> Answer:
        told = dict(asked.json)
        bad = self.refusal(told)
        if bad is not None:
            return bad
        same = [row.data for row in self.living("customers") if _is_alike(row.data, told)]
        if same and asked.headers.get("x-skip-duplicate-check") != "true":
            return self.error(409, "duplicate", same)
        row = self.make("customers", {"deleted": False, "emailAddressIsOptedOut": False, **told})
        return Answer(data=row.data)

    def single(self, asked: Asked, identity: str) -> Answer:
        row = self.get("customers", identity)
        if row is None:
            return self.error(404, "")
        if asked.method == "GET":
            return Answer(data=row.data)
        if asked.method == "DELETE":
            self.delete("customers", identity)
            return Answer(data=True)
        bad = self.refusal(asked.json)
        if bad is not None:
            return bad
        version = asked.headers.get("x-version-number")
        differs = any(row.data.get(name) != value for name, value in asked.json.items())
        if version is not None and int(version) != row.data["versionNumber"] and differs:
            return self.error(409, "modified", {"values": {}, "versionNumber": 1})
        if differs:
            self.change("customers", identity, asked.json)
        return Answer(data=row.data)

    def refusal(self, told: Mapping[str, Any]) -> Answer | None:
        email = told.get("emailAddress")
        return self.error(400, "Field validation failure") if email and "@" not in email else None


def _meets(row: Mapping[str, Any], where: Mapping[str, Any]) -> bool:
    one, other = row.get(where["attribute"]), where.get("value")
    return one is not None and bool(TYPES[where["type"]](one, other))


def _is_alike(row: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    email = told.get("emailAddress")
    if email and TYPES["equals"](row.get("emailAddress"), email):
        return True
    names = ("firstName", "lastName")
    return all(told.get(name) and row.get(name) == told[name] for name in names)
