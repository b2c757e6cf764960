"""Shopware's dialect: searches with filters, null stamps, writes that are all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Self
from uuid import NAMESPACE_DNS, uuid5

from crmsync_shopware import Shopware

from crmsync.testing import Answer, Asked, FakeBackend, Refused, Row, Table, put

ENTITIES = {"customer": "customers", "order": "orders", "newsletter-recipient": "newsletter"}
CHANNEL = "c" * 32


def hexed(*names: Any) -> str:
    """An id as Shopware has them."""
    return uuid5(NAMESPACE_DNS, "/".join(map(str, names))).hex


class FakeShopware(FakeBackend):
    """A shop as its integration sees it."""

    connector = Shopware
    tables: ClassVar[Mapping[str, Table]] = {
        "customers": Table(stamp="updatedAt", name="lastName", email="email",
                           hidden=("email", "addresses", "birthday", "tags")),
        "orders": Table(stamp="updatedAt", name="orderNumber", placed="orderDateTime",
                        amount="lineItems.0.totalPrice", customer="orderCustomer.customerId"),
        "newsletter": Table(stamp="updatedAt", name="lastName", email="email"),
    }  # fmt: skip
    null_stamps = ("customers", "orders", "newsletter")
    duplicates = True
    bears = 4
    more: ClassVar[Mapping[str, Any]] = {"sales_channel": CHANNEL, "placeholder": "-"}

    def __init__(self) -> None:
        super().__init__()
        self.history: list[dict[str, Any]] = []
        self.born: dict[str, str] = {}
        """When each row was made: the database sorts by it, and keeps it whatever else happens."""
        self.extra: dict[str, list[dict[str, Any]]] = {}

    def settings(self) -> Mapping[str, Any]:
        return {"url": self.url, "client_id": "SWIATEST", "page_size": self.page,
                "client_secret": self.secret("secret"), **self.more}  # fmt: skip

    # rows

    def stamped(self, moment: Any) -> str:
        return str(super().stamped(moment)).replace("Z", "+00:00")

    def bump(
        self, stream: str, row: Row, *, at: datetime | None = None, stamped: bool = True
    ) -> None:
        super().bump(stream, row, at=at, stamped=stamped)
        born = self.born.setdefault(row.id, self.stamped(at or self.now))
        row.data["createdAt"] = born
        row.data["autoIncrement"] = row.made

    def new_id(self, stream: str) -> str:
        return hexed(stream, self._numbers)

    def customer(self, n: int) -> dict[str, Any]:
        who = self.person(n)
        address = {"id": hexed("address", n), "firstName": who.given, "lastName": who.family,
                   "street": f"{who.street} {who.house_number}", "zipcode": who.postal_code,
                   "city": who.city, "country": {"iso": "DE"}, "countryState": None,
                   "company": None, "phoneNumber": who.phone, "title": None,
                   "createdAt": "2026-01-05T10:00:00.000+00:00", "updatedAt": None}  # fmt: skip
        return {"id": hexed("customer", n), "customerNumber": f"K-{10_000 + n}",
                "salutation": {"salutationKey": "mrs" if n % 2 else "mr", "displayName": "Anrede"},
                "title": "Dr." if n % 3 == 0 else None, "firstName": who.given,
                "lastName": who.family, "email": who.email, "guest": False, "active": True,
                "birthday": f"{who.born.isoformat()}T00:00:00.000+00:00", "addresses": [address],
                "defaultBillingAddressId": address["id"], "tags": [],
                "defaultShippingAddressId": address["id"]}  # fmt: skip

    def order(self, n: int, customer: Mapping[str, Any]) -> dict[str, Any]:
        line = {"id": hexed("line", n), "parentId": None, "type": "product", "quantity": 1,
                "label": "Kaffee", "unitPrice": 10.9, "totalPrice": 10.9 + n,
                "payload": {"productNumber": f"KAFFEE-{n}",
                            "purchasePrices": '{"net": 6.35, "gross": 6.79}'},
                "price": {"calculatedTaxes": [{"tax": 0.7, "taxRate": 7, "price": 10.9}]},
                "updatedAt": None}  # fmt: skip
        parcel = {"id": hexed("delivery", n), "shippingDateLatest": "2026-10-07T00:00:00.000+00:00",
                  "shippingCosts": {"totalPrice": 0}, "updatedAt": None,
                  "stateMachineState": {"technicalName": "shipped" if n % 2 else "open"},
                  "shippingMethod": {"technicalName": "standard", "name": "DHL"}}  # fmt: skip
        self.history.append({"referencedId": parcel["id"],
                             "toStateMachineState": {"technicalName": "shipped"},
                             "createdAt": "2026-10-06T12:30:00.000+00:00"})  # fmt: skip
        buyer = {"customerId": customer["id"], "email": customer["email"],
                 "firstName": customer["firstName"], "lastName": customer["lastName"],
                 "customer": {"guest": False}}  # fmt: skip
        return {"id": hexed("order", n), "orderNumber": f"R-{500 + n}", "lineItems": [line],
                "orderDateTime": "2026-10-03T08:15:00.000+00:00", "amountTotal": 10.9,
                "taxStatus": "gross", "shippingTotal": 0, "currency": {"isoCode": "EUR"},
                "currencyFactor": 1,
                "stateMachineState": {"technicalName": "completed"}, "orderCustomer": buyer,
                "deliveries": [parcel], "transactions": [], "billingAddress": None}  # fmt: skip

    def row(self, stream: str, n: int) -> dict[str, Any]:
        if stream != "newsletter":
            return super().row(stream, n)
        who = self.person(n)
        return {"id": f"{len(self.kept['newsletter']):032x}", "email": who.email, "title": None,
                "firstName": who.given, "lastName": who.family, "salutation": None,
                "status": "optIn" if n % 2 else "optOut", "zipCode": None, "city": None,
                "confirmedAt": "2026-02-03T04:05:06.000+00:00"}  # fmt: skip

    def fill(self, *, customers: int = 7, orders: int = 5) -> Self:
        for number in range(1, min(customers, 21) + 1):
            self.add("newsletter", number)
        return super().fill(customers=customers, orders=orders)

    def price(self, row: Row, amount: str) -> None:
        self.change("orders", row.id, {"lineItems.0.totalPrice": float(amount)})

    # answers

    def answer(self, asked: Asked) -> Answer:
        if asked.parts == ["api", "oauth", "token"]:
            return self.grant(asked, secret="secret", seconds=600)
        if asked.parts[:1] != ["api"]:
            return error(404, "0")
        if not self.knows(asked.bearer):
            return error(401, "9")
        match asked.method, asked.parts[1:]:
            case "GET", ["_info", "version"]:
                return Answer(data={"version": "6.7.10.1"})
            case "POST", ["search", entity]:
                return self.search(entity, asked.json)
            case "POST", ["_action", "sync"]:
                return self.sync(asked.json)
        return error(404, "0")

    def search(self, entity: str, criteria: Mapping[str, Any]) -> Answer:
        if entity in ENTITIES:
            rows = self.rows(ENTITIES[entity])
            found = [{**row.data, "createdAt": self.born[row.id]} for row in rows]
        else:
            found = [] if self.empty else self.others(entity)
        found = [
            one for one in found if all(fits(one, rule) for rule in criteria.get("filter", ()))
        ]
        for rule in reversed(criteria.get("sort", ())):
            found.sort(key=lambda one: order_of(first(one, rule["field"])))
        limit = min(int(criteria.get("limit", 10)), self.page)
        start = (int(criteria.get("page", 1)) - 1) * limit
        page = [picked(one, entity, criteria) for one in found[start : start + limit]]
        return Answer(data={"total": len(page), "data": page})

    def others(self, entity: str) -> list[dict[str, Any]]:
        """What is small, and what a test put there."""
        known: dict[str, list[dict[str, Any]]] = {
            "state-machine-history": self.history,
            "country": [{"id": hexed("DE"), "iso": "DE"}],
            "salutation": [{"id": hexed(key), "salutationKey": key} for key in ("mr", "mrs")],
            "sales-channel": [{"id": CHANNEL, "customerGroupId": hexed("group"),
                               "languageId": hexed("language"), "countryId": hexed("DE"),
                               "paymentMethodId": hexed("payment")}],
        }  # fmt: skip
        return list(self.extra.get(entity, known.get(entity, [])))

    def sync(self, operations: Sequence[Mapping[str, Any]]) -> Answer:
        """All or nothing: everything is looked at before anything is done."""
        for place, operation in enumerate(operations):
            for number, row in enumerate(operation["payload"]):
                if operation["action"] == "upsert" and operation["entity"] == "customer":
                    self.judge(f"/{place}/{number}", row)
        for operation in operations:
            stream = ENTITIES[operation["entity"].replace("_", "-")]
            for row in operation["payload"]:
                self.apply(stream, operation["action"], row)
        return Answer(data={"data": {}, "notFound": {}, "deleted": {}})

    def judge(self, pointer: str, row: Mapping[str, Any]) -> None:
        there = self.get("customers", row["id"])
        needed = (
            ()
            if there
            else (
                "email",
                "firstName",
                "lastName",
                "groupId",
                "languageId",
                "salesChannelId",
                "customerNumber",
                "defaultBillingAddress",
            )
        )
        missing = [name for name in needed if not row.get(name)]  # fmt: skip
        if missing:
            raise Refused(error(400, "VIOLATION::IS_BLANK_ERROR", f"{pointer}/{missing[0]}"))
        if "@" not in (row.get("email") or "@"):
            raise Refused(error(400, "VIOLATION::INVALID_EMAIL_FORMAT_ERROR", f"{pointer}/email"))
        others = [one for one in self.find("customers", "email", row.get("email") or "-")
                  if one.id != row["id"]]  # fmt: skip
        if others:
            code = "VIOLATION::CUSTOMER_EMAIL_NOT_UNIQUE"
            raise Refused(error(400, code, f"/{row['id']}/email"))

    def apply(self, stream: str, action: str, row: Mapping[str, Any]) -> None:
        there = self.get(stream, row["id"])
        if action == "delete":
            if there:
                self.delete(stream, row["id"])
        elif there is None:
            blank: dict[str, Any] = {
                "salutation": None,
                "addresses": [],
                "guest": False,
                "title": None,
            }
            if "defaultBillingAddress" in row:
                blank["defaultBillingAddressId"] = row["defaultBillingAddress"]["id"]
            self.make(stream, {**blank, **row})
        else:
            self.change(stream, row["id"], {k: v for k, v in row.items() if k != "id"})

    # consents

    def recipients(self, row: Row) -> list[Row]:
        return self.find("newsletter", "email", row.data["email"])

    def consents(self, row: Row) -> bool:
        return any(one.data["status"] in ("optIn", "direct") for one in self.recipients(row))

    def suppress(self, row: Row) -> None:
        for one in self.recipients(row):
            self.change("newsletter", one.id, {"status": "optOut"})


def error(status: int, code: str, pointer: str = "") -> Answer:
    """Errors as Shopware writes them."""
    one: dict[str, Any] = {"status": str(status), "code": code, "title": "Error", "detail": "…"}
    if pointer:
        put(one, "source.pointer", pointer)
    return Answer(status=status, data={"errors": [one]})


def picked(data: Mapping[str, Any], entity: str, criteria: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that were asked for."""
    wanted = criteria.get("includes", {}).get(entity.replace("-", "_"))
    return {k: v for k, v in data.items() if wanted is None or k in wanted}


