"""Requests to one HubSpot account, within its limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from crmsync.errors import (
    BackendError,
    NotReadable,
)
from crmsync.http import (
    Answer,
    Bearer,
    Budget,
    Client,
    DailyQuota,
    FixedWindow,
    RefreshToken,
    TokenFile,
)
from crmsync.http.reading import by_cursor, by_id, server_time_of
from crmsync.model.stream import Connection, Page, Window, reach
from crmsync_hubspot.faults import Refusal, fault, standing
from crmsync_hubspot.settings import HubSpotSettings

Row = Mapping[str, Any]

SEARCHES = 4
"""Searches in a second that every account allows (5 today, 4 as last announced)."""

MOST = 100
"""Records in a batch, and on a page of a list."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Searches(FixedWindow):
    """At most so many searches, of whatever object."""

    kind: ClassVar[str] = "searches"

    def concerns(self, asked: str) -> bool:
        """Whether a request is a search."""
        return asked.endswith("/search")


class Api:
    """One account."""

    def __init__(self, own: HubSpotSettings, connection: Connection) -> None:
        base = str(own.url).rstrip("/")
        limits = (FixedWindow(own.calls, 10.0), Searches(SEARCHES, 1.0), DailyQuota(own.daily))
        budget = Budget.beside(connection, *limits, reads=standing)
        proof = _proof(own, base, connection)
        self._http = Client(base, auth=proof, faults=fault, budget=budget)
        self._urgent = Client(base, auth=proof, faults=fault, budget=budget, priority="erasure")
        self._version, self._size = own.api_version, own.page_size

    def objects(self, name: str) -> str:
        """The path of a kind of object."""
        return f"/crm/objects/{self._version}/{name}"

    def search(
        self, name: str, properties: Sequence[str], window: Window, at: Any, *, stamp: str
    ) -> Iterator[Page]:
        """What was changed in a window, by id: behind the last one that was met, so that no search
        ever comes near the 10,000 records beyond which HubSpot gives none."""
        filters = [
            {"propertyName": stamp, "operator": word, "value": str(_milliseconds(bound) + more)}
            for word, bound, more in (("GTE", window.since, 0), ("LT", window.until, 1))
            if bound and window.since
        ]

        def fetch(after: Any) -> Answer:
            behind = {"propertyName": "hs_object_id", "operator": "GT", "value": str(after or 0)}
            body = {
                "filterGroups": [{"filters": [*filters, behind]}],
                "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
                "properties": list(properties),
                "limit": self._size,
            }
            return self._http.post(f"{self.objects(name)}/search", json=body)

        return by_id(fetch, at, records="results", size=self._size)

    def listed(self, name: str, at: Any = None, *, archived: bool = False) -> Iterator[Page]:
        """The ids of all records, or of all that are archived, page by page."""
        params = {"limit": self._size, "properties": "hs_object_id", "archived": archived}
        shown = {key: str(value).lower() for key, value in params.items()}

        def fetch(after: Any) -> Answer:
            more = {"after": str(after)} if after is not None else {}
            return self._http.get(self.objects(name), params={**shown, **more})

        return by_cursor(
            fetch, at, records="results", cursor="paging.next.after", expired=_is_expired
        )

    def read(
        self, name: str, ids: Sequence[str], properties: Sequence[str], *, by: str = ""
    ) -> list[Row]:
        """The records with these ids (or values of the property `by`) that are there."""
        found: list[Row] = []
        for some in chunks(ids):
            body: dict[str, Any] = {"inputs": [{"id": one} for one in some],
                                    "properties": list(properties),
                                    "propertiesWithHistory": []}  # fmt: skip
            if by:
                body["idProperty"] = by
            path = f"{self.objects(name)}/batch/read"
            found += results_of(self._http.post(path, json=body, accept=(404,)))
        return found

    def associated(self, name: str, ids: Sequence[str], to: str) -> dict[str, list[str]]:
        """The ids of the `to` objects that belong to each of these, by their numbers."""
        found: dict[str, set[str]] = {one: set() for one in ids}
        path = f"/crm/associations/{self._version}/{name}/{to}/batch/read"
        for some in chunks(ids):
            inputs: list[dict[str, str]] = [{"id": one} for one in some]
            while inputs:
                answer = self._http.post(path, json={"inputs": inputs}, accept=(404,))
                inputs = []
                for row in results_of(answer):
                    whose, after = str(reach(row, "from.id")), reach(row, "paging.next.after")
                    found.setdefault(whose, set()).update(_numbers(row.get("to")))
                    if after:
                        inputs.append({"id": whose, "after": str(after)})
        return {one: sorted(them, key=int) for one, them in found.items()}

    def statuses(self, emails: Sequence[str], *, wide: bool = False) -> dict[str, list[Row]]:
        """What HubSpot keeps of who gets mails, by address in small letters."""
        path = f"/communication-preferences/{self._version}/statuses/batch"
        path = f"{path}/unsubscribe-all/read" if wide else f"{path}/read"
        found: dict[str, list[Row]] = {}
        for some in chunks(emails):
            answer = self._http.post(path, json={"inputs": list(some)},
                                     params={"channel": "EMAIL"})  # fmt: skip
            for row in results_of(answer):
                them = row.get("wideStatuses" if wide else "statuses")
                rows: list[Row] = [one for one in them or () if isinstance(one, dict)]
                found[str(row.get("subscriberIdString")).casefold()] = rows
        return found

    def post(self, path: str, body: Row, *, repeatable: bool = True, **more: Any) -> Answer:
        """The answer to a change."""
        return self._http.post(path, json=dict(body), repeatable=repeatable, **more)

    def erase(self, identity: str) -> None:
        """Return when the contact is erased (GDPR), or was not there.

        By id alone: an address that nobody has would be put on a list of those never to be used.
        """
        path = f"{self.objects('contacts')}/gdpr-delete"
        self._urgent.post(path, json={"objectId": identity}, accept=(404,))

    def preferences(self, path: str) -> str:
        """A path of the communication preferences."""
        return f"/communication-preferences/{self._version}/{path}"

    def glance(self, name: str) -> Answer:
        """A list of one, by which rights and the clock are seen."""
        return self._http.get(
            self.objects(name), params={"limit": "1", "properties": "hs_object_id"}
        )

    def definitions(self) -> Answer:
        """The subscription types."""
        return self._http.get(self.preferences("definitions"))

    def account(self) -> int:
        """The account's number (Hub ID)."""
        found = self._http.get(f"/account-info/{self._version}/details").data
        number = found.get("portalId") if isinstance(found, dict) else None
        if not isinstance(number, int):
            raise NotReadable("HubSpot does not tell the account's number (portalId).",
                              hint="IT: set `account` to the Hub ID.")  # fmt: skip
        return number

    def server_time(self) -> datetime:
        """HubSpot's clock in whole seconds."""
        return server_time_of(self.glance("contacts"))

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()
        self._urgent.close()


