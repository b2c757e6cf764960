"""HubSpot's dialect: searches with a cap, batches that are refused in part, an archive, merges."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TypeGuard
from urllib.parse import unquote

from crmsync_hubspot import HubSpot

from crmsync.testing import Answer, Asked, FakeBackend, Refused, Row, Rows, Table

VERSION = "2026-03"
OBJECTS = {"contacts": "customers", "companies": "companies", "orders": "orders",
           "deals": "orders", "products": "products", "tickets": "tickets"}  # fmt: skip
OWN = ("customer", "lines")
"""What a row here holds that is no property of HubSpot's."""

NEWSLETTER = 101
STAMP = "hs_lastmodifieddate"


class FakeHubSpot(FakeBackend):
    """One account, asked by an OAuth app."""

    connector = HubSpot
    tables: ClassVar[Mapping[str, Table]] = {
        "customers": Table(stamp="lastmodifieddate", name="lastname", email="email",
                           hidden=("email", "phone", "company", "hs_language")),
        "companies": Table(stamp=STAMP, name="name"),
        "orders": Table(stamp=STAMP, name="hs_external_order_id", customer="customer",
                        amount="lines.0.amount", placed="hs_external_created_date"),
        "products": Table(stamp=STAMP, name="name"),
        "tickets": Table(stamp=STAMP, name="subject"),
    }  # fmt: skip
    merges = ("customers",)
    capped: ClassVar[Mapping[str, int]] = dict.fromkeys(tables, 9)
    duplicates = True
    late = timedelta(minutes=10)
    limit = (100, 10.0)
    compare = True

    def __init__(self) -> None:
        super().__init__()
        self.secret("refresh_token")
        self.secret("client_secret")
        self.status: dict[str, dict[str, Any]] = {}
        self.archived_at: dict[tuple[str, str], datetime] = {}
        self.line_stamps: dict[str, datetime] = {}
        self._searched: deque[float] = deque()

    def settings(self) -> Mapping[str, Any]:
        return {"url": self.url, "client_id": "app", "page_size": self.page,
                "client_secret": self.secret("client_secret"),
                "refresh_token": self.secret("refresh_token"), "activities": ["tickets"],
                "subscriptions": [NEWSLETTER], "compare": self.compare}  # fmt: skip

    # rows

    def fill(self, *, customers: int = 7, orders: int = 5) -> FakeHubSpot:
        super().fill(customers=customers, orders=orders)
        for stream in ("companies", "products", "tickets"):
            for number in range(1, 6):
                self.add(stream, number)
        self.advance(hours=1)
        return self

    def row(self, stream: str, n: int) -> dict[str, Any]:
        if stream == "companies":
            return {"id": 3000 + n, "name": f"Feinkost Kräuterlein {n}", "phone": "0221 4710100",
                    "address": "Ehrenfeldgürtel 1", "address2": None, "city": "Köln",
                    "state": None, "zip": "50823", "country": "Germany"}  # fmt: skip
        if stream == "products":
            return {"id": 7000 + n, "name": f"Röstkaffee {n}", "hs_sku": f"KAFFEE-{n}",
                    "hs_product_type": "inventory", "hs_cost_of_goods_sold": "6.20"}  # fmt: skip
        if stream == "tickets":
            people = self.living("customers")
            return {"id": 6000 + n, "subject": f"Mahlgrad {n}", "source_type": "PHONE",
                    "createdate": f"2026-10-{n % 28 + 1:02}T08:15:00.000Z", "closed_date": None,
                    "hs_ticket_category": "PRODUCT_ISSUE",
                    "customer": people[n % len(people)].data["id"]}  # fmt: skip
        return super().row(stream, n)

    def customer(self, n: int) -> dict[str, Any]:
        who = self.person(n)
        self.subscribe(who.email, "SUBSCRIBED" if n % 2 else "UNSUBSCRIBED")
        return {"id": n, "salutation": who.salutation, "firstname": who.given,
                "lastname": who.family, "email": who.email, "phone": who.phone, "fax": None,
                "mobilephone": None, "address": f"{who.street} {who.house_number}",
                "city": who.city, "zip": who.postal_code, "state": None, "country": "Deutschland",
                "company": None, "hs_language": "de", "createdate": "2026-01-05T10:00:00.000Z",
                "date_of_birth": who.born.isoformat(), "hs_additional_emails": None,
                "hs_email_optout": None}  # fmt: skip

    def order(self, n: int, customer: Mapping[str, Any]) -> dict[str, Any]:
        line = {"name": f"Röstkaffee {n}", "hs_sku": "KAFFEE-1", "quantity": "1",
                "price": f"{10 + n}.90", "amount": f"{10 + n}.90",
                "hs_total_discount": "0", "hs_cost_of_goods_sold": "6.20"}  # fmt: skip
        return {"id": 500 + n, "hs_external_order_id": f"R-{500 + n}", "hs_order_name": f"#{n}",
                "hs_external_created_date": f"2026-10-{n % 28 + 1:02}T08:15:00.000Z",
                "hs_external_order_status": "paid", "hs_currency_code": "EUR",
                "hs_total_price": f"{10 + n}.90", "hs_shipping_cost": None,
                "hs_source_store": None, "customer": customer["id"], "lines": [line]}  # fmt: skip

    def subscribe(self, email: str, status: str) -> None:
        self.status[email.casefold()] = {
            "channel": "EMAIL", "source": "PUBLIC_STATUS_API", "status": status,
            "subscriberIdString": email, "subscriptionId": NEWSLETTER,
            "timestamp": "2026-02-03T04:05:06.000Z", "legalBasis": "CONSENT_WITH_NOTICE",
            "legalBasisExplanation": "Formular Newsletter, DOI bestätigt"}  # fmt: skip

    def delete(self, stream: str, identity: Any) -> None:
        super().delete(stream, identity)
        self.archived_at[stream, str(identity)] = self.now

    def restore(self, stream: str, identity: Any) -> None:
        super().restore(stream, identity)
        self.archived_at.pop((stream, str(identity)), None)

    def consents(self, row: Row) -> bool:
        found = self.status.get(str(row.data["email"]).casefold())
        return bool(found and found["status"] == "SUBSCRIBED")

    def suppress(self, row: Row) -> None:
        self.subscribe(row.data["email"], "UNSUBSCRIBED")
        self.change("customers", row.id, {"hs_email_optout": "true"})

    # answers

    def answer(self, asked: Asked) -> Answer:
        if asked.parts == ["oauth", VERSION, "token"]:
            return self.grant(asked, secret="refresh_token", seconds=1800)
        if not self.knows(asked.bearer):
            return wrong(401, "INVALID_AUTHENTICATION")
        match asked.method, asked.parts:
            case "POST", ["crm", "objects", _, name, "search"]:
                return self.search(name, asked.json)
            case "GET", ["crm", "objects", _, name]:
                return self.page_of(asked, OBJECTS[name])
            case "POST", ["crm", "objects", _, name, "batch", way]:
                return self.batch(name, way, asked.json)
            case "POST", ["crm", "objects", _, "contacts", "gdpr-delete"]:
                if self.get("customers", asked.json["objectId"]) is None:
                    return wrong(404, "OBJECT_NOT_FOUND")
                FakeBackend.delete(self, "customers", asked.json["objectId"])
                return Answer(status=204)
            case "POST", ["crm", "associations", _, name, to, "batch", "read"]:
                return self.associated(name, to, asked.json["inputs"])
            case method, ["communication-preferences", _, *rest]:
                return self.preferences(method, rest, asked)
        return wrong(404, "OBJECT_NOT_FOUND")

    def search(self, name: str, body: Mapping[str, Any]) -> Answer:
        self._count_a_search()
        (group,) = body["filterGroups"]
        if name == "line_items":
            found = self.lines_found(group["filters"])
            return Answer(data={"total": len(found), "results": found[: body["limit"]]})
        stream = OBJECTS[name]
        rows = [row for row in self.rows(stream) if self.meets(stream, row, group["filters"])]
        kept = Rows(sorted(rows, key=lambda row: int(row.id)))
        kept.cap = self.capped[stream]
        page = self.by_offset(kept, body.get("after"), body["limit"])
        found = [self.shown(stream, row, body["properties"]) for row in page.rows]
        data: dict[str, Any] = {"total": page.total, "results": found}
        if page.next:
            data["paging"] = {"next": {"after": str(page.next)}}
        return Answer(data=data)

    def meets(self, stream: str, row: Row, filters: Sequence[Mapping[str, Any]]) -> bool:
        assert row.stamp is not None
        told = {"hs_object_id": int(row.id), self.tables[stream].stamp: milliseconds(row.stamp)}
        return all(fits(told[one["propertyName"]], one) for one in filters)

    def lines_found(self, filters: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        return [
            {"id": one, "properties": {"hs_object_id": one}}
            for one, at in sorted(self.line_stamps.items(), key=lambda pair: int(pair[0]))
            for told in [{"hs_object_id": int(one), STAMP: milliseconds(at)}]
            if all(fits(told[rule["propertyName"]], rule) for rule in filters)
        ]

    def _count_a_search(self) -> None:
        while self._searched and self._searched[0] <= self.ticks - 1.0:
            self._searched.popleft()
        self._searched.append(self.ticks)
        if len(self._searched) > 5:
            self.over_limit += 1
            raise Refused(Answer(status=429, data={"status": "error", "policyName": "SECONDLY"}))

    def page_of(self, asked: Asked, stream: str) -> Answer:
        archived = asked.query.get("archived") == "true"
        rows = self.rows(stream, deleted=archived)
        if archived:
            rows = Rows(row for row in rows if (stream, row.id) in self.archived_at)
        else:
            rows.cap = None
        page = self.by_cursor(rows, asked.query.get("after"), asked.query["limit"])
        found = [self.shown(stream, row, ["hs_object_id"]) for row in page.rows]
        data: dict[str, Any] = {"results": found}
        if page.next:
            data["paging"] = {"next": {"after": page.next}}
        return Answer(data=data)

    def shown(self, stream: str, row: Row, wanted: Sequence[str]) -> dict[str, Any]:
        told = {name: row.data[name] for name in wanted if name in row.data and name not in OWN}
        gone = [one.id for one in self.kept[stream].values() if one.merged_into == row.id]
        if "hs_merged_object_ids" in wanted and gone:
            told["hs_merged_object_ids"] = ";".join(gone)
        found = {"id": row.id, "properties": told, "createdAt": "2026-01-05T10:00:00.000Z",
                 "archived": row.deleted,
                 "updatedAt": self.stamped(row.stamp or self.now)}  # fmt: skip
        if (stream, row.id) in self.archived_at:
            found["archivedAt"] = self.stamped(self.archived_at[stream, row.id])
        return found

    def associated(self, name: str, to: str, inputs: Sequence[Mapping[str, str]]) -> Answer:
        results, errors = [], []
        for one in inputs:
            found = self.belonging(name, one["id"], to)
            if found:
                kept = [{"toObjectId": each, "associationTypes": []} for each in found]
                results.append({"from": {"id": one["id"]}, "to": kept})
            else:
                errors.append({"category": "OBJECT_NOT_FOUND", "context": {"fromObjectId": [one]}})
        if self.empty:
            results = []
        return Answer(status=207 if errors else 200, data={"results": results, "errors": errors})

    def belonging(self, name: str, identity: str, to: str) -> list[Any]:
        if name == "line_items":
            return [int(identity) // 10]
        row = self.get(OBJECTS[name], identity)
        if row is None:
            return []
        if to == "line_items":
            lines = row.data.get("lines")
            return [int(identity) * 10 + n for n in range(len(lines))] if many(lines) else []
        return [row.data["customer"]] if to == "contacts" and row.data.get("customer") else []

    def line(self, identity: str) -> dict[str, Any] | None:
        row = self.get("orders", int(identity) // 10)
        lines = row.data.get("lines") if row else None
        if not many(lines):
            return None
        return {"id": identity, "properties": lines[int(identity) % 10], "archived": False}

    # batches

    def batch(self, name: str, way: str, body: Mapping[str, Any]) -> Answer:
        if way != "read":
            return self.written(way, body["inputs"])
        ids = [one["id"] for one in body["inputs"]]
        if name == "line_items":
            found = [line for one in ids if (line := self.line(one))]
        else:
            stream, by = OBJECTS[name], body.get("idProperty")
            rows = [self.find(stream, by, one) if by else [self.get(stream, one)] for one in ids]
            found = [self.shown(stream, row, body["properties"])
                     for some in rows for row in some if row]  # fmt: skip
        missing = len(ids) - len(found)
        return Answer(status=207 if missing else 200, data={"status": "COMPLETE", "results": found})

    def written(self, way: str, inputs: Sequence[Mapping[str, Any]]) -> Answer:
        results, errors = [], []
        for one in inputs:
            trace = one["objectWriteTraceId"]
            try:
                row = self.save(way, one)
                told = self.shown("customers", row, ["email"])
                results.append({**told, "objectWriteTraceId": trace})
            except Refused as refused:
                error = dict(refused.answer.data)
                error["context"] = {"objectWriteTraceId": [trace]}
                errors.append(error)
        data = {"status": "COMPLETE", "results": results}
        more = {"numErrors": len(errors), "errors": errors} if errors else {}
        return Answer(status=207 if errors else 200, data={**data, **more})

    def save(self, way: str, one: Mapping[str, Any]) -> Row:
        told = dict(one["properties"])
        email = told.get("email")
        if email and "@" not in email:
            text = f'Property values were not valid: [{{"name":"email","message":"{email}"}}]'
            raise Refused(wrong(400, "VALIDATION_ERROR", text))
        identity = one.get("id")
        if way == "upsert":
            told[one["idProperty"]] = identity
            there = self.find("customers", one["idProperty"], identity)
            identity = there[0].id if there else None
        others = [row for row in self.find("customers", "email", email) if row.id != identity]
        if email and others:
            raise Refused(wrong(409, "CONFLICT", f"Existing ID: {others[0].id}"))
        if way == "create" or identity is None:
            blank = {"phone": None, "salutation": None, "address": None, "city": None}
            return self.make("customers", {**blank, **told})
        if self.get("customers", identity) is None:
            raise Refused(wrong(404, "OBJECT_NOT_FOUND"))
        return self.change("customers", identity, told)

    # subscriptions

    def preferences(self, method: str, rest: Sequence[str], asked: Asked) -> Answer:
        match method, rest:
            case "GET", ["definitions"]:
                return Answer(data={"results": [{"id": str(NEWSLETTER), "name": "Newsletter"}]})
            case "POST", ["statuses", "batch", "read"]:
                found = [{"subscriberIdString": one, "statuses": self.of(one)}
                         for one in asked.json["inputs"]]  # fmt: skip
                return Answer(data={"status": "COMPLETE", "results": found})
            case "POST", ["statuses", "batch", "unsubscribe-all", "read"]:
                found = [{"subscriberIdString": one, "wideStatuses": []}
                         for one in asked.json["inputs"]]  # fmt: skip
                return Answer(data={"status": "COMPLETE", "results": found})
            case "POST", ["statuses", email, "unsubscribe-all"]:
                self.subscribe(unquote(email), "UNSUBSCRIBED")
                self.changes += 1
                return Answer(data={"status": "COMPLETE", "results": []})
            case "POST", ["statuses", email]:
                self.subscribe(unquote(email), asked.json["statusState"])
                self.changes += 1
                return Answer(data={"status": "COMPLETE", "results": []})
        return wrong(404, "OBJECT_NOT_FOUND")

    def of(self, email: str) -> list[dict[str, Any]]:
        found = self.status.get(email.casefold())
        return [found] if found else []


def wrong(status: int, category: str, message: str = "Änne Geheim") -> Answer:
    told = {"status": "error", "category": category, "correlationId": "1", "message": message}
    return Answer(status=status, data=told)


def milliseconds(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def fits(value: int, rule: Mapping[str, Any]) -> bool:
    bound = int(rule["value"])
    return {"GTE": value >= bound, "LT": value < bound, "GT": value > bound}[rule["operator"]]


def many(lines: Any) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(lines, list) and all(isinstance(one, dict) for one in lines)
