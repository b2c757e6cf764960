"""Requests to one Pipedrive company, by the tokens that they cost, and its errors.

The words of an error may hold a customer's data: they are not kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from crmsync.errors import BackendError, CrmsyncError, NotReadable
from crmsync.http import (
    Answer,
    ApiKey,
    Budget,
    Client,
    DailyQuota,
    FixedWindow,
    RefreshToken,
    Response,
    TokenFile,
)
from crmsync.http.reading import by_cursor, server_time_of
from crmsync.model.stream import Connection, Page, Window
from crmsync_pipedrive.settings import PipedriveSettings

Row = Mapping[str, Any]

ONE, LIST, SEARCH, CHANGE, OLD = 1.0, 10.0, 20.0, 5.0, 2.0
"""Tokens that a request costs in version 2, and one of a single thing in version 1."""

MOST = 100
"""Ids in one request."""

SECOND = timedelta(seconds=1)
LOOK = "Whoever looks after Pipedrive: see what the user may see and change."


class Refusal(BackendError):
    """Pipedrive says that it did not do what was asked."""


def fault(answer: Response) -> CrmsyncError | None:
    """A success that is none; None leaves it to what the status says."""
    if not answer.is_success or not answer.content:
        return None
    with suppress(orjson.JSONDecodeError):
        told = orjson.loads(answer.content)
        if isinstance(told, dict) and told.get("success") is False:
            return Refusal("Pipedrive did not do what was asked.", hint=LOOK)
    return None


class Api:
    """One company."""

    def __init__(self, own: PipedriveSettings, connection: Connection) -> None:
        base = str(own.url).rstrip("/")
        limits = (FixedWindow(own.burst, 2.0), DailyQuota(own.tokens))
        budget = Budget.beside(connection, *limits)
        proof = _proof(own, connection)
        self._http = Client(base, auth=proof, faults=fault, budget=budget)
        self._urgent = Client(base, auth=proof, faults=fault, budget=budget, priority="erasure")

    def pages(
        self, path: str, at: Any = None, *, size: int, window: Window | None = None, **more: str
    ) -> Iterator[Page]:
        """The pages of a list by id, as far as it changed in a window.

        Pipedrive's stamps are whole seconds: the window is asked for by whole seconds around it.
        """
        params = {"limit": str(size), "sort_by": "id", "sort_direction": "asc", **more}
        if window is not None and window.since:
            params["updated_since"] = _written(window.since)
        if window is not None and window.since and window.until:
            params["updated_until"] = _written(window.until + SECOND)

        def fetch(cursor: Any) -> Answer:
            onward = {"cursor": str(cursor)} if cursor is not None else {}
            return self._http.get(f"/api/v2/{path}", params={**params, **onward}, cost=LIST)

        return by_cursor(
            fetch, at, records="data", cursor="additional_data.next_cursor", expired=_is_expired
        )

    def every(self, path: str, **more: str) -> list[Row]:
        """All rows of a list that is no long one."""
        params = {"limit": "500", **more}

        def fetch(cursor: Any) -> Answer:
            onward = {"cursor": str(cursor)} if cursor is not None else {}
            return self._http.get(f"/api/v2/{path}", params={**params, **onward}, cost=LIST)

        pages = by_cursor(fetch, records="data", cursor="additional_data.next_cursor")
        return [row for page in pages for row in page.records]

    def of(self, path: str, parameter: str, ids: Sequence[str], **more: str) -> list[Row]:
        """The rows of a list that are named by these ids."""
        found: list[Row] = []
        for start in range(0, len(ids), MOST):
            some = ",".join(ids[start : start + MOST])
            found += self.every(path, **{parameter: some, **more})
        return found

    def person(self, identity: str, *, status: bool = False) -> Row | None:
        """A person as he is now; None where he is not there."""
        params = {"include_fields": "marketing_status"} if status else {}
        path = f"/api/v2/persons/{identity}"
        answer = self._http.get(path, params=params, accept=(404,), cost=ONE)
        if answer.status == 404:
            return None
        row = _data(answer)
        return None if row.get("is_deleted") is True else row

    def search(self, email: str) -> list[str]:
        """The ids of the persons with an e-mail address."""
        params = {"term": email, "fields": "email", "exact_match": "true", "limit": "10"}
        told = _data(self._http.get("/api/v2/persons/search", params=params, cost=SEARCH))
        rows = [row.get("item") for row in told.get("items") or () if isinstance(row, dict)]
        return [str(row["id"]) for row in rows if isinstance(row, dict) and row.get("id")]

    def make(self, told: Row) -> Row:
        """A person who was made; not sent twice."""
        answer = self._http.post("/api/v2/persons", json=dict(told), repeatable=False, cost=CHANGE)
        return _done(answer)

    def change(self, identity: str, told: Row) -> Row:
        """A person who was changed."""
        return _done(self._http.patch(f"/api/v2/persons/{identity}", json=dict(told), cost=CHANGE))

    def delete(self, identity: str) -> None:
        """Return when a person is marked as deleted, or was not there."""
        self._urgent.delete(f"/api/v2/persons/{identity}", accept=(404, 410), cost=CHANGE)

    def me(self) -> Answer:
        """Who asks: the cheapest question of all."""
        return self._http.get("/api/v1/users/me", cost=OLD)

    def server_time(self) -> datetime:
        """Pipedrive's clock in whole seconds."""
        return server_time_of(self.me())

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()
        self._urgent.close()


def _proof(own: PipedriveSettings, connection: Connection) -> Any:
    if own.token.get_secret_value():
        return ApiKey(own.token, header="x-api-token")
    return RefreshToken(
        str(own.oauth_url),
        refresh_token=own.refresh_token,
        store=TokenFile.beside(connection),
        client_id=own.client_id,
        client_secret=own.client_secret,
        basic=True,
    )


def _written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _data(answer: Answer) -> Row:
    found = answer.data.get("data") if isinstance(answer.data, dict) else None
    if not isinstance(found, dict):
        raise NotReadable("Pipedrive's answer has no record.")
    return found


def _done(answer: Answer) -> Row:
    """The record in the answer to a change, which may be done although it cannot be read."""
    try:
        return _data(answer)
    except NotReadable as error:
        error.maybe_done = True
        raise


def _is_expired(error: BackendError) -> bool:
    """Whether an error means that a page's cursor is no longer known."""
    return error.status == 400
