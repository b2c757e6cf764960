"""Tryton's JSON-RPC over a small ORM: parties and their parts, sales, products, mailing lists."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from crmsync_tryton import Tryton
from tryton_orm import PARTS_OF_A_DAY, meets, projected

from crmsync.testing import Answer, Asked, FakeBackend, Refused, Row, Table

STREAMS = {"party.party": "customers", "sale.sale": "orders", "product.product": "products",
           "marketing.email": "newsletter"}  # fmt: skip
PARTS = {"party.contact_mechanism": "contact_mechanisms", "party.address": "addresses",
         "party.identifier": "identifiers"}  # fmt: skip
OTHERS = {"sale.line", "stock.shipment.out", "product.template", "product.identifier",
          "product.category"}  # fmt: skip
"""Parts of sales and products, none of which changes alone in the suite."""

OFFERED = {"party.address": {"street_name", "building_number", "invoice", "delivery"},
           "sale.sale": {"web_shop"}, "marketing.email": {"id"}}  # fmt: skip
HIDDEN = ("code", "contact_mechanisms.value", "identifiers.code", "addresses.city")
LISTS = (1,)


def typed(moment: datetime) -> dict[str, Any]:
    """A moment as Tryton wraps it."""
    utc = moment.astimezone(UTC)
    return {"__class__": "datetime", **{name: getattr(utc, name) for name in PARTS_OF_A_DAY}}


class FakeTryton(FakeBackend):
    """One database of Tryton 8."""

    connector = Tryton
    tables: ClassVar[Mapping[str, Table]] = {
        "customers": Table(stamp="write_date", name="family", email="email", hidden=HIDDEN),
        "newsletter": Table(stamp="write_date", name="email"),
        "orders": Table(stamp="write_date", name="number", placed="create_date", customer="party"),
        "products": Table(stamp="write_date", name="name"),
    }
    merges = ("customers",)
    null_stamps = ("customers", "newsletter", "orders", "products")
    versions = True
    late = timedelta(minutes=10)
    bears = 2

    def __init__(self) -> None:
        super().__init__()
        self.forbidden: set[str] = set()
        self.modules = {"marketing.email", "marketing.email.list"}
        self.born: dict[tuple[str, str], datetime] = {}
        self.touched: dict[tuple[str, int], datetime] = {}
        self.erased: set[str] = set()
        self.needed: set[str] = set()
        self.secret("password")

    def settings(self) -> Mapping[str, Any]:
        return {"url": self.url, "database": "laden", "user": "crmsync",
                "password": self.secret("password"), "page_size": self.page}  # fmt: skip

    # rows

    def fill(self, *, customers: int = 7, orders: int = 5) -> FakeTryton:
        for number in range(1, 8):
            self.add("products", number)
        for number in range(1, customers + 1):
            self.add("newsletter", number)
        return super().fill(customers=customers, orders=orders)

    def make(self, stream: str, data: Mapping[str, Any], **more: Any) -> Row:
        row = super().make(stream, {"create_date": typed(self.now), **data}, **more)
        self.born[stream, row.id] = row.stamp or self.now
        return row

    def row(self, stream: str, n: int) -> dict[str, Any]:
        if stream == "products":
            above = {"id": n, "categories.": [{"id": 1, "rec_name": "Kaffee"}]}
            codes = [{"id": 1, "type": "ean", "code": "4006381333931"}]
            return {"id": 2000 + n, "name": f"Röstkaffee {n}", "code": f"KAFFEE-{n}",
                    "cost_price": {"__class__": "Decimal", "decimal": "6.20"},
                    "identifiers.": codes, "template.": above}  # fmt: skip
        if stream == "newsletter":
            return {"id": 7000 + n, "email": self.person(n).email, "active": True,
                    "list_": 1, "list_.": {"id": 1, "name": "Neues vom Laden"}}  # fmt: skip
        return super().row(stream, n)

    def customer(self, n: int) -> dict[str, Any]:
        who = self.person(n)
        return {"id": n, "given": who.given, "family": who.family, "email": who.email,
                "phone": who.phone, "street": f"{who.street} {who.house_number}",
                "postal_code": who.postal_code, "city": who.city, "code": f"K{n}",
                "vat": None, "active": True, "lang.": {"id": 5, "code": "de"}}  # fmt: skip

    def order(self, n: int, customer: Mapping[str, Any]) -> dict[str, Any]:
        goods = {"id": 2001, "code": "KAFFEE-1", "name": "Röstkaffee 1", "identifiers.": []}
        line = {"id": 9000 + n, "type": "line", "quantity": 1.0, "description": None,
                "amount": {"__class__": "Decimal", "decimal": f"{10 + n}.90"},
                "product.": goods, "taxes.": []}  # fmt: skip
        return {"id": 500 + n, "number": f"S{500 + n}", "reference": None, "state": "processing",
                "party": customer["id"], "origin": None, "currency.": {"id": 1, "code": "EUR"},
                "lines.": [line], "shipping_date": None, "shipment_state": "waiting",
                "shipments.": [], "web_shop": None}  # fmt: skip

    def stamped(self, moment: datetime) -> Any:
        return typed(moment)

    def moment(self, told: Any) -> datetime:
        return datetime(**{name: told[name] for name in PARTS_OF_A_DAY}, tzinfo=UTC)

    def price(self, row: Row, amount: str) -> None:
        row.data["lines."][0]["amount"] = {"__class__": "Decimal", "decimal": amount}
        self.bump("orders", row)

    def hide(self, stream: str, row: Row) -> None:
        self.forbidden |= set(HIDDEN)
        self.bump(stream, row)

    def version_of(self, row: Row) -> str:
        stamps = [self.stamp_of("customers", row)]
        stamps += [at for (_, part), at in self.touched.items() if part // 10 == int(row.id)]
        return epoch(max(stamps))

    def stamp_of(self, stream: str, row: Row) -> datetime:
        return row.stamp or self.born[stream, row.id]

    # HTTP

    def answer(self, asked: Asked) -> Answer:
        if asked.method != "POST" or asked.parts not in (["rpc"], ["laden", "rpc"]):
            return Answer(status=404, body=b"<h1>Not Found</h1>")
        method, params = asked.json["method"], asked.json["params"]
        if asked.parts == ["rpc"]:
            return self.result("8.2")
        if method == "common.db.login":
            known = params[0] == "crmsync" and self.is_secret("password", params[1]["password"])
            return self.result([4, self.new_token(), None]) if known else Answer(status=401)
        key = asked.headers.get("authorization", "").removeprefix("Session ")
        if not self.knows(base64.b64decode(key).decode().rpartition(":")[2]):
            return Answer(status=401)
        return self.run(method, params)

    def run(self, method: str, params: list[Any]) -> Answer:
        kept, changes = deepcopy(self.kept), self.changes
        try:
            return self.result(self.called(method, params))
        except Refused as refused:  # the transaction is rolled back
            if self.changes != changes:
                self.kept, self.changes = kept, changes
            return refused.answer

    def result(self, value: Any) -> Answer:
        return Answer(data={"id": 1, "result": value})

    def refuse(self, kind: str = "UserError") -> Refused:
        told = [kind, ["Änne Geheim darf nicht", "", None]]
        return Refused(Answer(data={"id": 1, "error": told}))

    def called(self, method: str, params: list[Any]) -> Any:
        if method == "model.res.user.get_preferences":
            return {"company": 1, "language": "de"}
        if method.startswith("wizard.party.erase."):
            return self.wizard(method.rpartition(".")[2], params)
        _, _, rest = method.partition(".")
        model, _, name = rest.rpartition(".")
        if model.startswith("marketing.") and model not in self.modules:
            raise Refused(Answer(data={"id": 1, "error": [f"'{model}'", ""]}))
        match name:
            case "fields_get":
                return {one: {} for one in params[0] if one in OFFERED[model]}
            case "search_read":
                assert params[4], "fields are asked for"
                self.look_at(params[4])
                return [projected(one, params[4]) for one in self.search(model, params)]
            case "search":
                return [one["id"] for one in self.search(model, params)]
            case "create":
                return [self.create(model, one) for one in params[0]]
            case "write":
                self.write(model, params)
                return None
            case "delete":
                for one in params[0]:
                    self.delete(STREAMS[model], one)
                return None
        raise AssertionError(method)

    def look_at(self, fields: list[str]) -> None:
        if self.forbidden & {*fields}:
            raise self.refuse()

    # the ORM

    def search(self, model: str, params: list[Any]) -> list[dict[str, Any]]:
        domain, _, limit, order = params[:4]
        assert order == [["id", "ASC"]]
        found = [one for one in self.all_of(model) if meets(domain, one)]
        return sorted(found, key=lambda one: one["id"])[: limit or None]

    def all_of(self, model: str) -> Iterator[dict[str, Any]]:
        if model in STREAMS:
            for row in self.rows(STREAMS[model], deleted=None):
                if not row.deleted or row.merged_into or row.id in self.erased:
                    yield self.shown(STREAMS[model], row)
        elif model in PARTS:
            for party in self.all_of("party.party"):
                for one in party.get(f"{PARTS[model]}.") or ():
                    yield {**one, "party": party["id"], "party.": party,
                           "!write_date": self.touched.get((model, one["id"])),
                           "!create_date": party["!create_date"]}  # fmt: skip
        elif model == "company.company":
            yield {"id": 1, "party": 999_999}
        elif model == "country.country":
            yield {"id": 1, "code": "DE"}
        elif model == "ir.lang":
            yield {"id": 5, "code": "de"}
        elif model == "marketing.email.list":
            yield from ({"id": one, "active": True} for one in LISTS)
        else:
            assert model in OTHERS, model

    def shown(self, stream: str, row: Row) -> dict[str, Any]:
        """A row as Tryton tells it; under "!…" what its database has, whatever is told."""
        data = dict(row.data)
        if stream == "customers":
            data |= self.party(row)
        elif stream == "orders":
            data["sale_date"] = sold_on(data.get("create_date"))
        return {**data, "!write_date": row.stamp, "!create_date": self.born[stream, row.id]}

    def party(self, row: Row) -> dict[str, Any]:
        data, number = row.data, int(row.id) * 10
        name = data.get("family")
        if isinstance(name, str) and isinstance(data.get("given", ""), str):
            name = f"{data.get('given', '')} {name}".strip()
        gone = row.id in self.erased
        told: dict[str, Any] = {"name": None if gone else name,
                                "_timestamp": epoch(self.stamp_of("customers", row))}  # fmt: skip
        told["replaced_by"] = int(row.merged_into) if row.merged_into else data.get("replaced_by")
        if gone or row.merged_into:
            told["active"] = False
        points = [("email", number + 1), ("phone", number + 2)]
        told["contact_mechanisms."] = [
            self.part("party.contact_mechanism", at, row, type=kind, value=data[kind])
            for kind, at in points if data.get(kind)
        ]  # fmt: skip
        told["identifiers."] = [
            self.part("party.identifier", number + 4, row, type="eu_vat", code=data["vat"])
        ] if data.get("vat") else []  # fmt: skip
        place = {name: data.get(name) for name in ("street", "postal_code", "city")}
        told["addresses."] = [
            self.part("party.address", number + 3, row, **place, **{"country.": None})
        ]
        return told

    def part(self, model: str, number: int, row: Row, **told: Any) -> dict[str, Any]:
        at = self.touched.get((model, number), self.born["customers", row.id])
        return {"id": number, "active": True, "_timestamp": epoch(at), **told}

    def create(self, model: str, told: Mapping[str, Any]) -> int:
        if model == "marketing.email":
            if not told.get("active", True):
                raise self.refuse()
            own = {"list_.": {"id": 1, "name": "Neues"}, "active": True, **told}
            made = self.make("newsletter", own, stamped=False)
            return int(made.id)
        blank = dict.fromkeys(("email", "phone", "street", "postal_code", "city", "code", "vat"))
        made = self.make("customers", {**blank, "active": True, "lang.": None, "given": "",
                                       "family": ""}, stamped=False)  # fmt: skip
        self.put(made, told)
        made.stamp = None
        made.data["write_date"] = None
        return int(made.id)

    def write(self, model: str, params: list[Any]) -> None:
        stamps = dict(params[-1].get("_timestamp") or {})
        for ids, told in zip(params[:-1:2], params[1:-1:2], strict=True):
            for one in ids:
                if self.get(STREAMS[model], one) is None:
                    raise self.refuse()
                row = self.kept[STREAMS[model]][str(one)]
                self.compare(f"{model},{one}", epoch(self.stamp_of(STREAMS[model], row)), stamps)
                if model == "marketing.email":
                    self.change("newsletter", one, told)
                else:
                    self.put(row, told, stamps)

    def compare(self, key: str, stamp: str, stamps: Mapping[str, str]) -> None:
        if stamps.get(key, stamp) != stamp:
            raise self.refuse("ConcurrencyException")

    def put(
        self, row: Row, told: Mapping[str, Any], stamps: Mapping[str, str] | None = None
    ) -> None:
        """Write a party; a change of its parts alone moves their stamps, not its own."""
        own = dict(told)
        for model, name in PARTS.items():
            for command, *more in own.pop(name, ()):
                values = more[-1] if command == "write" else more[-1][0]
                number = more[0][0] if command == "write" else None
                self.put_part(row, model, number, values, stamps or {})
        if "name" in own:
            own["given"], _, own["family"] = str(own.pop("name")).rpartition(" ")
        if own:
            self.change("customers", row.id, own)

    def put_part(self, row: Row, model: str, number: int | None, values: Mapping[str, Any],
                 stamps: Mapping[str, str]) -> None:  # fmt: skip
        kinds = {1: "email", 2: "phone", 4: "vat"}
        field = kinds.get((number or 0) % 10) or {"eu_vat": "vat"}.get(
            str(values.get("type")), values.get("type"))  # fmt: skip
        if number is not None:
            there = self.part(model, number, row)
            self.compare(f"{model},{number}", there["_timestamp"], stamps)
        if model == "party.address":
            row.data |= {name: value for name, value in values.items() if name in row.data}
            place = 3
        else:
            value = values.get("value", values.get("code"))
            if field == "email" and value and "@" not in value:
                raise self.refuse()
            row.data[str(field)] = value if values.get("active", True) else None
            place = {"email": 1, "phone": 2, "vat": 4}[str(field)]
        self.changes += 1
        self.advance(milliseconds=1)
        self.touched[model, int(row.id) * 10 + place] = self.now

    def wizard(self, step: str, params: list[Any]) -> Any:
        if step == "create":
            self.look_at(["wizard.party.erase"])
            return [12, "ask", "end"]
        if step == "execute":
            row = self.kept["customers"][str(params[1]["ask"]["party"])]
            if row.data["active"] or row.id in self.needed:
                raise self.refuse()
            self.erased.add(row.id)
            self.delete("customers", row.id)
            return {}
        return None

    # what the suite asks

    def consents(self, row: Row) -> bool:
        return any(one.data["active"] for one in self.find("newsletter", "email",
                                                           row.data["email"]))  # fmt: skip

    def suppress(self, row: Row) -> None:
        for one in self.find("newsletter", "email", row.data["email"]):
            self.change("newsletter", one.id, {"active": False})


def epoch(moment: datetime) -> str:
    """A moment as Tryton compares it."""
    return f"{moment.timestamp():.6f}"


def sold_on(created: Any) -> dict[str, Any] | None:
    """The day of a sale in the company's zone."""
    if not isinstance(created, dict) or "year" not in created:
        return None
    moment = datetime(**{name: created[name] for name in PARTS_OF_A_DAY}, tzinfo=UTC)
    day = moment.astimezone(ZoneInfo("Europe/Berlin"))
    return {"__class__": "date", "year": day.year, "month": day.month, "day": day.day}
