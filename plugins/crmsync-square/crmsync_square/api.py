"""Requests to Square's API: errors by their codes, also where the status says that all is well."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from crmsync.errors import BackendError, CrmsyncError, NotReadable, RateLimited, Unreachable
from crmsync.http import (
    Answer,
    Bearer,
    Budget,
    Client,
    FixedWindow,
    RefreshToken,
    Response,
    TokenFile,
    retry_after,
)
from crmsync.http.reading import Expired
from crmsync.http.reading import server_time_of as clock_of
from crmsync.model.stream import Connection
from crmsync_square.settings import SquareSettings

Row = Mapping[str, Any]

LATER = {"TEMPORARY_ERROR", "REQUEST_TIMEOUT", "GATEWAY_TIMEOUT", "INTERNAL_SERVER_ERROR",
         "SERVICE_UNAVAILABLE", "BAD_GATEWAY"}  # fmt: skip
"""Codes of errors that pass."""


class Api:
    """One application's way to one seller; erasures go before what can wait."""

    def __init__(self, own: SquareSettings, connection: Connection) -> None:
        base = str(own.url).rstrip("/")
        budget = Budget.beside(connection, FixedWindow(count=own.per_second, seconds=1.0))
        auth = _proof(own, base, connection)
        headers = {"Square-Version": own.square_version}
        self._http = Client(base, auth=auth, headers=headers, budget=budget, faults=fault)
        self._urgent = Client(
            base, auth=auth, headers=headers, budget=budget, faults=fault, priority="erasure"
        )

    def get(self, path: str, **params: Any) -> Answer:
        """The answer to a question of what is there."""
        shown = {name: value for name, value in params.items() if value is not None}
        return self._http.get(f"/v2/{path}", params=shown)

    def search(self, path: str, body: Row) -> Answer:
        """One page of a search."""
        shown = {name: value for name, value in body.items() if value is not None}
        return _whole(self._http.post(f"/v2/{path}", json=shown))

    def change(self, path: str, body: Row) -> Any:
        """What came of a change that may be asked for twice: its key or its version says so."""
        return self._http.post(f"/v2/{path}", json=dict(body)).data

    def customer(self, identity: str) -> Row | None:
        """A customer as he is now; None where he is not there."""
        answer = self._http.get(f"/v2/customers/{identity}", accept=(404,))
        if answer.status == 404:
            return None
        row = answer.data.get("customer") if isinstance(answer.data, dict) else None
        if not isinstance(row, dict):
            raise NotReadable("Square's answer holds no customer.")
        return row

    def membership(self, method: str, identity: str, group: str) -> int:
        """The status of the answer to putting somebody into a group, or taking him out of it."""
        path = f"/v2/customers/{identity}/groups/{group}"
        return self._http.send(method, path, accept=(404,)).status

    def delete(self, identity: str) -> None:
        """Return when the customer is deleted, or was not there."""
        self._urgent.delete(f"/v2/customers/{identity}", accept=(404,))

    def locations(self) -> Sequence[Row]:
        """Every location, closed ones too."""
        found = _whole(self.get("locations")).data.get("locations", [])
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise NotReadable("Square's answer holds no list of locations.")
        return found

    def server_time(self) -> datetime:
        """Square's clock."""
        return clock_of(self.get("locations"))

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()
        self._urgent.close()


def _proof(own: SquareSettings, base: str, connection: Connection) -> Any:
    if own.token.get_secret_value():
        return Bearer(own.token)
    return RefreshToken(
        f"{base}/oauth2/token",
        refresh_token=own.refresh_token,
        store=TokenFile.beside(connection),
        client_id=own.client_id,
        client_secret=own.client_secret,
    )


def _whole(answer: Answer) -> Answer:
    """The answer, an object without errors: Square leaves out a list that is empty."""
    if not isinstance(answer.data, dict):
        raise NotReadable("Square's answer is no object.")
    if answer.data.get("errors"):
        raise BackendError(f"Square answers with an error ({code_of(answer.data)}).")
    return answer


def code_of(told: Any) -> str:
    """The code of the first error that an answer names, "" where it names none.

    Codes are words of Square's; anything else is not repeated.
    """
    errors = told.get("errors") if isinstance(told, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    code = first.get("code") if isinstance(first, dict) else None
    known = isinstance(code, str) and code.isascii() and code.replace("_", "").isalpha()
    return code if known and isinstance(code, str) and code.isupper() else ""


def fault(answer: Response) -> CrmsyncError | None:
    """What an error's code says that its status does not."""
    if answer.is_success or answer.status_code >= 500:
        return None
    try:
        code = code_of(orjson.loads(answer.content))
    except orjson.JSONDecodeError:
        return None
    if code == "INVALID_CURSOR":
        return Expired("Square no longer knows a page cursor.")
    if code == "RATE_LIMITED":
        return RateLimited("Square asks for a pause.", retry_after=retry_after(answer))
    if code in LATER:
        return Unreachable(f"Square cannot do it now ({code}).", maybe_done=True)
    if code and answer.status_code in (400, 409, 422):
        return BackendError(f"Square refuses it ({code}).")
    return None
