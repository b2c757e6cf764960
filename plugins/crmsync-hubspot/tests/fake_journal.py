"""HubSpot's dialect with its webhooks journal: subscriptions, entries, signed files, app tokens."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from fake_hubspot import FakeHubSpot, wrong

from crmsync.testing import Answer, Asked, Refused, Row

ACCOUNT = 4711
NUMBERS = {"customers": "0-1", "companies": "0-2", "orders": "0-123", "products": "0-7",
           "tickets": "0-5"}  # fmt: skip
SCOPE = "developer.webhooks_journal"
ENDED = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"


class FakeByJournal(FakeHubSpot):
    """The same account, read from the journal of its app."""

    lasts = timedelta(minutes=30)
    """How long the url of a file is good for."""

    def __init__(self) -> None:
        super().__init__()
        self.rights = {f"{SCOPE}.read", f"{SCOPE}.subscriptions.read",
                       f"{SCOPE}.subscriptions.write"}  # fmt: skip
        self.scopes: dict[str, set[str]] = {}
        self.subscribed: list[dict[str, Any]] = []
        self.files: list[dict[str, Any]] = []
        self.seen: list[Mapping[str, str]] = []
        self.elsewhere = self.url
        self.ids_needed = False
        self._pending: list[dict[str, Any]] = []
        self._doing = ""
        self._filed = 0
        self._called_journal: deque[float] = deque()

    def settings(self) -> Mapping[str, Any]:
        return {**super().settings(), "journal": True, "account": ACCOUNT}

    # what happens

    @contextmanager
    def doing(self, action: str) -> Iterator[None]:
        before, self._doing = self._doing, self._doing or action
        try:
            yield
        finally:
            self._doing = before

    def make(self, stream: str, data: Mapping[str, Any], **more: Any) -> Row:
        with self.doing("CREATE"):
            return super().make(stream, data, **more)

    def delete(self, stream: str, identity: Any) -> None:
        with self.doing("DELETE"):
            super().delete(stream, identity)

    def restore(self, stream: str, identity: Any) -> None:
        with self.doing("RESTORE"):
            super().restore(stream, identity)

    def merge(self, stream: str, loser: Any, winner: Any) -> None:
        with self.doing("MERGE"):
            super().merge(stream, loser, winner)

    def bump(self, stream: str, row: Row, **more: Any) -> None:
        super().bump(stream, row, **more)
        action = self._doing or "UPDATE"
        if action == "MERGE":
            if not row.deleted:
                lost = [int(one.id) for one in self.kept[stream].values()
                        if one.merged_into == row.id]  # fmt: skip
                self.tell(NUMBERS[stream], row.id, action, mergedObjectIds=lost)
            return
        if action == "GDPR_DELETE":
            self.tell(NUMBERS[stream], row.id, "GDPR_DELETE", kind="GDPR_PRIVACY_DELETION")
            action = "DELETE"
        self.tell(NUMBERS[stream], row.id, action)

    def tell(self, number: str, identity: Any, action: str, *, kind: str = "OBJECT",
             portal: int = ACCOUNT, **more: Any) -> None:  # fmt: skip
        """Write an event, if somebody subscribed to it."""
        if any(one["subscriptionType"] == kind and one["objectTypeId"] == number
               and action in one["actions"] for one in self.subscribed):  # fmt: skip
            about = "crmObject" if kind == "OBJECT" else kind
            event = {"type": about, "portalId": portal, "action": action, "objectTypeId": number,
                     "objectId": int(identity), "occurredAt": self.stamped(self.now)}  # fmt: skip
            changes = {"propertyChanges": {"lastname": "neu"}} if action == "UPDATE" else {}
            self._pending.append({**event, **changes, **more})

    def publish(self) -> None:
        """Put what happened into files."""
        while self._pending:
            some, self._pending = self._pending[: self.page], self._pending[self.page :]
            self._filed += 1
            self.files.append({"offset": str(UUID(int=self._filed)), "journalEvents": some,
                               "publishedAt": self.stamped(self.now)})  # fmt: skip

    def forget(self) -> None:
        """Drop every file there is, as after three days."""
        self.publish()
        self.files.clear()

    # answers

    def _reply(self, asked: Asked) -> Answer:
        """The journal and its files count nothing of what the account may ask."""
        rate = self.rate
        if asked.parts[:1] in (["files"], ["webhooks-journal"]):
            self.rate = None
        try:
            return super()._reply(asked)
        finally:
            self.rate = rate

    def _count_a_call(self) -> None:
        while self._called_journal and self._called_journal[0] <= self.ticks - 1.0:
            self._called_journal.popleft()
        self._called_journal.append(self.ticks)
        if len(self._called_journal) > 100:
            self.over_limit += 1
            raise Refused(Answer(status=429, data={"status": "error", "policyName": "SECONDLY"}))

    def answer(self, asked: Asked) -> Answer:
        match asked.method, asked.parts:
            case "POST", ["oauth", _, "token"] if asked.form["grant_type"] == "client_credentials":
                return self.app_token(asked)
            case "GET", ["files", offset]:
                return self.file(asked, offset)
            case _, ["webhooks-journal", *rest]:
                return self.journal(asked, rest)
        if asked.bearer in self.scopes:
            return wrong(401, "INVALID_AUTHENTICATION")
        if asked.parts[:1] == ["account-info"] and self.knows(asked.bearer):
            return Answer(data={"portalId": ACCOUNT, "timeZone": "Europe/Berlin"})
        if asked.parts[-1] == "gdpr-delete":
            with self.doing("GDPR_DELETE"):
                return super().answer(asked)
        return super().answer(asked)

    def app_token(self, asked: Asked) -> Answer:
        wanted = set(asked.form["scope"].split())
        given = self.grant(asked, secret="client_secret", seconds=1800)
        if given.status == 200:
            self.scopes[given.data["access_token"]] = wanted & self.rights
        return given

    def journal(self, asked: Asked, rest: list[str]) -> Answer:
        if not self.knows(asked.bearer) or asked.bearer not in self.scopes:
            return wrong(401, "INVALID_AUTHENTICATION")
        self._count_a_call()
        answer: Callable[[Asked], Answer]
        match asked.method, rest:
            case "GET", ["subscriptions", _]:
                right, answer = "subscriptions.read", self.listed_subscriptions
            case "POST", ["subscriptions", _]:
                right, answer = "subscriptions.write", self.subscribe_to
            case "GET", ["journal-local", _, *_]:
                right, answer = "read", self.entries
            case _:
                return wrong(404, "OBJECT_NOT_FOUND")
        if f"{SCOPE}.{right}" not in self.scopes[asked.bearer]:
            return wrong(403, "MISSING_SCOPES")
        return answer(asked)

    def listed_subscriptions(self, _asked: Asked) -> Answer:
        return Answer(data={"results": self.subscribed})

    def subscribe_to(self, asked: Asked) -> Answer:
        wanted = asked.json
        if self.ids_needed and wanted["subscriptionType"] == "OBJECT" and "objectIds" not in wanted:
            return wrong(400, "VALIDATION_ERROR")
        key = ("portalId", "subscriptionType", "objectTypeId")
        self.subscribed = [one for one in self.subscribed
                           if any(one[name] != wanted[name] for name in key)]  # fmt: skip
        now = self.stamped(self.now)
        found = {**wanted, "id": len(self.subscribed) + 1, "appId": 9, "createdAt": now,
                 "updatedAt": now}  # fmt: skip
        self.subscribed.append(found)
        return Answer(data=found)

    def entries(self, asked: Asked) -> Answer:
        assert asked.query["installPortalId"] == str(ACCOUNT)
        self.publish()
        rest = asked.parts[3:]
        if rest == ["latest"]:
            return Answer(data=self.entry(self.files[-1])) if self.files else Answer(status=204)
        if rest[:2] == ["batch", "earliest"]:
            return self.several(self.files)
        offsets = [one["offset"] for one in self.files]
        if rest[1] not in offsets:
            return wrong(404, "OBJECT_NOT_FOUND")
        return self.several(self.files[offsets.index(rest[1]) + 1 :])

    def several(self, files: list[dict[str, Any]]) -> Answer:
        found = [self.entry(one) for one in files[: self.page]]
        return Answer(data={"status": "COMPLETE", "results": found})

    def entry(self, file: Mapping[str, Any]) -> dict[str, Any]:
        end = self.stamped(self.now + self.lasts)
        url = f"{self.elsewhere}/files/{file['offset']}?X-Amz-Signature=abc&until={end}"
        return {"url": url, "expiresAt": end, "currentOffset": file["offset"]}

    def file(self, asked: Asked, offset: str) -> Answer:
        self.seen.append(asked.headers)
        found = [one for one in self.files if one["offset"] == offset]
        late = datetime.fromisoformat(asked.query["until"]) <= self.now
        if late or not found or "authorization" in asked.headers:
            return Answer(status=403, body=ENDED, headers={"Content-Type": "application/xml"})
        return Answer(data=found[0])


class FakeByJournalAlone(FakeByJournal):
    """The same account, where contacts are not compared besides."""

    compare = False
