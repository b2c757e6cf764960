"""The webhooks journal: an app's subscriptions, the entries behind an offset, and their files."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import quote, urlsplit

from crmsync.errors import BackendError, NotReadable
from crmsync.http import Answer, Budget, Client, ClientCredentials, FixedWindow
from crmsync.http.reading import server_time_of
from crmsync.model.clock import stamp
from crmsync.model.stream import Connection
from crmsync_hubspot.faults import Refusal, fault
from crmsync_hubspot.settings import HubSpotSettings

Row = Mapping[str, Any]

SCOPE = "developer.webhooks_journal"
READS = f"{SCOPE}.read {SCOPE}.subscriptions.read"
MANAGES = f"{SCOPE}.subscriptions.read {SCOPE}.subscriptions.write"

AT_ONCE = 100
"""Entries that one request names; HubSpot takes no more."""

CALLS = 50
"""Requests a second: HubSpot's limit is 100 for the journal, and 50 for the subscriptions."""

EXPIRED = (403, 404, 410)
"""What is answered where the url of a file has ended."""

REMEMBERED = 100_000
"""Events of files that are kept, so that each stream need not fetch the same files."""


class Gap(BackendError):
    """The journal does not hold what happened: that must be found in another way."""

    code = "gap"


class Forgotten(Gap):
    """The journal no longer knows an offset; `now` is HubSpot's clock."""

    def __init__(self, now: datetime) -> None:
        super().__init__("the journal no longer knows where the last reading ended.")
        self.now = now


class AppToken(ClientCredentials):
    """The token of the app itself, which belongs to no account."""

    hint = (f"IT: check client_id and client_secret, and give the app the scopes {READS} and "
            f"{SCOPE}.subscriptions.write; or set journal = false.")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the journal: the file with its events, and the offset behind it."""

    offset: str
    url: str


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an object; `losers` went into it where it was a merge."""

    number: str
    id: str
    action: str
    losers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Events:
    """The events of a file in their order, and when it was published."""

    events: Sequence[Event]
    published: datetime | None


