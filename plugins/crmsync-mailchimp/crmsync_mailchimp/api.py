"""Requests to Mailchimp's Marketing API 3.0: problems by their titles, ten requests at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import md5
from typing import IO, Any

import orjson

from crmsync.errors import BackendError, CrmsyncError, NotReadable, RateLimited
from crmsync.http import Answer, AtOnce, Basic, Bearer, Budget, Client, Response, retry_after
from crmsync.http.reading import fetched
from crmsync.http.reading import server_time_of as clock_of
from crmsync.model.stream import Connection
from crmsync_mailchimp.settings import MailchimpSettings

Row = Mapping[str, Any]

UNREAD = "_links,members._links,members.stats,members.location,members.last_note"
"""What is left out of members: it changes with every opened mail, or belongs to nobody here."""

TITLES = {
    "Member In Compliance State": "he unsubscribed or bounced: Mailchimp lets nobody but himself "
    "subscribe him again",
    "Forgotten Email Not Subscribed": "he was deleted for good: only he himself may come back",
    "Member Exists": "is there already",
    "Invalid Resource": "Mailchimp refuses a field",
    "Resource Not Found": "is not there",
}
"""Titles of problems, and what they say; other titles are not repeated."""


class Refusal(BackendError):
    """Mailchimp will not take a change as it is; `title` is the problem's."""

    def __init__(self, title: str) -> None:
        super().__init__(f"Mailchimp refuses it ({title or 'for no reason that is known'}).")
        self.title = title


