"""Odoo's dialects, JSON-RPC of 17 and JSON-2 of 19, over one small ORM."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from crmsync_odoo import Odoo

from crmsync.testing import Answer, Asked, FakeBackend, Refused, Row, Table

MODELS = {"customers": "res.partner", "orders": "sale.order", "products": "product.product"}
STREAMS = {model: stream for stream, model in MODELS.items()}
BOOLS = {"active", "is_company", "is_blacklisted"}
FIELDS: dict[str, tuple[str, ...]] = {
    "res.partner": (
        "id", "name", "is_company", "parent_id", "type", "ref", "vat", "lang", "email", "phone",
        "street", "zip", "city", "country_id", "country_code", "category_id", "is_blacklisted",
        "email_normalized", "active", "create_date", "write_date", "child_ids", "ref_company_ids",
    ),
    "sale.order": ("id", "name", "date_order", "partner_id", "state", "currency_id", "write_date",
                   "order_line", "picking_ids", "commitment_date", "website_id"),
    "sale.order.line": ("id", "order_id", "product_id", "name", "product_uom_qty", "price_total",
                        "qty_delivered", "price_subtotal", "discount", "display_type",
                        "is_delivery", "purchase_price", "write_date"),
    "product.product": ("id", "name", "default_code", "barcode", "categ_id", "write_date",
                        "product_tmpl_id", "standard_price", "cost_currency_id"),
    "res.partner.category": ("id", "name", "write_date"),
    "mail.blacklist": ("id", "email", "active", "write_date"),
    "res.country": ("id", "code", "name"),
    "stock.picking": ("id", "sale_id", "state", "date_deadline", "date_done", "carrier_id",
                      "picking_type_code", "write_date"),
}  # fmt: skip
"""This Odoo has neither invoices, tills nor mailing lists."""


class FakeOdoo(FakeBackend):
    """Odoo 17 by JSON-RPC."""

    connector = Odoo
    series: ClassVar[int] = 17
    tables: ClassVar[Mapping[str, Table]] = {
        "customers": Table(stamp="write_date", name="family", email="email",
                           hidden=("email", "phone", "street", "vat")),
        "orders": Table(stamp="write_date", name="name", amount="lines.0.price_total",
                        placed="date_order", customer="partner_id.0"),
        "products": Table(stamp="write_date", name="name"),
    }  # fmt: skip
    late = timedelta(minutes=15)
    bears = 2

    def __init__(self) -> None:
        super().__init__()
        self.tags: dict[int, str] = {}
        self.kept_lists: dict[str, list[dict[str, Any]]] = {"mail.blacklist": []}
        self.pickings: list[dict[str, Any]] = []
        self.needed: set[str] = set()
        self.secret("key")

    def settings(self) -> Mapping[str, Any]:
        return {"url": self.url, "database": "laden", "user": "crmsync@example.org",
                "key": self.secret("key"), "page_size": self.page,
                "parts": ["sale", "stock"]}  # fmt: skip

    # rows

    def fill(self, *, customers: int = 7, orders: int = 5) -> FakeOdoo:
        for number in range(1, 8):
            self.add("products", number)
        return super().fill(customers=customers, orders=orders)

    def row(self, stream: str, n: int) -> dict[str, Any]:
        if stream == "products":
            return {"id": 2000 + n, "name": f"Röstkaffee {n}", "default_code": f"KAFFEE-{n}",
                    "barcode": False, "categ_id": [4, "All / Kaffee"], "standard_price": 6.2,
                    "cost_currency_id": [1, "EUR"]}  # fmt: skip
        return super().row(stream, n)

    def customer(self, n: int) -> dict[str, Any]:
        who = self.person(n)
        return {
            "id": n, "given": who.given, "family": who.family, "is_company": False,
            "parent_id": False, "type": "contact", "ref": False, "vat": f"DE{100_000_000 + n}",
            "lang": "de_DE", "email": who.email, "phone": who.phone, "zip": who.postal_code,
            "street": f"{who.street} {who.house_number}", "city": who.city,
            "country_id": [57, "Deutschland"], "country_code": "DE", "category_id": [],
            "active": True, "create_date": "2026-01-05 08:00:00",
        }  # fmt: skip

    def order(self, n: int, customer: Mapping[str, Any]) -> dict[str, Any]:
        line = {"id": 9000 + n, "product_id": [2001, "[KAFFEE-1] Röstkaffee 1"], "name": "Kaffee",
                "product_uom_qty": 1.0, "qty_delivered": 0.0, "price_total": 10.9 + n,
                "price_subtotal": 10.9 + n, "discount": 0.0, "display_type": False,
                "purchase_price": 6.2}  # fmt: skip
        return {"id": 500 + n, "name": f"S{500 + n:05}", "partner_id": [customer["id"], "Jemand"],
                "date_order": f"2026-10-{n % 28 + 1:02} 08:15:00", "state": "sale",
                "currency_id": [1, "EUR"], "picking_ids": [], "commitment_date": False,
                "website_id": False, "lines": [line]}  # fmt: skip

    def stamped(self, moment: datetime) -> str:
        return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")

    def price(self, row: Row, amount: str) -> None:
        told = {"lines.0.price_total": float(amount), "lines.0.price_subtotal": float(amount)}
        self.change("orders", row.id, told)

    # HTTP

    def answer(self, asked: Asked) -> Answer:
        version = {"version_info": [self.series, 0, 0, "final", 0, ""], "version": "x"}
        match asked.method, asked.parts:
            case "GET", ["web", "version"] if self.series >= 19:
                return Answer(data=version)
            case "POST", ["jsonrpc"]:
                return self.rpc(asked.json["params"], version)
            case "POST", ["json", "2", model, method] if self.series >= 19:
                return self.json2(asked, model, method)
        html = {"Content-Type": "text/html; charset=utf-8"}
        return Answer(status=404, body=b"<h1>Not Found</h1>", headers=html)

    def rpc(self, params: Mapping[str, Any], version: Mapping[str, Any]) -> Answer:
        service, method, args = params["service"], params["method"], params["args"]
        if (service, method) == ("common", "version"):
            return self.result({"server_version_info": version["version_info"]})
        known = self.is_secret("key", str(args[2]))
        if (service, method) == ("common", "authenticate"):
            return self.result(7 if known else False)
        if not known or args[1] != 7:
            return self.failed("odoo.exceptions.AccessDenied", 200)
        model, called, first, named = args[3:]
        if called == "create":
            named = {**named, "vals_list": first[0]}
        elif first:
            named = {**named, "ids": first[0]}
        return self.run(model, called, named)

    def json2(self, asked: Asked, model: str, method: str) -> Answer:
        if not self.is_secret("key", asked.bearer):
            return self.failed("werkzeug.exceptions.Unauthorized", 401)
        return self.run(model, method, asked.json)

    def run(self, model: str, method: str, named: Mapping[str, Any]) -> Answer:
        kept, changes = {name: {k: dict(r.data) for k, r in rows.items()}
                         for name, rows in self.kept.items()}, self.changes  # fmt: skip
        try:
            return self.result(self.called(model, method, named))
        except Refused as refused:  # the transaction is rolled back
            if self.changes != changes:
                for name, rows in kept.items():
                    for gone in set(self.kept[name]) - set(rows):
                        del self.kept[name][gone]
                    for key, data in rows.items():
                        self.kept[name][key].data = data
                self.changes = changes
            return refused.answer

    def result(self, value: Any) -> Answer:
        json2 = self.series >= 19
        return Answer(data=value if json2 else {"jsonrpc": "2.0", "id": 1, "result": value})

    def failed(self, name: str, status: int) -> Answer:
        told = {"name": name, "message": "Änne Geheim darf nicht", "arguments": [], "context": {},
                "debug": "Traceback … Änne Geheim"}  # fmt: skip
        if self.series >= 19:
            return Answer(status=status, data=told)
        error = {"code": 200, "message": "Odoo Server Error", "data": told}
        return Answer(data={"jsonrpc": "2.0", "id": 1, "error": error})

    def refuse(self, name: str = "odoo.exceptions.ValidationError", status: int = 422) -> Refused:
        return Refused(self.failed(name, status))

    # the ORM

    def called(self, model: str, method: str, named: Mapping[str, Any]) -> Any:
        if model not in FIELDS:
            raise self.refuse("odoo.exceptions.UserError", 404)
        match method:
            case "fields_get":
                many = {"category_id": "many2many"}
                return {name: {"type": "boolean" if name in BOOLS else many.get(name, "char")}
                        for name in FIELDS[model]}  # fmt: skip
            case "search_read":
                return self.search_read(model, named)
            case "create":
                return [self.create(model, one) for one in named["vals_list"]]
            case "write":
                for identity in named["ids"]:
                    self.write(model, identity, named["vals"])
                return True
            case "unlink":
                return self.unlink(named["ids"])
        raise self.refuse("builtins.AttributeError", 404)

    def search_read(self, model: str, named: Mapping[str, Any]) -> list[dict[str, Any]]:
        unknown = set(named["fields"]) - set(FIELDS[model])
        assert not unknown, f"{model} has no {unknown}"
        found = [one for one in self.all_of(model) if self.meets(named["domain"], model, one)]
        found.sort(key=lambda one: one[0]["id"])
        found = found[: named.get("limit") or None]
        return [{name: data[name] for name in named["fields"] if name in data}
                for data, _ in found]  # fmt: skip

    def all_of(self, model: str) -> Iterator[tuple[dict[str, Any], datetime | None]]:
        """The rows of a model with their stamps, which are finer than what is told."""
        if model in STREAMS:
            for row in self.rows(STREAMS[model]):
                yield self.shown(model, row), row.stamp
        elif model == "sale.order.line":
            for row in self.rows("orders"):
                lines = row.data.get("lines")
                for line in lines if isinstance(lines, list) else ():
                    if isinstance(line, dict) and "id" in line:
                        yield {**line, "order_id": [row.data["id"], "S"]}, row.stamp
        elif model == "res.partner.category":
            yield from (({"id": one, "name": name}, None) for one, name in self.tags.items())
        elif model == "res.country":
            yield {"id": 57, "code": "DE", "name": "Deutschland"}, None
        elif model == "stock.picking":
            yield from ((one, self.moment(one["write_date"])) for one in self.pickings)
        else:
            for one in self.kept_lists[model]:
                yield one, self.moment(one["write_date"])

    def shown(self, model: str, row: Row) -> dict[str, Any]:
        data = dict(row.data)
        if model == "res.partner":
            name = data.get("family")
            if isinstance(name, str) and isinstance(data.get("given", ""), str):
                name = f"{data.get('given', '')} {name}".strip()
            data["name"] = name
            if "email" in data:
                email = data["email"]
                data["email_normalized"] = email.lower() if isinstance(email, str) else False
                data["is_blacklisted"] = self.is_blacklisted(email)
        elif model == "sale.order":
            data.pop("lines", None)
        return data

    def is_blacklisted(self, email: Any) -> bool:
        listed = {one["email"] for one in self.kept_lists["mail.blacklist"] if one["active"]}
        return isinstance(email, str) and email.lower() in listed

    def meets(self, domain: list[Any], model: str, one: tuple[dict[str, Any], Any]) -> bool:
        rest = list(domain)

        def term() -> bool:
            head = rest.pop(0)
            if head == "!":
                return not term()
            if head in ("&", "|"):
                first, second = term(), term()
                return first and second if head == "&" else first or second
            return self.leaf(head, model, one)

        holds = True
        while rest:
            holds = term() and holds
        return holds

    def leaf(self, leaf: list[Any], model: str, one: tuple[dict[str, Any], Any]) -> bool:
        path, sign, wanted = leaf
        data, stamp = one
        assert path.partition(".")[0] in FIELDS[model], f"{model} has no {path}"
        if path == "write_date":
            at = self.moment(wanted)
            return stamp is not None and (stamp >= at if sign == ">=" else stamp < at)
        if path == "active":  # a column of yes and no, whatever is told of it
            return bool((data.get("active") is not False) == wanted)
        if (
            "." in path
        ):  # no child changes alone in the suite; the reading of children has its tests
            return False
        value = data.get(path, False)
        value = value[0] if isinstance(value, list) and value else value
        if sign == "=ilike":
            plain = wanted.replace("\\_", "_").replace("\\%", "%")
            return isinstance(value, str) and value.casefold() == plain.casefold()
        if sign in ("in", "!="):
            return value in wanted if sign == "in" else value not in (wanted, [])
        if sign == ">":
            return bool(value > wanted)
        return bool(value == wanted)

    def create(self, model: str, told: Mapping[str, Any]) -> int:
        if model == "res.partner":
            data = dict.fromkeys(FIELDS[model], False) | {"category_id": [], "active": True}
            made = self.make(
                "customers", {**data, **self.vals(told), "id": None, "type": "contact"}
            )
            return int(made.id)
        if model == "res.partner.category":
            self.changes += 1
            number = 1 + len(self.tags)
            self.tags[number] = told["name"]
            return number
        self.changes += 1
        rows = self.kept_lists[model]
        rows.append({"id": len(rows) + 1, "active": True, **told,
                     "write_date": self.stamped(self.now)})  # fmt: skip
        return len(rows)

    def write(self, model: str, identity: int, told: Mapping[str, Any]) -> None:
        if model != "res.partner":
            row = next(one for one in self.kept_lists[model] if one["id"] == identity)
            row.update(told, write_date=self.stamped(self.now))
            return
        there = self.get("customers", identity)
        if there is None:
            raise self.refuse("odoo.exceptions.MissingError", 404)
        changes = self.vals(told)
        for command in told.get("category_id") or ():
            tags = set(there.data["category_id"])
            changes["category_id"] = {4: sorted(tags | {*command[1:]}), 5: [],
                                      3: sorted(tags - {*command[1:]})}[command[0]]  # fmt: skip
        self.change("customers", identity, changes)

    def vals(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """What is written; a constraint of this retailer's wants whole e-mail addresses."""
        if "@" not in (told.get("email") or "@"):
            raise self.refuse()
        data = dict(told)
        if "name" in data:
            data["given"], _, data["family"] = str(data.pop("name")).rpartition(" ")
        return data

    def unlink(self, ids: list[int]) -> bool:
        for identity in ids:
            if self.get("customers", identity) is None:
                raise self.refuse("odoo.exceptions.MissingError", 404)
            if str(identity) in self.needed:
                raise self.refuse("odoo.exceptions.UserError")
        for identity in ids:
            self.delete("customers", identity)
        return True

    # what the suite asks

    def consents(self, row: Row) -> bool:
        return not self.is_blacklisted(row.data["email"])

    def suppress(self, row: Row) -> None:
        self.create("mail.blacklist", {"email": row.data["email"].lower()})

    def members(self, audience: str) -> set[str]:
        tags = {one for one, name in self.tags.items() if name == audience}
        return {row.id for row in self.living("customers") if tags & {*row.data["category_id"]}}


class FakeOdoo19(FakeOdoo):
    """Odoo 19 by JSON-2."""

    series = 19
