"""Brevo's dialect (v3): what the connector to it is proven against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from crmsync_brevo import Brevo

from crmsync.testing import Answer, Asked, FakeBackend, Refused, Row, Table

ATTRIBUTES = ("VORNAME", "NACHNAME", "ANREDE", "GEBURTSTAG", "SMS", "PLZ", "ORT", "STRASSE",
              "DOUBLE_OPT-IN")  # fmt: skip


class FakeBrevo(FakeBackend):
    """An account as its API key sees it, with German attributes."""

    connector = Brevo
    tables: ClassVar[Mapping[str, Table]] = {
        "customers": Table(stamp="modifiedAt", name="attributes.NACHNAME", email="email"),
    }
    duplicates = True
    limit = (10, 1.0)
    statistics: ClassVar[str] = "none"

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[int, str] = {1: "Newsletter"}
        self.confirmed: list[dict[str, Any]] = []

    def settings(self) -> Mapping[str, Any]:
        return {"url": f"{self.url}/v3", "api_key": self.secret("key"), "page_size": self.page,
                "statistics": self.statistics}  # fmt: skip

    def customer(self, n: int) -> dict[str, Any]:
        who = self.person(n)
        return {"id": n, "email": who.email, "emailBlacklisted": n % 3 == 0,
                "smsBlacklisted": False, "createdAt": self.stamped(self.now), "listIds": [1],
                "listUnsubscribed": None,
                "attributes": {"VORNAME": who.given, "NACHNAME": who.family,
                               "ANREDE": who.salutation, "SMS": who.phone.replace(" ", "")[1:],
                               "GEBURTSTAG": who.born.isoformat(), "PLZ": who.postal_code,
                               "ORT": who.city, "STRASSE": f"{who.street} {who.house_number}",
                               "DOUBLE_OPT-IN": "1" if n % 2 else "2"}}  # fmt: skip

    def answer(self, asked: Asked) -> Answer:
        if not self.is_secret("key", asked.headers.get("api-key", "")):
            return wrong("unauthorized", status=401)
        match asked.method, asked.parts:
            case "GET", ["v3", "account"]:
                return Answer(data={"email": "haus@example.org", "companyName": "Haus"})
            case "GET", ["v3", "contacts"]:
                return self.listed_contacts(asked)
            case "POST", ["v3", "contacts"]:
                return self.created(asked.json)
            case "GET", ["v3", "contacts", "attributes"]:
                rows = [{"name": one, "category": "normal", "type": "text"} for one in ATTRIBUTES]
                return Answer(data={"attributes": rows})
            case "GET", ["v3", "contacts", ("lists" | "folders") as name]:
                return self.numbered(name, asked)
            case "POST", ["v3", "contacts", "lists"]:
                number = max(self.names) + 1
                self.names[number] = asked.json["name"]
                assert asked.json["folderId"] == 7
                return Answer(status=201, data={"id": number})
            case "POST", ["v3", "contacts", "doubleOptinConfirmation"]:
                self.confirmed.append(asked.json)
                return Answer(status=201, body=b"")
            case method, ["v3", "contacts", identity]:
                return self.single(method, identity, asked)
        return wrong("document_not_found", status=404)

    def listed_contacts(self, asked: Asked) -> Answer:
        if asked.query.get("sort") != "asc":
            return wrong("invalid_parameter")
        rows = self.rows("customers", above=asked.query.get("modifiedSince"))
        page = self.by_offset(rows, asked.query["offset"], asked.query["limit"])
        return Answer(data={"contacts": page.data, "count": page.total})

    def numbered(self, name: str, asked: Asked) -> Answer:
        rows = [{"id": 7, "name": "Alle"}] if name == "folders" else [
            {"id": number, "name": title, "folderId": 7} for number, title in self.names.items()
        ]  # fmt: skip
        start, count = int(asked.query["offset"]), int(asked.query["limit"])
        some = rows[start : start + count]
        return Answer(data={name: some, "count": len(rows)} if some else {"count": len(rows)})

    def single(self, method: str, identity: str, asked: Asked) -> Answer:
        row = self.identified(identity, asked.query.get("identifierType", ""))
        if row is None:
            return wrong("document_not_found", status=404)
        if method == "GET":
            return Answer(data={**row.data, "statistics": self.campaigns(row)})
        if method == "DELETE":
            self.delete("customers", row.id)
        if method == "PUT":
            self.update(row, asked.json)
        return Answer(status=204)

    def identified(self, identity: str, kind: str) -> Row | None:
        if kind == "email_id":
            return next(iter(self.find("customers", "email", identity)), None)
        return self.get("customers", identity) if kind == "contact_id" else None

    def campaigns(self, row: Row) -> dict[str, Any]:
        if not row.data.get("emailBlacklisted"):
            return {"opened": [{"campaignId": 3, "count": 1, "ip": "192.0.2.1",
                                "eventTime": "2026-11-01T08:00:00.000Z"}]}  # fmt: skip
        return {"hardBounces": [{"campaignId": 3, "eventTime": "2026-11-02T08:00:00.000Z"}]}

    def created(self, told: Mapping[str, Any]) -> Answer:
        email = told.get("email", "")
        self.checked(email)
        if self.find("customers", "email", email):
            return wrong("duplicate_parameter")
        row = self.make("customers", {"emailBlacklisted": False, "smsBlacklisted": False,
                                      "listIds": [], "listUnsubscribed": None,
                                      "createdAt": self.stamped(self.now), "email": email,
                                      "attributes": known(told["attributes"])})  # fmt: skip
        return Answer(status=201, data={"id": row.data["id"]})

    def update(self, row: Row, told: Mapping[str, Any]) -> None:
        attributes = dict(told.get("attributes") or {})
        email = attributes.pop("EMAIL", row.data["email"])
        self.checked(email)
        lists = {*row.data["listIds"], *told.get("listIds", ())} - {*told.get("unlinkListIds", ())}
        flags = {one: told[one] for one in ("emailBlacklisted", "smsBlacklisted") if one in told}
        self.change("customers", row.id, {
            **flags, "email": email, "listIds": sorted(lists),
            "attributes": {**row.data["attributes"], **known(attributes)},
        })  # fmt: skip

    def checked(self, email: str) -> None:
        if "@" not in email:
            raise Refused(wrong("invalid_parameter"))

    def consents(self, row: Row) -> bool:
        return not row.data["emailBlacklisted"]

    def suppress(self, row: Row) -> None:
        self.change("customers", row.id, {"emailBlacklisted": True})

    def members(self, audience: str) -> set[str]:
        number = next((one for one, name in self.names.items() if name == audience), None)
        return {row.id for row in self.living("customers") if number in row.data["listIds"]}


class FakeBrevoWithStatistics(FakeBrevo):
    """The same, read with what campaigns did."""

    statistics = "all"


def known(told: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes that the account does not have are dropped without a word."""
    return {name: value for name, value in told.items() if name in ATTRIBUTES}


def wrong(code: str, *, status: int = 400) -> Answer:
    return Answer(status=status, data={"code": code, "message": "no"})
