"""Mailchimp's dialect (3.0): what the connector to it is proven against."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from datetime import timedelta
from hashlib import md5
from typing import Any, ClassVar

from crmsync_mailchimp import Mailchimp

from crmsync.testing import Answer, Asked, FakeBackend, Refused, Row, Table

LIST = "a1b2c3d4e5"
TAGS = ("FNAME", "LNAME", "PHONE", "ADDRESS", "ANREDE")


class FakeMailchimp(FakeBackend):
    """An audience as its API key sees it."""

    connector = Mailchimp
    tables: ClassVar[Mapping[str, Table]] = {
        "customers": Table(id="contact_id", stamp="last_changed", name="merge_fields.LNAME",
                           email="email_address"),
    }  # fmt: skip
    precision = timedelta(seconds=1)
    duplicates = True
    bears = 10
    activity: ClassVar[str] = "none"
    batch_from: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.archives: dict[str, bytes] = {}
        self.looks = 0
        self.forbidden = ""

    def settings(self) -> Mapping[str, Any]:
        return {"url": f"{self.url}/3.0", "api_key": self.secret("key"), "list_id": LIST,
                "page_size": self.page, "activity": self.activity,
                "double_opt_in": True,
                "batch_from": self.batch_from}  # fmt: skip

    def customer(self, n: int) -> dict[str, Any]:
        who = self.person(n)
        address = {"addr1": f"{who.street} {who.house_number}", "addr2": "", "city": who.city,
                   "state": "", "zip": who.postal_code, "country": "DE"}  # fmt: skip
        return {"id": hash_of(who.email), "contact_id": f"c-{n}", "email_address": who.email,
                "unique_email_id": f"u-{n}", "language": "de", "vip": False,
                "status": "subscribed" if n % 3 else "archived" if n % 2 else "unsubscribed",
                "timestamp_opt": "2026-03-01T10:00:00+00:00", "ip_opt": "192.0.2.1",
                "timestamp_signup": "2026-03-01T09:58:00+00:00", "ip_signup": "192.0.2.1",
                "tags_count": 1, "tags": [{"id": 3, "name": "Kaffee"}],
                "merge_fields": {"FNAME": who.given, "LNAME": who.family, "PHONE": who.phone,
                                 "ANREDE": who.salutation, "ADDRESS": address}}  # fmt: skip

    def stamped(self, moment: Any) -> Any:
        return super().stamped(moment).replace("Z", "+00:00")

    def new_id(self, stream: str) -> str:
        return f"neu-{super().new_id(stream)}"

    def answer(self, asked: Asked) -> Answer:
        if asked.parts[:1] == ["archive"]:
            return Answer(body=self.archives[asked.parts[1]])
        if not self.is_secret("key", asked.basic[1]):
            return problem("API Key Invalid", status=401)
        match asked.method, asked.parts:
            case "GET", ["3.0", "ping"]:
                return Answer(data={"health_status": "Everything's Chimpy!"})
            case method, ["3.0", "batches", *rest]:
                return self.batches(method, rest, asked)
            case method, ["3.0", "lists", list_id, *rest] if list_id == LIST:
                return self.of_list(method, rest, asked)
        return problem("Resource Not Found", status=404)

    def of_list(self, method: str, rest: list[str], asked: Asked) -> Answer:
        match method, rest:
            case "GET", ["merge-fields"]:
                return Answer(data={"merge_fields": [{"tag": one} for one in TAGS]})
            case "GET", ["members"]:
                return self.listed_members(asked)
            case "POST", ["members"]:
                made = self.made(asked.json, update=False)
                return Answer(data=made.data)
            case "POST", []:
                return self.batch(asked.json)
            case _, ["members", identity, *more]:
                return self.single(method, identity, more, asked)
        return problem("Resource Not Found", status=404)

    def listed_members(self, asked: Asked) -> Answer:
        query = asked.query
        if query.get("sort_field") != "last_changed" or query.get("sort_dir") != "ASC":
            return problem("Invalid Resource")
        archived = query.get("status") == "archived"
        rows = self.rows("customers", above=query.get("since_last_changed"),
                         until=query.get("before_last_changed"), order="stamp")  # fmt: skip
        kept = [row for row in rows if (row.data.get("status") == "archived") is archived]
        page = self.by_offset(self.listed("customers", kept, order="stamp"),
                              query.get("offset"), query.get("count"))  # fmt: skip
        return Answer(data={"members": page.data, "list_id": LIST, "total_items": page.total})

    def single(self, method: str, identity: str, more: list[str], asked: Asked) -> Answer:
        row = self.get("customers", identity) or next(
            iter(self.find("customers", "id", identity)), None
        )
        if row is None:
            return problem("Resource Not Found", status=404)
        match method, more:
            case "GET", []:
                return Answer(data=row.data)
            case "GET", ["activity"]:
                return Answer(data={"activity": self.did(row)})
            case "PATCH", []:
                return Answer(data=self.update(row, asked.json).data)
            case "POST", ["tags"]:
                self.tagged(row, asked.json["tags"])
                return Answer(status=204)
            case "POST", ["actions", "delete-permanent"]:
                self.delete("customers", row.id)
                return Answer(status=204)
        return problem("Method Not Allowed", status=405)

    def did(self, row: Row) -> list[dict[str, Any]]:
        at = "2026-11-01T08:00:00+00:00"
        what = {"unsubscribed": "unsub", "cleaned": "bounce"}.get(str(row.data.get("status")))
        return [{"action": what or "open", "timestamp": at, "campaign_id": "k1",
                 "title": "Advent"}]  # fmt: skip

    def batch(self, told: Mapping[str, Any]) -> Answer:
        assert len(told["members"]) <= 500
        new, errors = [], []
        for one in told["members"]:
            email = one["email_address"]
            there = self.find("customers", "email_address", email)
            if there or "@" not in email:
                code = "ERROR_CONTACT_EXISTS" if there else "ERROR_GENERIC"
                errors.append({"email_address": email, "error": f"{email} no", "error_code": code})
            else:
                new.append(self.made(one, update=False).data)
        return Answer(data={"new_members": new, "updated_members": [], "errors": errors,
                            "total_created": len(new), "total_updated": 0,
                            "error_count": len(errors)})  # fmt: skip

    def batches(self, method: str, rest: list[str], asked: Asked) -> Answer:
        """A batch is done at once, and says so when it is looked at for the second time."""
        if method == "POST":
            answers = [self.operated(one) for one in asked.json["operations"]]
            number = f"b{len(self.archives) + 1}"
            self.archives[number] = packed(answers)
            return Answer(data={"id": number, "status": "pending", "response_body_url": ""})
        self.looks += 1
        if self.looks % 2:
            return Answer(data={"id": rest[0], "status": "started", "response_body_url": ""})
        place = f"{self.url}/archive/{rest[0]}"
        return Answer(data={"id": rest[0], "status": "finished", "response_body_url": place})

    def operated(self, one: Mapping[str, Any]) -> dict[str, Any]:
        asked = Asked(0, one["method"], f"/3.0{one['path']}", {}, one["body"].encode())
        try:
            found = self.of_list(asked.method, asked.parts[3:], asked)
        except Refused as refused:
            found = refused.answer
        return {"status_code": found.status, "operation_id": one["operation_id"],
                "response": found.content().decode()}  # fmt: skip

    def made(self, told: Mapping[str, Any], *, update: bool) -> Row:
        email = told["email_address"]
        if self.find("customers", "email_address", email) and not update:
            raise Refused(problem("Member Exists"))
        merged = {tag: value for tag, value in (told.get("merge_fields") or {}).items()
                  if tag in TAGS}  # fmt: skip
        return self.make("customers", {"id": hash_of(email), "tags": [], "vip": False,
                                       **told, "merge_fields": merged})  # fmt: skip

    def update(self, row: Row, told: Mapping[str, Any]) -> Row:
        email = told.get("email_address", row.data["email_address"])
        merged = told.get("merge_fields") or {}
        if "@" not in email or (self.forbidden and self.forbidden in merged.values()):
            raise Refused(problem("Invalid Resource"))
        if told.get("status") == "subscribed" and row.data["status"] in ("unsubscribed", "cleaned"):
            raise Refused(problem("Member In Compliance State"))
        merged = {**row.data["merge_fields"], **(told.get("merge_fields") or {})}
        return self.change("customers", row.id, {**told, "merge_fields": merged,
                                                 "id": hash_of(email)})  # fmt: skip

    def tagged(self, row: Row, tags: list[dict[str, Any]]) -> None:
        names = {one["name"] for one in row.data["tags"]}
        for one in tags:
            names = names | {one["name"]} if one["status"] == "active" else names - {one["name"]}
        told = [{"id": len(name), "name": name} for name in sorted(names)]
        self.change("customers", row.id, {"tags": told})

    def consents(self, row: Row) -> bool:
        return bool(row.data["status"] == "subscribed")

    def suppress(self, row: Row) -> None:
        self.change("customers", row.id, {"status": "unsubscribed"})

    def members(self, audience: str) -> set[str]:
        return {row.id for row in self.living("customers")
                if audience in {one["name"] for one in row.data["tags"]}}  # fmt: skip


class FakeMailchimpWithActivity(FakeMailchimp):
    """The same, read with what members did."""

    activity = "all"


class FakeMailchimpWithBatches(FakeMailchimp):
    """The same, changed by batch operations."""

    batch_from = 2


def packed(answers: list[dict[str, Any]]) -> bytes:
    """Answers in two files of an archive."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as archive:
        for number in range(2):
            content = json.dumps(answers[number::2]).encode()
            info = tarfile.TarInfo(f"{number}.json")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return whole.getvalue()


def hash_of(email: str) -> str:
    return md5(email.lower().encode(), usedforsecurity=False).hexdigest()


def problem(title: str, *, status: int = 400) -> Answer:
    told = {"type": "https://mailchimp.com/developer/marketing/docs/errors/", "title": title,
            "status": status, "detail": "no", "instance": "x"}  # fmt: skip
    return Answer(status=status, data=told)
