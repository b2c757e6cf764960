"""Muster's dialect, and the one line that proves its connector."""

from collections.abc import Mapping
from typing import Any, ClassVar

from crmsync.testing import Answer, Asked, FakeBackend, Row, Table, connector_suite
from crmsync.testing.starter.writer import Muster


class FakeMuster(FakeBackend):
    """Muster as its users see it: write down here what the vendor's documentation says."""

    connector = Muster
    tables: ClassVar[Mapping[str, Table]] = {
        "customers": Table(version="version", name="last", email="email", hidden=("email",)),
        "orders": Table(version="version", name="number", amount="amount", placed="placed",
                        customer="customer"),
    }  # fmt: skip
    bears = 2

    def settings(self) -> Mapping[str, Any]:
        """The connection's keys in crmsync.toml."""
        return {"url": self.url, "token": self.secret("token")}

    def customer(self, n: int) -> dict[str, Any]:
        """A customer as Muster answers it."""
        who = self.person(n)
        return {"id": n, "first": who.given, "last": who.family, "email": who.email,
                "deleted": False}  # fmt: skip

    def order(self, n: int, customer: Mapping[str, Any]) -> dict[str, Any]:
        """An order as Muster answers it."""
        return {"id": 500 + n, "number": f"R-{500 + n}", "customer": customer["id"], "sku": "TEE",
                "placed": "2026-10-03T10:15:00Z", "amount": "12.90", "deleted": False}  # fmt: skip

    def answer(self, asked: Asked) -> Answer:
        """Muster's answer to a request."""
        if not self.is_secret("token", asked.bearer):
            return Answer(status=401, data={"error": "no such token"})
        match asked.method, asked.parts:
            case "GET", [stream] if stream in self.tables:
                after = asked.query.get("after")
                rows = self.rows(stream, after=after, order="version", deleted=None)
                return Answer(data={"items": [self.told(row) for row in rows[: self.page]]})
            case "GET", ["search"]:
                found = self.find("customers", "email", asked.query["email"])
                return Answer(data={"items": [row.data for row in found]})
            case "POST", ["customers"]:
                return self.saved(None, asked.json)
            case "PATCH", ["customers", identity]:
                return self.saved(self.get("customers", identity), asked.json)
        return Answer(status=404, data={"error": "no such path"})

    def told(self, row: Row) -> dict[str, Any]:
        """A row in a list; of one that is gone only that it is gone."""
        if not row.deleted:
            return row.data
        return {"id": row.id, "version": row.version, "deleted": True}

    def saved(self, row: Row | None, data: dict[str, Any]) -> Answer:
        """What Muster says to a change: what is no address is refused, in a 200."""
        if "@" not in data.get("email", "@"):
            return Answer(data={"refused": "contacts.email"})
        if row is None:
            row = self.make("customers", {"deleted": False, **data})
        else:
            self.change("customers", row.id, data)
        return Answer(data={"id": row.data["id"]})


TestMuster = connector_suite(FakeMuster)