class Journal:
    """The journal of an app, as far as it is about one account."""

    def __init__(
        self, own: HubSpotSettings, connection: Connection, account: Callable[[], int]
    ) -> None:
        base, version = str(own.url).rstrip("/"), own.api_version
        name = f"{connection.name}-journal"
        budget = Budget.beside(connection, FixedWindow(CALLS, 1.0), account=name)

        def client(scope: str) -> Client:
            token = AppToken(f"{base}/oauth/{version}/token", client_id=own.client_id,
                             client_secret=own.client_secret, scope=scope)  # fmt: skip
            return Client(base, auth=token, faults=fault, budget=budget)

        self._reads, self._manages = client(READS), client(MANAGES)
        self._files = Client(base)  # a signed url needs no proof, and its host must see none
        self._scheme = urlsplit(base).scheme
        self._subscribed = f"/webhooks-journal/subscriptions/{version}"
        self._entries = f"/webhooks-journal/journal-local/{version}"
        self._asked, self._number = account, own.account
        self._kept: OrderedDict[str, Events] = OrderedDict()
        self._lock = Lock()

    @property
    def account(self) -> int:
        """The account's number."""
        self._number = self._number or self._asked()
        return self._number

    def subscriptions(self) -> list[Row]:
        """The app's subscriptions in this account."""
        found = _list(self._reads.get(self._subscribed), "results")
        return [row for row in found
                if row.get("portalId") in (self.account, str(self.account))
                and not row.get("deletedAt")]  # fmt: skip

    def subscribe(self, wanted: Row) -> Row:
        """The subscription that was made, or widened; CredentialsError without the right.

        The specification demands a list of ids, the guide and others do without: tried is both. It
        counts as changed now, whatever HubSpot says of one that was there.
        """
        body = {**wanted, "portalId": self.account}
        try:
            answer = self._manages.post(self._subscribed, json=body)
        except Refusal:
            if wanted["subscriptionType"] != "OBJECT":
                raise
            answer = self._manages.post(self._subscribed, json={**body, "objectIds": []})
        return {**wanted, "updatedAt": stamp(_clock(answer))}

    def latest(self) -> tuple[str | None, datetime]:
        """The last entry's offset, None where the journal is empty, and HubSpot's clock."""
        answer = self._ask("latest", accept=(404,))
        found = answer.data if answer.status == 200 else None
        return (_entry(found).offset if found else None), _clock(answer)

    def after(self, offset: str | None) -> tuple[list[Entry], datetime]:
        """The entries behind an offset (None: from the first one), and HubSpot's clock.

        Forgotten where the offset is no longer known.
        """
        if offset is None:
            answer = self._ask(f"batch/earliest/{AT_ONCE}", accept=(404,))
        else:
            answer = self._ask(f"batch/{quote(offset, safe='')}/next/{AT_ONCE}",
                               accept=(404, 410))  # fmt: skip
            if answer.status in (404, 410):
                raise Forgotten(_clock(answer))
        if answer.status != 200 or not answer.data:
            return [], _clock(answer)
        found = [_entry(row) for row in _list(answer, "results")]
        return [one for one in found if one.offset != offset], _clock(answer)

    def events(self, entry: Entry, *, before: str | None) -> Events:
        """What a file tells of this account; a url that has ended is asked for anew, once."""
        with self._lock:
            if entry.offset in self._kept:
                return self._kept[entry.offset]
        try:
            found = self._file(entry.url)
        except BackendError as error:
            if error.status not in EXPIRED:
                raise
            again = [one for one in self.after(before)[0] if one.offset == entry.offset]
            if not again:
                raise Gap("an entry of the journal is gone.") from None
            found = self._file(again[0].url)
        self._keep(entry.offset, found)
        return found

    def close(self) -> None:
        """Let go of the connections."""
        for client in (self._reads, self._manages, self._files):
            client.close()

    def _ask(self, path: str, *, accept: Sequence[int]) -> Answer:
        params = {"installPortalId": str(self.account)}
        return self._reads.get(f"{self._entries}/{path}", params=params, accept=accept)

    def _file(self, url: str) -> Events:
        if urlsplit(url).scheme not in ("https", self._scheme):
            raise BackendError("the journal names a file that is not fetched by https.")
        answer = self._files.get(url)
        rows = _list(answer, "journalEvents")
        mine = [row for row in rows if str(row.get("portalId", self.account)) == str(self.account)]
        events = [event for row in mine if (event := event_of(row))]
        return Events(events, moment_of(answer.data.get("publishedAt")))

    def _keep(self, offset: str, found: Events) -> None:
        with self._lock:
            self._kept[offset] = found
            held = sum(1 + len(one.events) for one in self._kept.values())
            while held > REMEMBERED and len(self._kept) > 1:
                held -= 1 + len(self._kept.popitem(last=False)[1].events)


def event_of(row: Row) -> Event | None:
    """An event as it is written; None for one that is about no object.

    A merge names who is left as `objectId`; webhooks call it `primaryObjectId`, and `newObjectId`
    where the merged record got a new id.
    """
    number, action = str(row.get("objectTypeId")), str(row.get("action")).upper()
    if action != "MERGE":
        name = _id(row.get("objectId"))
        return Event(number, name, action) if name else None
    told = [_id(row.get(key)) for key in ("newObjectId", "primaryObjectId", "objectId")]
    more = row.get("mergedObjectIds")
    names = [*told, *map(_id, more if isinstance(more, list) else ())]
    winner = next((one for one in told if one), "")
    losers = dict.fromkeys(one for one in names if one and one != winner)
    return Event(number, winner, action, tuple(losers)) if winner else None


def moment_of(told: Any) -> datetime | None:
    """The moment of a stamp with its zone; None for anything else."""
    try:
        found = datetime.fromisoformat(told)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo else None


def _id(told: Any) -> str:
    text = "" if isinstance(told, bool) else str(told)
    return text if text.isascii() and text.isdigit() else ""


def _entry(row: Any) -> Entry:
    found = row if isinstance(row, dict) else {}
    offset, url = found.get("currentOffset"), found.get("url")
    if not (isinstance(offset, str) and offset and isinstance(url, str) and url):
        raise NotReadable("an entry of HubSpot's journal has no offset, or no url.")
    return Entry(offset, url)


def _list(answer: Answer, name: str) -> list[Row]:
    found = answer.data.get(name) if isinstance(answer.data, dict) else None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise NotReadable(f"HubSpot's answer has no list of {name}.")
    return found


def _clock(answer: Answer) -> datetime:
    """HubSpot's clock, rounded up: what is stamped in this second was there already."""
    return server_time_of(answer) + timedelta(seconds=1)
