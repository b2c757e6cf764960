"""Vendure's Admin API, as far as the connector asks it, for both ways of reading."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from crmsync_vendure import Vendure

from crmsync.testing import Answer, Asked, FakeBackend, Refused, Row, Table, put

LISTS = {"Customers": "customers", "CustomerIds": "customers", "AddressStamps": "customers",
         "Orders": "orders", "OrderIds": "orders"}  # fmt: skip
"""Products are read whole each time, whatever was committed: this shop has none."""


class FakeVendure(FakeBackend):
    """A shop that is read whole each time."""

    connector = Vendure
    tables: ClassVar[Mapping[str, Table]] = {
        "customers": Table(stamp="updatedAt", name="lastName", email="emailAddress"),
        "orders": Table(stamp="updatedAt", name="code", amount="lines.0.linePriceWithTax",
                        placed="orderPlacedAt", customer="customer.id"),
    }  # fmt: skip
    precision = timedelta(seconds=1)
    reading: ClassVar[str] = "complete"
    versions = True
    duplicates = True
    bears = 2

    def __init__(self) -> None:
        super().__init__()
        self.groups: dict[str, str] = {}
        self.erased: list[dict[str, Any]] = []
        self.keeps = False

    def settings(self) -> Mapping[str, Any]:
        own = {"url": self.url, "user": "crmsync", "password": self.secret("password")}
        return {**own, "page_size": self.page, "reading": self.reading, "make_customers": True}

    # rows

    def new_id(self, _stream: str) -> Any:
        return str(super().new_id(_stream))

    def customer(self, n: int) -> dict[str, Any]:
        who = self.person(n)
        place = self.place_of(f"{n}-1", {
            "streetLine1": f"{who.street} {who.house_number}", "city": who.city,
            "postalCode": who.postal_code, "countryCode": "DE", "defaultBillingAddress": True,
        })  # fmt: skip
        return {"id": str(n), "createdAt": "2026-01-02T10:00:00.000Z", "title": who.salutation,
                "firstName": who.given, "lastName": who.family, "emailAddress": who.email,
                "phoneNumber": who.phone, "addresses": [place], "groups": [],
                "user": {"verified": True}, "history": {"items": []}}  # fmt: skip

    def place_of(self, identity: str, told: Mapping[str, Any]) -> dict[str, Any]:
        own = {name: value for name, value in told.items() if name != "countryCode"}
        country = {"code": told["countryCode"]}
        return {"id": identity, "updatedAt": self.stamped(self.now), **own, "country": country}

    def order(self, n: int, customer: Mapping[str, Any]) -> dict[str, Any]:
        line = {"id": "1", "quantity": 1, "linePriceWithTax": 1290, "taxRate": 7,
                "proratedLinePriceWithTax": 1290, "proratedUnitPriceWithTax": 1290,
                "productVariant": {"sku": "KAFFEE", "name": "Kaffee"}}  # fmt: skip
        return {"id": str(500 + n), "code": f"T{500 + n}", "state": "Delivered",
                "orderPlacedAt": "2026-11-03T10:15:00.000Z", "currencyCode": "EUR",
                "shippingWithTax": 0, "customer": {"id": customer["id"]}, "lines": [line],
                "fulfillments": [], "payments": [], "history": {"items": []}}  # fmt: skip

    def stamped(self, moment: Any) -> Any:
        return str(super().stamped(moment)).replace("Z", ".000Z")

    def price(self, row: Row, amount: str) -> None:
        cents = round(float(amount) * 100)
        for path in ("linePriceWithTax", "proratedLinePriceWithTax", "proratedUnitPriceWithTax"):
            put(row.data, f"lines.0.{path}", cents)
        self.bump("orders", row)

    def version_of(self, row: Row) -> str:
        stamps = [row.data["updatedAt"], *(one["updatedAt"] for one in row.data["addresses"])]
        return str(max(stamps))

    # HTTP

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
        if name in LISTS:
            return self.list(LISTS[name], variables["options"])
        if name == "Products":
            return Answer(data={"data": {"found": {"items": []}}})
        if name == "Groups":
            wanted = variables["options"]["filter"]["name"]["eq"]
            found = [{"id": one, "name": text} for one, text in self.groups.items()
                     if text == wanted]  # fmt: skip
            return Answer(data={"data": {"found": {"items": found}}})
        return Answer(data={"data": {"made": self.mutation(name, variables)}})

    def login(self, variables: Mapping[str, Any]) -> Answer:
        if not self.is_secret("password", variables["password"]):
            return Answer(data={"data": {"login": {"errorCode": "INVALID_CREDENTIALS_ERROR"}}})
        headers = {"vendure-auth-token": self.new_token()}
        return Answer(data={"data": {"login": {"__typename": "CurrentUser"}}}, headers=headers)

    def list(self, stream: str, options: Mapping[str, Any]) -> Answer:
        where = options.get("filter", {})
        rows = self.listed(stream, [row for row in self.rows(stream) if self.meets(where, row)])
        take = min(options["take"], 1000)
        found = rows[options.get("skip", 0) :][:take]
        return Answer(data={"data": {"found": {"items": [row.data for row in found]}}})

    def meets(self, where: Mapping[str, Any], row: Row) -> bool:
        """Whether a row meets a filter; its moments are finer than what is told."""
        for name, wanted in where.items():
            if name in ("_and", "_or"):
                found = [self.meets(one, row) for one in wanted]
                if not (all(found) if name == "_and" else any(found)):
                    return False
            elif not all(self.holds(name, sign, value, row) for sign, value in wanted.items()):
                return False
        return True

    def holds(self, name: str, sign: str, wanted: Any, row: Row) -> bool:
        value = row.data.get(name)
        if sign == "isNull":  # there are no carts; a column is there whatever is told of it
            return not wanted
        if sign in ("after", "before"):
            at = row.stamp if name == "updatedAt" else self.when(value)
            if at is None:
                return False
            return at > self.moment(wanted) if sign == "after" else at < self.moment(wanted)
        if sign == "in":
            return value in wanted
        return value not in wanted if sign == "notIn" else bool(value == wanted)

    def when(self, value: Any) -> Any:
        try:
            return self.moment(value)
        except ValueError:
            return None

    # mutations

    def mutation(self, name: str, told: Mapping[str, Any]) -> Any:
        match name:
            case "Create":
                return self.create(told["input"])
            case "Update":
                return self.update(told["input"])
            case "AddAddress" | "UpdateAddress" | "DeleteAddress":
                return self.write_place(name, told)
            case "Delete":
                self.erased.append(dict(self.there(told["id"]).data))
                if self.keeps:
                    return {"result": "NOT_DELETED"}
                self.delete("customers", told["id"])
                return {"result": "DELETED"}
            case "CreateGroup":
                self.changes += 1
                number = str(len(self.groups) + 1)
                self.groups[number] = told["input"]["name"]
                return {"id": number}
            case "Join" | "Leave":
                for one in told["customers"]:
                    self.group(self.there(one), told["group"], member=name == "Join")
                return {"id": told["group"]}
        raise AssertionError(name)

    def there(self, identity: str) -> Row:
        row = self.get("customers", identity)
        if row is None:
            raise Refused(failed("ENTITY_NOT_FOUND"))
        return row

    def checked(self, told: Mapping[str, Any], but: str = "") -> dict[str, Any] | None:
        """The error for an e-mail address; this shop's plugin wants whole ones."""
        if "emailAddress" not in told:
            return None
        if "@" not in told["emailAddress"]:
            raise Refused(failed("USER_INPUT_ERROR"))
        rows = self.find("customers", "emailAddress", told["emailAddress"])
        code = "EMAIL_ADDRESS_CONFLICT_ERROR"
        taken = any(row.id != but for row in rows)
        return {"__typename": "EmailAddressConflictError", "errorCode": code} if taken else None

    def create(self, told: Mapping[str, Any]) -> dict[str, Any]:
        blank = {"title": None, "phoneNumber": None, "addresses": [], "groups": [],
                 "createdAt": self.stamped(self.now), "user": {"verified": False},
                 "history": {"items": []}}  # fmt: skip
        wrong = self.checked(told)
        return wrong or {"id": self.make("customers", {**blank, **told}).id}

    def update(self, told: Mapping[str, Any]) -> dict[str, Any]:
        row = self.there(told["id"])
        wrong = self.checked(told, but=row.id)
        if wrong is None:
            self.change("customers", row.id, {k: v for k, v in told.items() if k != "id"})
        return wrong or {"id": row.id}

    def write_place(self, name: str, told: Mapping[str, Any]) -> dict[str, Any]:
        """An address is changed without its customer's stamp; the history notes it."""
        own = dict(told.get("input") or {})
        identity = str(told.get("id") or own.pop("id", ""))
        row = self.there(str(told.get("customer") or identity.partition("-")[0]))
        places = row.data["addresses"]
        self.changes += 1
        self.advance(seconds=1)
        kept = [one for one in places if one["id"] != identity]
        if name == "AddAddress":
            kept.append(self.place_of(f"{row.id}-{len(places) + 1}", own))
        elif name == "UpdateAddress":
            (place,) = (one for one in places if one["id"] == identity)
            own.setdefault("countryCode", place["country"]["code"])
            kept.append({**place, **self.place_of(identity, own)})
        row.data["addresses"] = kept
        row.data["history"] = {"items": [{"createdAt": self.stamped(self.now)}]}
        return {"success": True} if name == "DeleteAddress" else {"id": identity}

    def group(self, row: Row, group: str, *, member: bool) -> None:
        self.changes += 1
        name = self.groups[group]
        rest = [one for one in row.data["groups"] if one["name"] != name]
        row.data["groups"] = [*rest, {"name": name}] if member else rest

    def members(self, audience: str) -> set[str]:
        return {row.id for row in self.living("customers")
                if {"name": audience} in row.data["groups"]}  # fmt: skip


class FakeVendureRecent(FakeVendure):
    """A shop of which only what may have changed is read; its orders are older than the watch, by
    which young ones are read again each time."""

    reading = "recent"
    late = timedelta(seconds=2)

    def settings(self) -> Mapping[str, Any]:
        return {**super().settings(), "watch_days": 1}


def failed(code: str) -> Answer:
    """An error as Vendure tells it, in a 200."""
    told = {"message": "Änne Geheim darf nicht", "extensions": {"code": code}}
    return Answer(data={"errors": [told], "data": None})