def reached(data: Any, way: Sequence[str]) -> list[Any]:
    """Every value at a path, through lists too."""
    if isinstance(data, list):
        return [found for one in data for found in reached(one, way)]
    if not way:
        return [data]
    return reached(data.get(way[0]), way[1:]) if isinstance(data, dict) else [None]


def first(data: Any, field: str) -> Any:
    return (reached(data, field.split(".")) or [None])[0]


def order_of(value: Any) -> tuple[int, Any]:
    """What values are compared by: stamps as moments in UTC, whichever way they are written."""
    if isinstance(value, str) and value[4:5] == "-" and value[10:11] in ("T", " "):
        found = datetime.fromisoformat(value)
        return 1, (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    if isinstance(value, str):
        return 2, value.casefold()
    return (1, value) if isinstance(value, int | float) else (0, 0)


def fits(data: Any, rule: Mapping[str, Any]) -> bool:
    """Whether a record passes a filter."""
    if rule["type"] in ("multi", "not"):
        found = [fits(data, one) for one in rule["queries"]]
        if rule["type"] == "not":
            return not (all(found) if rule["operator"] == "and" else any(found))
        return all(found) if rule["operator"] == "and" else any(found)
    values = reached(data, rule["field"].split("."))
    if rule["type"] == "equals":
        if rule["value"] is None:
            return all(one is None for one in values)
        return any(one is not None and order_of(one) == order_of(rule["value"]) for one in values)
    if rule["type"] == "equalsAny":
        wanted = [order_of(one) for one in rule["value"]]
        return any(order_of(one) in wanted for one in values)
    return any(one is not None and inside(order_of(one), rule["parameters"]) for one in values)


def inside(value: Any, bounds: Mapping[str, Any]) -> bool:
    told = {name: order_of(bound) for name, bound in bounds.items()}
    return (
        ("gt" not in told or value > told["gt"])
        and ("gte" not in told or value >= told["gte"])
        and ("lt" not in told or value < told["lt"])
        and ("lte" not in told or value <= told["lte"])
    )
