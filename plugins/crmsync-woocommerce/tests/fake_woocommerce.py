"""WooCommerce's dialect: a shop as its REST API shows it, with everything that is odd about it."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, ClassVar, Self
from urllib.parse import quote, unquote

from crmsync_woocommerce import WooCommerce

from crmsync.testing import Answer, Asked, FakeBackend, Refused, Row, Table

CENT = Decimal("0.01")
TAKEN = "registration-error-email-exists"


class FakeWooCommerce(FakeBackend):
    """A shop over http, which therefore asks for OAuth 1.0a signatures."""

    connector = WooCommerce
    tables: ClassVar[Mapping[str, Table]] = {
        "customers": Table(stamp="date_modified_gmt", name="last_name", email="email",
                           hidden=("email", "billing", "first_name", "last_name", "meta_data")),
        "orders": Table(stamp="date_modified_gmt", name="number", placed="date_created_gmt",
                        amount="line_items.0.total", customer="customer_id"),
        "products": Table(stamp="date_modified_gmt"),
    }  # fmt: skip
    precision = timedelta(seconds=1)
    duplicates = True
    bears = 4
    heeds_filter: ClassVar[bool] = True
    lists_refunds: ClassVar[bool] = True
    more: ClassVar[Mapping[str, Any]] = {}
    """Settings beside those that every connection needs."""

    def settings(self) -> Mapping[str, Any]:
        return {"url": self.url, "consumer_key": self.secret("key"), "create_customers": True,
                "consumer_secret": self.secret("secret"), "page_size": self.page,
                **self.more}  # fmt: skip

    # rows

    def stamped(self, moment: Any) -> str:
        return str(super().stamped(moment)).removesuffix("Z")

    def customer(self, n: int) -> dict[str, Any]:
        who = self.person(n)
        address = {"first_name": who.given, "last_name": who.family, "company": "", "state": "",
                   "address_1": f"{who.street} {who.house_number}", "address_2": "",
                   "city": who.city, "postcode": who.postal_code, "country": "DE"}  # fmt: skip
        meta = {"id": 5 * n, "key": "billing_title", "value": "2" if n % 2 else "1"}
        return {"id": n, "date_created": "2026-01-05T11:00:00", "email": who.email,
                "date_created_gmt": "2026-01-05T10:00:00", "first_name": who.given,
                "last_name": who.family, "role": "customer", "username": f"kunde{n}",
                "billing": {**address, "email": who.email, "phone": who.phone},
                "shipping": {**dict.fromkeys(address, ""), "phone": ""},
                "is_paying_customer": True, "meta_data": [meta]}  # fmt: skip

    def order(self, n: int, customer: Mapping[str, Any]) -> dict[str, Any]:
        line = {"id": n, "name": "Kaffee", "product_id": 1, "variation_id": 0, "quantity": 2,
                "subtotal": "10.00", "subtotal_tax": "0.70", "total": "10.00",
                "total_tax": "0.70", "taxes": [{"id": 7, "total": "0.70", "subtotal": "0.70"}],
                "meta_data": [], "sku": "KAFFEE", "price": 5.0,
                "cost_of_goods_sold": {"value": 6.4}}  # fmt: skip
        refund = [{"id": 9000 + n, "reason": "bitter", "total": "-5.35"}] if n % 2 else []
        return {"id": 500 + n, "parent_id": 0, "number": f"R-{500 + n}", "status": "completed",
                "currency": "EUR", "date_created_gmt": "2026-10-03T08:15:00", "total": "10.70",
                "date_completed_gmt": None, "shipping_total": "0.00", "shipping_tax": "0.00",
                "customer_id": customer["id"], "billing": dict(customer["billing"]),
                "shipping": dict(customer["shipping"]), "created_via": "checkout",
                "line_items": [line], "tax_lines": [{"rate_id": 7, "rate_percent": 7}],
                "shipping_lines": [], "fee_lines": [], "refunds": refund,
                "meta_data": []}  # fmt: skip

    def row(self, stream: str, n: int) -> dict[str, Any]:
        if stream != "products":
            return super().row(stream, n)
        return {"id": 100 + n, "name": f"Kaffee {n}", "type": "simple", "sku": f"KAFFEE-{n}",
                "global_unique_id": "", "categories": [{"id": 3, "name": "Kaffee"}],
                "brands": [], "attributes": [], "variations": [], "cost_of_goods_sold": {
                    "values": [{"defined_value": 3.2, "effective_value": 3.2}],
                    "total_value": 3.2}}  # fmt: skip

    def fill(self, *, customers: int = 7, orders: int = 5) -> Self:
        for number in range(1, orders + 1):
            self.add("products", number)
        return super().fill(customers=customers, orders=orders)

    def relabel(self, stream: str, row: Row, n: int) -> None:
        if stream == "products":
            self.change(stream, row.id, {"name": f"Kaffee {n}"})
        else:
            super().relabel(stream, row, n)

    def price(self, row: Row, amount: str) -> None:
        gross = Decimal(amount)
        net = (gross / Decimal("1.07")).quantize(CENT)
        told = {"subtotal": str(net), "total": str(net), "subtotal_tax": str(gross - net),
                "total_tax": str(gross - net)}  # fmt: skip
        self.change("orders", row.id, {f"line_items.0.{k}": v for k, v in told.items()})

    # answers

    def answer(self, asked: Asked) -> Answer:
        if asked.parts[:3] != ["wp-json", "wc", "v3"]:
            return error(404, "rest_no_route")
        if not self.is_let_in(asked):
            return error(401, "woocommerce_rest_authentication_error")
        match asked.method, asked.parts[3:]:
            case "GET", ["customers"] if "email" in asked.query:
                found = self.find("customers", "email", asked.query["email"])
                return Answer(data=[picked(row.data, asked) for row in found])
            case "GET", [stream] if stream in self.tables:
                return self.listing(stream, asked)
            case "GET", ["refunds"] if self.lists_refunds:
                wanted = asked.query["include"].split(",")
                return Answer(data=[one for one in self.refunds() if str(one["id"]) in wanted])
            case "GET", ["orders", order, "refunds"]:
                refunds = [one for one in self.refunds() if str(one["parent_id"]) == order]
                return Answer(data=refunds, headers={"X-WP-Total": str(len(refunds))})
            case "POST", ["customers", "batch"]:
                return self.batch(asked.json)
            case "DELETE", ["customers", identity] if asked.query.get("force") == "true":
                return self.erase(identity)
        return error(404, "rest_no_route")

    def is_let_in(self, asked: Asked) -> bool:
        """Whether the request is signed by somebody who has the key (RFC 5849, one-legged)."""
        scheme, _, rest = asked.headers.get("authorization", "").partition(" ")
        if scheme == "Basic":
            user, password = asked.basic
            return self.is_secret("key", user) and self.is_secret("secret", password)
        told = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
        own = {name: unquote(value.strip('"')) for name, value in told.items()}
        signature = own.pop("oauth_signature", "")
        if not self.is_secret("key", own.get("oauth_consumer_key", "")):
            return False
        pairs = sorted((q(name), q(value)) for name, value in {**asked.query, **own}.items())
        text = "&".join(f"{name}={value}" for name, value in pairs)
        base = f"{asked.method}&{q(self.url + asked.path)}&{q(text)}"
        digest = hmac.digest(f"{q(self.secrets['secret'])}&".encode(), base.encode(), "sha256")
        return not self.locked and hmac.compare_digest(b64encode(digest).decode(), signature)

    def listing(self, stream: str, asked: Asked) -> Answer:
        """A list in the order of ids; customers heed no filter, orders leave out the bounds."""
        query = asked.query
        trash = query.get("status") == "trash"
        bounds: dict[str, Any] = {}
        if stream != "customers" and self.heeds_filter:
            bounds = {"above": query.get("modified_after"), "until": query.get("modified_before")}
        rows = self.rows(stream, deleted=trash, **bounds)
        page = self.by_offset(rows, query.get("offset", 0), query.get("per_page", 10))
        headers = {"X-WP-Total": str(page.total)}
        return Answer(data=[picked(row.data, asked) for row in page.rows], headers=headers)

    def refunds(self) -> list[dict[str, Any]]:
        """Every refund as a whole: one of the two packets came back."""
        item = {"id": 1, "name": "Kaffee", "sku": "KAFFEE", "quantity": -1, "total": "-5.00",
                "total_tax": "-0.35"}  # fmt: skip
        return [
            {"id": one["id"], "parent_id": row.data["id"], "amount": "5.35", "line_items": [item],
             "date_created_gmt": "2026-10-09T09:00:00", "reason": one["reason"]}
            for row in self.living("orders")
            if isinstance(row.data.get("refunds"), list)
            for one in row.data["refunds"]
            if isinstance(one, dict)
        ]  # fmt: skip

    def batch(self, asked: Mapping[str, Any]) -> Answer:
        """What WooCommerce says of a batch: in a 200, whatever was refused."""
        if sum(len(asked.get(name, ())) for name in ("create", "update")) > 100:
            return error(413, "woocommerce_rest_request_entity_too_large")
        made = [self.tried(0, self.create, one) for one in asked.get("create", ())]
        changed = [self.tried(one["id"], self.update, one)
                   for one in asked.get("update", ())]  # fmt: skip
        said = {"create": made, "update": changed}
        return Answer(data={name: rows for name, rows in said.items() if rows})

    def tried(self, identity: Any, act: Any, one: Any) -> dict[str, Any]:
        try:
            done: dict[str, Any] = act(one).data
            return done
        except Refused as refused:
            return {"id": identity, "error": refused.answer.data}

    def create(self, data: Mapping[str, Any]) -> Row:
        if "@" not in str(data.get("email")):
            raise Refused(error(400, "registration-error-invalid-email"))
        if self.find("customers", "email", data["email"]):
            raise Refused(error(400, TAKEN))
        blank = {"billing": {}, "shipping": {}, "meta_data": [], "role": "customer",
                 "first_name": "", "last_name": ""}  # fmt: skip
        return self.make("customers", {**blank, **data})

    def update(self, data: Mapping[str, Any]) -> Row:
        row = self.get("customers", data["id"])
        if row is None:
            raise Refused(error(400, "woocommerce_rest_invalid_id"))
        others = [one for one in self.find("customers", "email", data.get("email") or "-")
                  if one.id != row.id]  # fmt: skip
        if others:
            raise Refused(error(400, "woocommerce_rest_customer_invalid_email"))
        flat = {name: value for name, value in data.items() if not isinstance(value, dict)}
        for kind in ("billing", "shipping"):
            flat |= {f"{kind}.{name}": value for name, value in data.get(kind, {}).items()}
        flat.pop("id")
        return self.change("customers", row.id, flat)

    def erase(self, identity: str) -> Answer:
        row = self.get("customers", identity)
        if row is None:
            return error(404, "wc_user_invalid_id")
        self.delete("customers", identity)
        return Answer(data=row.data)


def error(status: int, code: str) -> Answer:
    """An error as WordPress writes it."""
    told = {"code": code, "message": "Sorry.", "data": {"status": status}}
    return Answer(status=status, data=told)


def picked(data: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
    """The fields that were asked for."""
    wanted = asked.query.get("_fields")
    if wanted is None:
        return dict(data)
    return {name: value for name, value in data.items() if name in wanted.split(",")}


def q(text: str) -> str:
    """Text as OAuth 1.0a writes it."""
    return quote(text, safe="-._~")
