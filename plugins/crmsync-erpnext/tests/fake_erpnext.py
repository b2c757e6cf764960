"""ERPNext's dialect: lists with filters, child tables apart, a clock without zone, tombstones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from crmsync_erpnext import ErpNext

from crmsync.testing import Answer, Asked, FakeBackend, Refused, Row, Table

BERLIN = ZoneInfo("Europe/Berlin")
STREAMS = {"Customer": "customers", "Sales Order": "orders", "POS Invoice": "receipts",
           "Item": "products"}  # fmt: skip
CHILDREN = {
    "Sales Order Item": ("Sales Order", "items"),
    "POS Invoice Item": ("POS Invoice", "items"),
    "Item Barcode": ("Item", "barcodes"),
}


class FakeErpNext(FakeBackend):
    """A site as one of its system managers sees it."""

    connector = ErpNext
    tables: ClassVar[Mapping[str, Table]] = {
        "products": Table(id="name", stamp="modified", name="item_name"),
        "customers": Table(id="name", stamp="modified", name="family", email="email_id",
                           hidden=("tax_id", "disabled")),
        "orders": Table(id="name", stamp="modified", placed="transaction_date",
                        amount="items.0.net_amount", customer="customer"),
        "receipts": Table(id="name", stamp="modified", name="items.0.item_name"),
    }  # fmt: skip
    merges = ("customers",)
    versions = True
    naive = True
    bears = 4
    more: ClassVar[Mapping[str, Any]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.secret("api_secret")
        self.docs: dict[str, list[dict[str, Any]]] = {
            "Country": [{"name": "Germany", "code": "de"}],
            "POS Profile": [{"name": "Kasse 1"}],
            "Deleted Document": [], "Comment": [], "Email Unsubscribe": [],
        }  # fmt: skip

    def settings(self) -> Mapping[str, Any]:
        return {"url": self.url, "api_key": "crmsync", "page_size": self.page,
                "api_secret": self.secret("api_secret"), **self.more}  # fmt: skip

    # rows

    def stamped(self, moment: datetime) -> str:
        return moment.astimezone(BERLIN).strftime("%Y-%m-%d %H:%M:%S.%f")

    def moment(self, told: Any) -> datetime:
        return datetime.fromisoformat(str(told)).replace(tzinfo=BERLIN).astimezone(UTC)

    def new_id(self, stream: str) -> str:
        return f"{stream}-{self._numbers:05}"

    def row(self, stream: str, n: int) -> dict[str, Any]:
        made = {"creation": "2026-01-05 10:00:00.000000"}
        if stream == "products":
            return {**made, "name": f"KAFFEE-{n:04}", "item_code": f"KAFFEE-{n}", "brand": None,
                    "item_name": f"Röstkaffee {n}", "item_group": "Kaffee",
                    "last_purchase_rate": 6.2, "valuation_rate": 0.0,
                    "barcodes": [{"idx": 1, "barcode": "4006381333931"}]}  # fmt: skip
        if stream == "receipts":
            customers = [one.id for one in self.living("customers")]
            line = {"idx": 1, "item_code": "KAFFEE-1", "item_name": f"Kaffee {n}", "qty": 1,
                    "net_amount": 9.9, "item_tax_rate": '{"MwSt 7 %": 7.0}'}  # fmt: skip
            return {**made, "name": f"POS-{n:04}", "docstatus": 1, "status": "Paid",
                    "items": [line],
                    "customer": customers[n % len(customers)], "posting_date": "2026-10-03",
                    "posting_time": "9:15:00.000000", "pos_profile": "Kasse 1", "is_return": 0,
                    "currency": "EUR"}  # fmt: skip
        return {**made, **super().row(stream, n)}

    def customer(self, n: int) -> dict[str, Any]:
        who = self.person(n)
        return {"name": f"K-{n:04}", "given": who.given, "family": who.family, "tax_id": None,
                "customer_type": "Individual", "salutation": "Frau" if n % 2 else None,
                "language": "de", "disabled": 0, "email_id": who.email, "mobile_no": who.phone,
                "street": f"{who.street} {who.house_number}", "city": who.city,
                "pincode": who.postal_code}  # fmt: skip

    def order(self, n: int, customer: Mapping[str, Any]) -> dict[str, Any]:
        line = {"idx": 1, "item_code": "KAFFEE-1", "item_name": "Kaffee", "qty": 1,
                "net_amount": 10.9 + n, "item_tax_rate": "{}"}  # fmt: skip
        return {"name": f"SO-{n:04}", "docstatus": 1, "status": "To Deliver and Bill",
                "customer": customer["name"], "currency": "EUR", "items": [line],
                "transaction_date": "2026-10-03", "delivery_date": "2026-10-20"}  # fmt: skip

    def fill(self, *, customers: int = 7, orders: int = 5) -> Self:
        for number in range(1, orders + 1):
            self.add("products", number)
        super().fill(customers=customers, orders=orders)
        for number in range(1, orders + 1):
            self.add("receipts", number)
        self.advance(minutes=5)
        return self

    def price(self, row: Row, amount: str) -> None:
        self.change("orders", row.id, {"items.0.net_amount": float(amount)})

    def version_of(self, row: Row) -> str:
        return str(row.data["modified"])

    def delete(self, stream: str, identity: Any) -> None:
        super().delete(stream, identity)
        doctype = next(one for one, name in STREAMS.items() if name == stream)
        self.note("Deleted Document", deleted_doctype=doctype, deleted_name=str(identity))

    def merge(self, stream: str, loser: Any, winner: Any) -> None:
        super().merge(stream, loser, winner)
        words = f"<strong>{loser}</strong> wurde mit <strong>{winner}</strong> zusammengeführt"
        self.note("Comment", comment_type="Edit", reference_doctype="Customer", content=words,
                  reference_name=str(winner))  # fmt: skip
        self.note("Deleted Document", deleted_doctype="Customer", deleted_name=str(loser))

    def note(self, doctype: str, **fields: Any) -> None:
        """Put a document there that is of no stream."""
        stamp, rows = self.stamped(self.now), self.docs[doctype]
        rows.append({"name": f"{len(rows):08}", "creation": stamp, "modified": stamp, **fields})

    # HTTP

    def answer(self, asked: Asked) -> Answer:
        _, _, told = asked.headers.get("authorization", "").partition("token ")
        key, _, secret = told.partition(":")
        if key != "crmsync" or not self.is_secret("api_secret", secret):
            return error(401, "AuthenticationError")
        match asked.method, asked.parts:
            case "GET", ["api", "method", "ping"]:
                return Answer(data={"message": "pong"})
            case "POST", ["api", "method", "frappe.client.get_list"]:
                return Answer(data={"message": self.listing(asked.json["doctype"], asked.json)})
            case "GET", ["api", "resource", doctype]:
                query: dict[str, Any] = dict(asked.query)
                query |= {name: json.loads(query[name]) for name in ("fields", "filters")}
                query["limit_page_length"] = int(query["limit_page_length"])
                return Answer(data={"data": self.listing(doctype, query)})
            case "POST", ["api", "resource", doctype]:
                return Answer(data={"data": self.made(doctype, asked.json)})
            case method, ["api", "resource", doctype, *name]:
                return self.one(method, doctype, "/".join(name), asked.json)
        return error(404, "DoesNotExistError")

    def listing(self, doctype: str, told: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        rows = [] if self.empty else self.documents(doctype)
        found = [one for one in rows if all(meets(one, *rule) for rule in told["filters"])]
        for part in reversed(told["order_by"].split(", ")):
            found.sort(key=partial(text_of, part.split()[0]))
        size = told["limit_page_length"]
        return [{name: one[name] for name in told["fields"] if name in one} for one in
                (found[:size] if size else found)]  # fmt: skip

    def documents(self, doctype: str) -> list[dict[str, Any]]:
        if doctype in STREAMS:
            return [self.shown(doctype, row) for row in self.living(STREAMS[doctype])]
        if doctype in CHILDREN:
            parent, table = CHILDREN[doctype]
            return [{**child, "name": f"{row.id}-{n}", "parent": row.id, "parenttype": parent}
                    for row in self.living(STREAMS[parent])
                    for n, child in enumerate(rows_in(row.data.get(table)))]  # fmt: skip
        return self.docs.get(doctype) or [one for row in self.living("customers")
                                          for one in self.hanging(doctype, row)]  # fmt: skip

    def hanging(self, doctype: str, row: Row) -> Iterable[dict[str, Any]]:
        """What hangs at a customer: his contact and his address, with their tables."""
        data, contact, place = row.data, f"C-{row.id}", f"A-{row.id}"
        old = {"creation": "2026-01-05 10:00:00", "modified": "2026-01-05 10:00:00.000000"}
        links = [
            {
                "parent": name,
                "parenttype": kind,
                "link_doctype": "Customer",
                "link_name": row.id,
                "name": f"L-{name}",
            }
            for kind, name in (("Contact", contact), ("Address", place))
        ]
        found: dict[str, list[dict[str, Any]]] = {
            "Contact": [{**old, "name": contact, "first_name": data.get("given"), "unsubscribed": 0,
                         "last_name": data.get("family")}],
            "Address": [{**old, "name": place, "address_type": "Billing", "country": "Germany",
                         "address_line1": data.get("street"), "city": data.get("city")}],
            "Dynamic Link": links,
            "Contact Email": [{"name": f"E-{row.id}", "parent": contact, "idx": 1, "is_primary": 1,
                               "email_id": data.get("email_id")}],
        }  # fmt: skip
        return found.get(doctype, [])

    def shown(self, doctype: str, row: Row) -> dict[str, Any]:
        data = dict(row.data)
        if doctype == "Customer" and "family" in data:
            family = data.pop("family")
            plain = isinstance(family, str) and isinstance(data.get("given", ""), str)
            data["customer_name"] = f"{data.pop('given', '')} {family}".strip() if plain else family
            data["customer_primary_contact"] = f"C-{row.id}"
        return data

    def one(self, method: str, doctype: str, name: str, told: Mapping[str, Any]) -> Answer:
        if doctype == "Email Unsubscribe" and method == "DELETE":
            self.docs[doctype] = [one for one in self.docs[doctype] if one["name"] != name]
            return Answer(status=202, data={"message": "ok"})
        row = self.get("customers", name.removeprefix("C-"))
        if row is None:
            return error(404, "DoesNotExistError")
        if method == "PUT":
            values = dict(told)
            stamp = row.data["modified"] if doctype == "Customer" else "2026-01-05 10:00:00.000000"
            if values.pop("modified", stamp) != stamp:
                return error(417, "TimestampMismatchError")
            if doctype == "Contact":
                values = {"email_id": values["email_ids"][0]["email_id"]}
            self.change("customers", row.id, self.judged(values))
        shown = self.shown(doctype, row)
        if doctype == "Contact":
            shown = next(iter(self.hanging("Contact", row)))
            shown["email_ids"] = list(self.hanging("Contact Email", row))
        return Answer(data={"data": shown})

    def made(self, doctype: str, told: Mapping[str, Any]) -> Mapping[str, Any]:
        if doctype == "Email Unsubscribe":
            self.changes += 1
            self.note(doctype, **told)
            return self.docs[doctype][-1]
        blank = {"creation": self.stamped(self.now), "disabled": 0, "mobile_no": None}
        return self.shown(doctype, self.make("customers", {**blank, **self.judged(told)}))

    def judged(self, told: Mapping[str, Any]) -> dict[str, Any]:
        data = dict(told)
        if "@" not in (data.get("email_id") or "@"):
            raise Refused(error(417, "InvalidEmailAddressError"))
        if "customer_name" in data:
            data["given"], _, data["family"] = str(data.pop("customer_name")).rpartition(" ")
        return data

    # consents

    def consents(self, row: Row) -> bool:
        gone = [one["email"] for one in self.docs["Email Unsubscribe"]]
        return row.data["email_id"] not in gone

    def suppress(self, row: Row) -> None:
        self.note("Email Unsubscribe", email=row.data["email_id"], global_unsubscribe=1)


def error(status: int, kind: str) -> Answer:
    """A refusal as Frappe writes it."""
    words = json.dumps([json.dumps({"message": "Änne Geheim"})])
    return Answer(status=status, data={"exc_type": kind, "exception": f"frappe.exceptions.{kind}",
                                       "_server_messages": words})  # fmt: skip


def text_of(field: str, row: Mapping[str, Any]) -> str:
    return str(row.get(field))


def rows_in(found: Any) -> list[dict[str, Any]]:
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def meets(row: Mapping[str, Any], field: str, how: str, value: Any) -> bool:
    """Whether a document passes a filter; the database compares texts without their case."""
    have = row.get(field)
    if how == "in":
        return str(have).casefold() in {str(one).casefold() for one in value}
    if isinstance(value, int):
        return bool(have == value)
    mine, other = str(have), str(value)
    return {"=": mine == other, "<": mine < other, "<=": mine <= other, ">": mine > other,
            ">=": mine >= other}[how]  # fmt: skip
