"""Requests to Klaviyo's API: JSON:API with its revision, errors by code, limits by route."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import orjson

from crmsync.errors import BackendError, CrmsyncError, NotReadable, RateLimited
from crmsync.http import (
    Answer,
    ApiKey,
    Budget,
    Client,
    FixedWindow,
    Response,
    Standing,
    retry_after,
)
from crmsync.http.reading import Expired, by_next_url
from crmsync.http.reading import server_time_of as clock_of
from crmsync.model.stream import Connection, Page, reach
from crmsync_klaviyo.settings import KlaviyoSettings

Row = Mapping[str, Any]

KIND = "application/vnd.api+json"

LIMITS = (
    ("GET /api/profiles", 75, 750),
    ("POST /api/profiles", 75, 750),
    ("PATCH /api/profiles", 75, 750),
    ("POST /api/profile-subscription-bulk-create-jobs", 75, 750),
    ("POST /api/profile-subscription-bulk-delete-jobs", 75, 750),
    ("POST /api/profile-suppression-bulk-create-jobs", 75, 750),
    ("/api/profile-bulk-import-jobs", 10, 150),
    ("GET /api/lists", 75, 750),
    ("POST /api/lists", 10, 150),
    ("DELETE /api/lists", 10, 150),
    ("GET /api/events", 350, 3500),
    ("GET /api/metrics", 10, 150),
    ("POST /api/data-privacy-deletion-jobs", 3, 60),
)
"""Requests a second (burst) and a minute (steady) of each route, as the description says."""


class Refusal(BackendError):
    """Klaviyo will not take a change as it is; `word` is its code, `twin` who is there already."""

    def __init__(self, word: str, twin: str = "") -> None:
        super().__init__(f"Klaviyo refuses it ({word}).")
        self.word, self.twin = word, twin


class Api:
    """One account; erasures go before what can wait."""

    def __init__(self, own: KlaviyoSettings, connection: Connection) -> None:
        self.base = str(own.url).rstrip("/")
        budget = Budget.beside(connection, *_limits(), reads=standing)
        auth = ApiKey(own.api_key, header="Authorization", scheme="Klaviyo-API-Key")
        headers = {"revision": own.revision, "Accept": KIND}
        base = self.base
        self._http = Client(base, auth=auth, headers=headers, budget=budget, faults=fault)
        self._urgent = Client(
            base, auth=auth, headers=headers, budget=budget, faults=fault, priority="erasure"
        )

    def pages(self, path: str, asked: Row, place: Any = None) -> Iterator[Page]:
        """The pages of a list, each named by the one before."""

        def fetch(url: str | None) -> Answer:
            return self._http.get(url) if url else self._http.get(f"/api/{path}", params=asked)

        return by_next_url(fetch, place, base=self.base, records="data", url="links.next")

    def every(self, path: str, asked: Row) -> list[Row]:
        """All rows of a short list."""
        return [row for page in self.pages(path, asked) for row in page.records]

    def profile(self, identity: str) -> Row | None:
        """A profile with its consents, as it is now; None where it is not there."""
        asked = {"additional-fields[profile]": "subscriptions"}
        answer = self._http.get(f"/api/profiles/{identity}", params=asked, accept=(404,))
        if answer.status == 404:
            if code_of(answer.data) != "not_found":
                raise NotReadable("Klaviyo's answer is not that a profile is not there.")
            return None
        return _one(answer)

    def found(self, field: str, value: str) -> Row | None:
        """The profile of an e-mail address or a number, with its consents."""
        rows = self.every("profiles", {"filter": f"equals({field},{quoted(value)})",
                                       "additional-fields[profile]": "subscriptions"})  # fmt: skip
        return rows[0] if rows else None

    def create(self, attributes: Row) -> str:
        """The id of a new profile; Refusal with its twin where somebody like that is there."""
        body = {"data": {"type": "profile", "attributes": dict(attributes)}}
        return str(_one(self.post("profiles", body), changed=True)["id"])

    def change(self, identity: str, attributes: Row) -> None:
        """Return when a profile is changed; doing it twice does no harm."""
        data = {"type": "profile", "id": identity, "attributes": dict(attributes)}
        path, headers = f"/api/profiles/{identity}", {"Content-Type": KIND}
        _one(self._http.patch(path, json={"data": data}, headers=headers), changed=True)

    def post(self, path: str, body: Row, *, urgent: bool = False) -> Answer:
        """The answer to a request that makes something, which is not sent twice unasked."""
        client = self._urgent if urgent else self._http
        return client.post(f"/api/{path}", json=dict(body), headers={"Content-Type": KIND},
                           repeatable=False)  # fmt: skip

    def get(self, path: str) -> Row:
        """One resource."""
        return _one(self._http.get(f"/api/{path}"))

    def belongs(self, method: str, group: str, identity: str) -> None:
        """Return when a profile is in a list (POST), or is not any more (DELETE)."""
        body = {"data": [{"type": "profile", "id": identity}]}
        path = f"/api/lists/{group}/relationships/profiles"
        self._http.send(method, path, json=body, headers={"Content-Type": KIND})

    def profile_page(self) -> Answer:
        """The smallest page of profiles."""
        return self._http.get("/api/profiles", params={"page[size]": 1})

    def list_page(self) -> Answer:
        """The smallest page of lists."""
        return self._http.get("/api/lists", params={"page[size]": 1})

    def server_time(self) -> datetime:
        """Klaviyo's clock."""
        return clock_of(self.profile_page())

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()
        self._urgent.close()


def _limits() -> list[FixedWindow]:
    windows = [(1.0, 1), (60.0, 2)]
    return [FixedWindow(route=row[0], count=row[place], seconds=seconds)  # type: ignore[arg-type]
            for row in LIMITS for seconds, place in windows]  # fmt: skip


def _one(answer: Answer, *, changed: bool = False) -> Row:
    data = answer.data.get("data") if isinstance(answer.data, dict) else None
    if not isinstance(data, dict) or not data.get("id"):
        raise NotReadable("Klaviyo's answer holds no record.", maybe_done=changed)
    return data


def quoted(value: str) -> str:
    """A text as a filter holds it."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def code_of(told: Any) -> str:
    """The code of the first error, "" where there is none that could be one of Klaviyo's."""
    code = reach(told, "errors.0.code") if isinstance(told, dict) else None
    known = isinstance(code, str) and code.isascii() and code.replace("_", "").isalpha()
    return str(code) if known and str(code).islower() and len(str(code)) < 50 else ""


def standing(answer: Response) -> Standing | None:
    """A pause where Klaviyo says that nothing is left of a route's window."""
    left = answer.headers.get("ratelimit-remaining", "").strip()
    reset = answer.headers.get("ratelimit-reset", "").strip()
    return Standing(pause=float(reset)) if left == "0" and reset.isdigit() else None


def fault(answer: Response) -> CrmsyncError | None:
    """What an error's code says that its status does not."""
    status = answer.status_code
    if status == 429:
        return RateLimited("Klaviyo asks for a pause.", retry_after=retry_after(answer))
    if status not in (400, 404, 409, 410, 415, 422):
        return None
    try:
        told = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(told, dict):
        return None
    if reach(told, "errors.0.source.parameter") == "page[cursor]":
        return Expired("Klaviyo no longer knows a page cursor.")
    code, twin = code_of(told), reach(told, "errors.0.meta.duplicate_profile_id")
    return Refusal(code, str(twin or "")) if code and status != 404 else None