def _proof(own: HubSpotSettings, base: str, connection: Connection) -> Any:
    if own.token.get_secret_value():
        return Bearer(own.token)
    return RefreshToken(
        f"{base}/oauth/{own.api_version}/token",
        refresh_token=own.refresh_token,
        store=TokenFile.beside(connection),
        client_id=own.client_id,
        client_secret=own.client_secret,
    )


def chunks(values: Sequence[Any], size: int = MOST) -> Iterator[Sequence[Any]]:
    """The values in batches."""
    return (values[start : start + size] for start in range(0, len(values), size))


def results_of(answer: Answer) -> list[Row]:
    """The results of a batch that was read; those that are not there are in its errors."""
    if answer.status == 404:
        return []
    found = answer.data.get("results") if isinstance(answer.data, dict) else None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise NotReadable("HubSpot's answer has no list of results.")
    return found


def _numbers(rows: Any) -> list[str]:
    """The ids of associated objects: written as numbers or as text."""
    found = [str(row.get("toObjectId")) for row in rows or () if isinstance(row, dict)]
    return [one for one in found if one.isascii() and one.isdigit()]


def _milliseconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(milliseconds=1)


def _is_expired(error: BackendError) -> bool:
    """Whether an error means that a page's cursor is no longer known."""
    return isinstance(error, Refusal) and error.status == 400