class Api:
    """One audience; erasures go before what can wait."""

    def __init__(self, own: MailchimpSettings, connection: Connection) -> None:
        limit = AtOnce(count=own.requests_at_once)
        budget = Budget.beside(connection, limit, account=own.account)
        key = own.api_key.get_secret_value()
        auth = Basic("crmsync", own.api_key) if key else Bearer(own.token)
        base = own.base
        self._http = Client(base, auth=auth, budget=budget, faults=fault)
        self._urgent = Client(base, auth=auth, budget=budget, faults=fault, priority="erasure")
        self._list = f"/lists/{own.list_id}"

    def members(self, **asked: Any) -> tuple[Sequence[Row], int]:
        """Members in the order of their last change, and how many there are in all."""
        shown = {name: value for name, value in asked.items() if value is not None}
        order = {"sort_field": "last_changed", "sort_dir": "ASC", "exclude_fields": UNREAD}
        told = self._http.get(f"{self._list}/members", params={**order, **shown}).data
        rows = told.get("members") if isinstance(told, dict) else None
        total = told.get("total_items") if isinstance(told, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise NotReadable("Mailchimp's answer holds no members.")
        return rows, total if isinstance(total, int) else len(rows)

    def member(self, identity: str) -> Row | None:
        """A member by contact id or hash, as he is now; None where he is not there."""
        answer = self._http.get(
            f"{self._list}/members/{identity}", params={"exclude_fields": "_links"}, accept=(404,)
        )
        if answer.status == 404:
            if title_of(answer.data) != "Resource Not Found":
                raise NotReadable("Mailchimp's answer is not that a member is not there.")
            return None
        return _member(answer)

    def activity(self, identity: str) -> Sequence[Row]:
        """The last fifty things that a member did with mails, or mails with him."""
        answer = self._http.get(f"{self._list}/members/{identity}/activity", accept=(404,))
        rows = answer.data.get("activity") if isinstance(answer.data, dict) else None
        if not isinstance(rows, list) and answer.status != 404:
            raise NotReadable("Mailchimp's answer holds no activity.")
        return rows if isinstance(rows, list) else []

    def merge_fields(self) -> set[str]:
        """The tags of the merge fields that the audience has."""
        asked = {"count": 1000, "fields": "merge_fields.tag"}
        told = self._http.get(f"{self._list}/merge-fields", params=asked).data
        rows = told.get("merge_fields") if isinstance(told, dict) else None
        if not isinstance(rows, list):
            raise NotReadable("Mailchimp's answer holds no merge fields.")
        return {str(row["tag"]) for row in rows}

    def add_all(self, members: Sequence[Row]) -> Row:
        """What became of new members; those who are there are left as they are."""
        body = {"members": members, "update_existing": False}
        told = self._http.post(self._list, json=body, params={"skip_merge_validation": "true"},
                               repeatable=False).data  # fmt: skip
        if not isinstance(told, dict) or not isinstance(told.get("new_members"), list):
            raise NotReadable("Mailchimp's answer to a batch holds no members.", maybe_done=True)
        return told

    def add(self, body: Row) -> Row:
        """A new member."""
        return _member(
            self._http.post(f"{self._list}/members", json=dict(body), repeatable=False),
            changed=True,
        )

    def change(self, identity: str, body: Row) -> Row:
        """The member after a change; doing it twice does no harm."""
        asked = {"skip_merge_validation": "true"}
        path = f"{self._list}/members/{identity}"
        return _member(self._http.patch(path, json=dict(body), params=asked), changed=True)

    def path_of(self, identity: str) -> str:
        """Where a member is."""
        return f"{self._list}/members/{identity}"

    def batch(self, operations: Sequence[Row]) -> Row:
        """A batch that was begun."""
        told = self._http.post("/batches", json={"operations": operations}, repeatable=False).data
        if not isinstance(told, dict) or not told.get("id"):
            raise NotReadable("Mailchimp's answer holds no batch.", maybe_done=True)
        return told

    def batch_of(self, identity: str) -> Row:
        """How a batch stands."""
        told = self._http.get(f"/batches/{identity}").data
        if not isinstance(told, dict) or not told.get("status"):
            raise NotReadable("Mailchimp's answer holds no batch.")
        return told

    @contextmanager
    def archive(self, url: str) -> Iterator[IO[bytes]]:
        """The archive with a batch's answers; it lies on another host, which asks for no key."""
        with fetched(self._http, url) as found:
            found.file.seek(0)
            yield found.file

    def tag(self, identity: str, name: str, *, active: bool) -> None:
        """Return when a member has a tag, or has it no more."""
        tags = [{"name": name, "status": "active" if active else "inactive"}]
        self._http.post(f"{self._list}/members/{identity}/tags", json={"tags": tags})

    def delete(self, identity: str) -> None:
        """Return when a member is deleted for good, or was not there."""
        path = f"{self._list}/members/{identity}/actions/delete-permanent"
        self._urgent.post(path, accept=(404,))

    def server_time(self) -> datetime:
        """Mailchimp's clock."""
        return clock_of(self._http.get("/ping"))

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()
        self._urgent.close()


def hash_of(email: str) -> str:
    """The subscriber hash: MD5 of the address in lower case."""
    return md5(email.strip().lower().encode(), usedforsecurity=False).hexdigest()


def _member(answer: Answer, *, changed: bool = False) -> Row:
    row = answer.data
    if not isinstance(row, dict) or not row.get("contact_id"):
        raise NotReadable("Mailchimp's answer holds no member.", maybe_done=changed)
    return row


def title_of(told: Any) -> str:
    """The title of a problem, "" for one that is not known."""
    title = told.get("title") if isinstance(told, dict) else None
    return title if title in TITLES else ""


def fault(answer: Response) -> CrmsyncError | None:
    """What a problem's title says; a 403 without a problem is how the busiest are slowed down."""
    status = answer.status_code
    if status == 429:
        return RateLimited("Mailchimp asks for a pause.", retry_after=retry_after(answer))
    if status not in (400, 403, 404, 405, 409, 422):
        return None
    try:
        told = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        told = None
    if status == 403:
        slowed = not isinstance(told, dict)
        return RateLimited("Mailchimp answers 403 without saying why.") if slowed else None
    return Refusal(title_of(told)) if status != 404 else None
