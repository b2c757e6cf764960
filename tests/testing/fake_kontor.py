"""Kontor's dialect: what a connector to it is proven against."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from crmsync.model.stream import reach
from crmsync.testing import Answer, Asked, FakeBackend, Refused, Row, Table
from tests.testing.kontor import MOST, Kontor


class FakeKontor(FakeBackend):
    """Kontor as its users see it."""

    connector = Kontor
    tables: ClassVar[Mapping[str, Table]] = {
        "customers": Table(stamp="changed", version="version", name="last_name", email="email",
                           hidden=("email", "phone", "born")),
        "orders": Table(stamp="changed", name="number", amount="lines.0.amount", placed="placed",
                        customer="customer"),
    }  # fmt: skip
    merges = ("customers",)
    null_stamps = ("customers",)
    capped: ClassVar[Mapping[str, int]] = {"customers": MOST, "orders": MOST}
    over_cap = "cut"
    versions = duplicates = True
    bears = 2
    late = timedelta(seconds=5)

    def __init__(self) -> None:
        super().__init__()
        self.audiences: dict[str, set[str]] = {}

    def settings(self) -> Mapping[str, Any]:
        return {"url": self.url, "client": "crmsync", "secret": self.secret("secret"),
                "page_size": self.page}  # fmt: skip

    def customer(self, n: int) -> dict[str, Any]:
        who = self.person(n)
        return {"id": n, "salutation": who.salutation, "first_name": who.given,
                "last_name": who.family, "email": who.email, "phone": who.phone,
                "born": who.born.isoformat(), "newsletter": "yes" if n % 2 else "no"}  # fmt: skip

    def order(self, n: int, customer: Mapping[str, Any]) -> dict[str, Any]:
        line = {"sku": f"KAFFEE-{n}", "title": "Kaffee", "quantity": 1, "amount": f"{10 + n}.90"}
        return {"id": 500 + n, "number": f"R-{500 + n}", "customer": customer["id"],
                "placed": f"2026-10-{n % 28 + 1:02}T10:15:00+02:00", "currency": "EUR",
                "lines": [line]}  # fmt: skip

    def answer(self, asked: Asked) -> Answer:
        if asked.parts == ["token"]:
            return self.grant(asked, secret="secret")
        if not self.knows(asked.bearer):
            return Answer(status=401, data={"error": "who are you?"})
        match asked.method, asked.parts:
            case "GET", ["ping"]:
                return Answer(data={"ok": True})
            case "GET", ["customers"] if "email" in asked.query:
                found = self.find("customers", "email", asked.query["email"])
                return Answer(data={"items": [row.data for row in found]})
            case "GET", [stream] if stream in self.tables:
                return self.list(stream, asked)
            case "POST", ["customers"]:
                return self.create(asked.json)
            case "POST", ["customers", "batch"]:
                return Answer(data={"results": [self.update(one) for one in asked.json]})
            case "POST", ["customers", identity, "newsletter"]:
                return self.saved(self.change("customers", identity, asked.json))
            case "DELETE", ["customers", identity]:
                if self.get("customers", identity):
                    self.delete("customers", identity)
                return Answer(data={"id": identity, "version": 0})
            case ("PUT" | "DELETE") as method, ["audiences", name, identity]:
                there = self.audiences.setdefault(name, set())
                there.add(identity) if method == "PUT" else there.discard(identity)
                return Answer(data={"id": identity, "version": 0})
        return Answer(status=404, data={"error": "no such route"})

    def list(self, stream: str, asked: Asked) -> Answer:
        if "never_changed" in asked.query:
            kept = [row for row in self.rows(stream) if row.stamp is None]
            rows = self.listed(stream, kept)
        else:
            bounds = asked.query["changed_from"], asked.query["changed_to"]
            rows = self.rows(stream, since=bounds[0], until=bounds[1], order="stamp", deleted=None)
        if "offset" in asked.query:
            page = self.by_offset(rows, asked.query["offset"], asked.query["limit"])
        else:
            page = self.by_cursor(rows, asked.query.get("after"), asked.query["limit"])
        items = [self.told(stream, row) for row in page.rows]
        return Answer(data={"items": items, "next": page.next, "total": page.total})

    def told(self, stream: str, row: Row) -> dict[str, Any]:
        if not row.deleted:
            return row.data
        return {"id": row.id, "deleted": True, "into": row.merged_into}

    def create(self, data: dict[str, Any]) -> Answer:
        if "@" not in data.get("email", "@"):
            raise Refused(Answer(data={"error": "is no address", "field": "contacts.email"}))
        known = self.find("customers", "email", data.get("email"))
        if known and self.duplicates:
            return Answer(data={"error": "is there already", "duplicates": [known[0].data["id"]]})
        return self.saved(self.make("customers", {"newsletter": "no", **data}))

    def update(self, one: dict[str, Any]) -> dict[str, Any]:
        row = self.get("customers", one["id"])
        if row is None:
            return {"error": "is not there"}
        if one["version"] and str(one["version"]) != str(row.version):
            return {"error": "was changed meanwhile"}
        if "@" not in (one.get("email") or "@"):
            return {"error": "is no address", "field": "contacts.email"}
        data = {name: value for name, value in one.items() if name not in ("id", "version")}
        return dict(self.saved(self.change("customers", row.id, data)).data)

    def saved(self, row: Row) -> Answer:
        return Answer(data={"id": row.data["id"], "version": row.version})

    def consents(self, row: Row) -> bool:
        return bool(reach(row.data, "newsletter") == "yes")

    def suppress(self, row: Row) -> None:
        self.change("customers", row.id, {"newsletter": "no"})

    def members(self, audience: str) -> set[str]:
        return self.audiences.get(audience, set())
