"""Klaviyo's dialect (2026-07-15): what the connector to it is proven against."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, ClassVar, Self
from urllib.parse import urlencode

from crmsync_klaviyo import Klaviyo

from crmsync.testing import Answer, Asked, FakeBackend, Refused, Row, Rows, Table

PART = re.compile(r'([a-z-]+)\(([\w.]+),("(?:[^"\\]|\\.)*"|[^")]*)\)')
METRICS = {"M1": "Opened Email", "M2": "Clicked Email", "M3": "Placed Order"}
REVISION = "2026-07-15"


class FakeKlaviyo(FakeBackend):
    """An account as its private key sees it."""

    connector = Klaviyo
    tables: ClassVar[Mapping[str, Table]] = {
        "customers": Table(stamp="attributes.updated", name="attributes.last_name",
                           email="attributes.email"),
        "events": Table(stamp="attributes.datetime", name="attributes.event_properties.Subject"),
    }  # fmt: skip
    duplicates = True
    limit = (75, 1.0)
    bulk: ClassVar[int] = 10

    def __init__(self) -> None:
        super().__init__()
        self.groups: dict[str, str] = {}
        self.within: dict[str, set[str]] = {}
        self.jobs: dict[str, dict[str, Any]] = {}
        self.slow = False
        self.forbidden = ""

    def settings(self) -> Mapping[str, Any]:
        return {"url": self.url, "api_key": self.secret("key"), "page_size": self.page,
                "event_page_size": self.page, "bulk": self.bulk}  # fmt: skip

    # rows

    def fill(self, *, customers: int = 7, orders: int = 5) -> Self:
        for number in range(1, customers + 1):
            self.add("customers", number)
        for number in range(1, orders + 1) if "events" in self.tables else ():
            self.add("events", number)
        self.advance(hours=1)
        return self

    def customer(self, n: int) -> dict[str, Any]:
        who = self.person(n)
        gone = [{"reason": "UNSUBSCRIBE", "timestamp": "2026-05-01T10:00:00+00:00"}]
        email = {"can_receive_email_marketing": n % 3 != 0, "double_optin": True,
                 "consent": "SUBSCRIBED" if n % 3 else "UNSUBSCRIBED", "list_suppressions": [],
                 "consent_timestamp": "2026-03-01T10:00:00+00:00", "method": "FORM",
                 "suppression": [] if n % 3 else gone}  # fmt: skip
        sms = {"can_receive_sms_marketing": False, "consent": "NEVER_SUBSCRIBED"}
        return {"type": "profile", "id": f"P-{n}", "attributes": {
            "email": who.email, "phone_number": who.phone.replace(" ", ""), "external_id": None,
            "first_name": who.given, "last_name": who.family, "organization": None,
            "locale": "de-DE", "title": None, "created": self.stamped(self.now),
            "location": {"address1": f"{who.street} {who.house_number}", "address2": None,
                         "city": who.city, "region": None, "zip": who.postal_code,
                         "country": "Germany"},
            "properties": {"Anrede": who.salutation},
            "subscriptions": {"email": {"marketing": email}, "sms": {"marketing": sms}},
        }}  # fmt: skip

    def row(self, stream: str, n: int) -> dict[str, Any]:
        if stream != "events":
            return super().row(stream, n)
        customers = [one.id for one in self.living("customers")]
        link = {"data": {"type": "profile", "id": customers[n % len(customers)]}}
        metric = {"data": {"type": "metric", "id": f"M{n % 2 + 1}"}}
        return {"type": "event", "id": f"E-{n}",
                "attributes": {"event_properties": {"Subject": f"Neues aus dem Laden {n}"}},
                "relationships": {"profile": link, "metric": metric}}  # fmt: skip

    def new_id(self, stream: str) -> str:
        return f"neu-{super().new_id(stream)}"

    # answers

    def answer(self, asked: Asked) -> Answer:
        kind, _, key = asked.headers.get("authorization", "").partition(" ")
        if kind != "Klaviyo-API-Key" or not self.is_secret("key", key):
            return wrong("not_authenticated", status=401)
        if asked.headers.get("revision") != REVISION or asked.parts[:1] != ["api"]:
            return wrong("not_found", status=404)
        if asked.method != "GET" and asked.headers["content-type"] != "application/vnd.api+json":
            return wrong("unsupported_media_type", status=415)
        match asked.method, asked.parts[1:]:
            case "GET", ["metrics"]:
                rows = [{"type": "metric", "id": one, "attributes": {"name": name}}
                        for one, name in METRICS.items()]  # fmt: skip
                return Answer(data={"data": rows, "links": {"next": None}})
            case "GET", ["profiles"]:
                return self.profiles(asked)
            case "GET", ["events"]:
                return self.events(asked)
            case "POST", ["profiles"]:
                return self.created(asked.json["data"]["attributes"])
            case method, ["profiles", identity]:
                return self.single(method, identity, asked)
            case _, ["lists", *rest]:
                return self.of_lists(asked, rest)
            case _, ["profile-bulk-import-jobs", *rest]:
                return self.imports(asked, rest)
            case "POST", [kind]:
                return self.job(kind, asked.json["data"])
        return wrong("not_found", status=404)

    def paged(self, rows: Rows, asked: Asked, *, show: bool = True) -> Answer:
        page = self.by_cursor(rows, asked.query.get("page[cursor]"), asked.query.get("page[size]"))
        query = {**asked.query, "page[cursor]": page.next}
        onward = f"{self.url}{asked.path}?{urlencode(query)}" if page.next else None
        data = page.data if show else [without(one) for one in page.data]
        return Answer(data={"data": data, "links": {"self": self.url, "next": onward}})

    def cursor_gone(self) -> Answer:
        told = {"status": 400, "code": "invalid", "source": {"parameter": "page[cursor]"}}
        return Answer(status=400, data={"errors": [told]})

    def filters(self, asked: Asked) -> dict[tuple[str, str], str]:
        parts = PART.findall(asked.query.get("filter", ""))
        return {(how, field): value.strip('"') for how, field, value in parts}

    def profiles(self, asked: Asked) -> Answer:
        told = self.filters(asked)
        assert not {how for how, field in told if field == "updated"} & {"greater-or-equal"}
        shown = asked.query.get("additional-fields[profile]") == "subscriptions"
        for (how, field), value in told.items():
            if how == "equals":
                rows = self.find("customers", f"attributes.{field}", value)
                return self.paged(self.listed("customers", rows), asked, show=shown)
        sorting: Any = "stamp" if asked.query.get("sort") == "updated" else "id"
        rows = self.rows("customers", above=told.get(("greater-than", "updated")),
                         until=told.get(("less-than", "updated")), order=sorting)  # fmt: skip
        return self.paged(rows, asked, show=shown)

    def events(self, asked: Asked) -> Answer:
        told = self.filters(asked)
        rows = self.rows("events", since=told.get(("greater-or-equal", "datetime")),
                         until=told.get(("less-than", "datetime")), order="stamp")  # fmt: skip
        metric = told.get(("equals", "metric_id"))
        kept = [row for row in rows if metric is None or metric_of(row) == metric]
        return self.paged(self.listed("events", kept, order="stamp"), asked)

    def single(self, method: str, identity: str, asked: Asked) -> Answer:
        row = self.get("customers", identity)
        if row is None:
            return wrong("not_found", status=404)
        if method == "PATCH":
            self.update(row, asked.json["data"]["attributes"])
        return Answer(data={"data": row.data})

    def created(self, told: Mapping[str, Any]) -> Answer:
        self.checked(told, "")
        plain = {"email": {"marketing": {"can_receive_email_marketing": True, "suppression": [],
                                         "list_suppressions": [],
                                         "consent": "NEVER_SUBSCRIBED"}}}  # fmt: skip
        row = self.make("customers", {"type": "profile", "attributes": {
            "created": self.stamped(self.now), "subscriptions": plain, "last_name": None,
            "properties": {}, **told}})  # fmt: skip
        return Answer(status=201, data={"data": row.data})

    def update(self, row: Row, told: Mapping[str, Any]) -> None:
        self.checked(told, row.id)
        properties = {**row.data["attributes"].get("properties", {}), **told.get("properties", {})}
        changed = {**told, "properties": properties}
        self.change("customers", row.id, {f"attributes.{one}": value
                                          for one, value in changed.items()})  # fmt: skip

    def checked(self, told: Mapping[str, Any], identity: str) -> None:
        bad = self.forbidden and self.forbidden in told.values()
        if "@" not in (told.get("email") or "@") or bad:
            raise Refused(wrong("invalid"))
        for field in ("email", "phone_number"):
            for twin in self.find("customers", f"attributes.{field}", told.get(field) or ""):
                if twin.id != identity:
                    meta = {"duplicate_profile_id": twin.id}
                    raise Refused(wrong("duplicate_profile", status=409, meta=meta))

    # jobs

    def job(self, kind: str, data: Mapping[str, Any]) -> Answer:
        told = data["attributes"]
        if kind == "data-privacy-deletion-jobs":
            if not self.slow:
                self.delete("customers", told["profile"]["data"]["id"])
            return Answer(status=202)
        ways = {"profile-subscription-bulk-create-jobs": self.subscribed,
                "profile-subscription-bulk-delete-jobs": self.unsubscribed,
                "profile-suppression-bulk-create-jobs": self.suppressed_now}  # fmt: skip
        if kind not in ways:
            return wrong("not_found", status=404)
        for one in told["profiles"]["data"] if not self.slow else ():
            for field in ("email", "phone_number"):
                for row in self.find("customers", f"attributes.{field}",
                                     one["attributes"].get(field) or ""):  # fmt: skip
                    ways[kind](row, one["attributes"])
        return Answer(status=202)

    def subscribed(self, row: Row, told: Mapping[str, Any]) -> None:
        """As Klaviyo does it: suppressions are gone by it."""
        at = told["subscriptions"]["email"]["marketing"].get("consented_at")
        self.mark(row, consent="SUBSCRIBED", suppression=[], consent_timestamp=at)

    def unsubscribed(self, row: Row, told: Mapping[str, Any]) -> None:
        if "sms" in told["subscriptions"]:
            path = "attributes.subscriptions.sms.marketing.consent"
            self.change("customers", row.id, {path: "UNSUBSCRIBED"})
            return
        at = self.stamped(self.now)
        self.mark(row, consent="UNSUBSCRIBED", consent_timestamp=at,
                  suppression=[{"reason": "UNSUBSCRIBE", "timestamp": at}])  # fmt: skip

    def suppressed_now(self, row: Row, told: Mapping[str, Any]) -> None:
        at = self.stamped(self.now)
        self.mark(row, suppression=[{"reason": "USER_SUPPRESSED", "timestamp": at}])

    def mark(self, row: Row, **more: Any) -> None:
        path = "attributes.subscriptions.email.marketing"
        self.change("customers", row.id, {f"{path}.{one}": value for one, value in more.items()})

    def imports(self, asked: Asked, rest: list[str]) -> Answer:
        match asked.method, rest:
            case "POST", []:
                number = f"J-{len(self.jobs) + 1}"
                self.jobs[number] = {"looks": 0, "errors": []}
                for place, one in enumerate(asked.json["data"]["attributes"]["profiles"]["data"]):
                    self.imported(self.jobs[number], place, one)
                return Answer(status=202, data={"data": self.standing(number)})
            case "GET", [number]:
                self.jobs[number]["looks"] += 1
                return Answer(data={"data": self.standing(number)})
            case "GET", [number, "import-errors"]:
                errors = self.jobs[number]["errors"]
                return Answer(data={"data": errors, "links": {"next": None}})
        return wrong("not_found", status=404)

    def imported(self, job: dict[str, Any], place: int, one: Mapping[str, Any]) -> None:
        row = self.get("customers", one["id"])
        try:
            if row is None:
                raise Refused(wrong("not_found"))
            self.update(row, one["attributes"])
        except Refused as error:
            source = {"pointer": f"/data/attributes/profiles/data/{place}/attributes"}
            code = error.answer.data["errors"][0]["code"]
            told = {"code": code, "title": "no", "detail": "no", "source": source}
            job["errors"].append({"type": "import-error", "id": str(place), "attributes": told})

    def standing(self, number: str) -> dict[str, Any]:
        job = self.jobs[number]
        told = {"status": "complete" if job["looks"] > 1 else "queued", "total_count": 1,
                "failed_count": len(job["errors"])}  # fmt: skip
        return {"type": "profile-bulk-import-job", "id": number, "attributes": told}

    # lists

    def of_lists(self, asked: Asked, rest: list[str]) -> Answer:
        match asked.method, rest:
            case "GET", []:
                name = self.filters(asked).get(("equals", "name"))
                rows = [self.group(one) for one, title in self.groups.items()
                        if name in (None, title)]  # fmt: skip
                return Answer(data={"data": rows, "links": {"next": None}})
            case "POST", []:
                number = f"L{len(self.groups) + 1}"
                self.groups[number] = asked.json["data"]["attributes"]["name"]
                self.within[number] = set()
                return Answer(status=201, data={"data": self.group(number)})
            case "GET", [number] if number in self.groups:
                return Answer(data={"data": self.group(number)})
            case method, [number, "relationships", "profiles"] if number in self.groups:
                return self.membership(method, number, asked)
        return wrong("not_found", status=404)

    def membership(self, method: str, number: str, asked: Asked) -> Answer:
        if method == "GET":
            rows = [{"type": "profile", "id": one} for one in sorted(self.within[number])]
            return Answer(data={"data": rows, "links": {"next": None}})
        ids = {one["id"] for one in asked.json["data"]}
        there = self.within[number]
        there.update(ids) if method == "POST" else there.difference_update(ids)
        return Answer(status=204)

    def group(self, number: str) -> dict[str, Any]:
        told = {"name": self.groups[number], "opt_in_process": "double_opt_in"}
        return {"type": "list", "id": number, "attributes": told}

    def members(self, audience: str) -> set[str]:
        number = next((one for one, name in self.groups.items() if name == audience), "")
        return self.within.get(number, set())

    def consents(self, row: Row) -> bool:
        told = row.data["attributes"]["subscriptions"]["email"]["marketing"]
        return told["consent"] == "SUBSCRIBED" and not told["suppression"]

    def suppress(self, row: Row) -> None:
        self.suppressed_now(row, {})


class FakeKlaviyoWithJobs(FakeKlaviyo):
    """The same, changed by import jobs; only profiles are looked at."""

    tables: ClassVar[Mapping[str, Table]] = {"customers": FakeKlaviyo.tables["customers"]}
    bulk = 2

    def settings(self) -> Mapping[str, Any]:
        return {**super().settings(), "metrics": []}


def metric_of(row: Row) -> Any:
    """Which metric an event is of, also where its relationships are of another type one day."""
    told = row.data.get("relationships")
    metric = told.get("metric") if isinstance(told, dict) else None
    return metric["data"]["id"] if isinstance(metric, dict) else "M1"


def without(data: Mapping[str, Any]) -> dict[str, Any]:
    """A profile as it is shown to whoever does not ask for its subscriptions."""
    found = deepcopy(dict(data))
    if isinstance(found.get("attributes"), dict):
        found["attributes"].pop("subscriptions", None)
    return found


def wrong(code: str, *, status: int = 400, meta: Mapping[str, Any] | None = None) -> Answer:
    told = {"id": "x", "status": status, "code": code, "title": "no", "detail": "no",
            "source": {"pointer": "/data/"}, "meta": dict(meta or {})}  # fmt: skip
    return Answer(status=status, data={"errors": [told]})
