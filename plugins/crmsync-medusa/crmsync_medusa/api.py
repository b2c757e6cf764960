"""Requests to Medusa's Admin API, and what its refusals are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from crmsync.errors import BackendError, CrmsyncError, NotReadable, Unreachable
from crmsync.http import Answer, Basic, Client, Response
from crmsync.http.reading import server_time_of
from crmsync_medusa.settings import MedusaSettings

Row = Mapping[str, Any]


class Refused(BackendError):
    """A change that the shop does not take; `kind` is its word for why."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"Medusa refuses it ({kind}).")
        self.kind = kind


class Api:
    """One API key's way into one shop."""

    def __init__(self, own: MedusaSettings) -> None:
        base = str(own.url).rstrip("/")
        # the key is the name of the user, without a password
        auth = Basic(own.api_key.get_secret_value(), "")
        self._http = Client(base, auth=auth, faults=fault)

    def part(self, path: str, /, **params: Any) -> Answer:
        """A part of a list, with the count of all of it."""
        return self._http.get(f"/admin/{path}", params=params)

    def rows(self, path: str, name: str, /, **params: Any) -> Sequence[Row]:
        """The records of a list, which stand under `name`."""
        told = self.part(path, **params).data
        found = told.get(name) if isinstance(told, dict) else None
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise NotReadable(f"Medusa's answer has no list of {name}.")
        return found

    def record(self, path: str, name: str, /, **params: Any) -> Row | None:
        """A record; None where it is not there."""
        answer = self._http.get(f"/admin/{path}", params=params, accept=(404,))
        return None if answer.status == 404 else _inner(answer.data, name)

    def change(self, path: str, name: str, body: Row, *, repeatable: bool = True) -> Row:
        """What a change gives."""
        told = self._http.post(f"/admin/{path}", json=dict(body), repeatable=repeatable).data
        return _inner(told, name)

    def delete(self, path: str) -> None:
        """Return when the record is deleted, or was not there."""
        self._http.delete(f"/admin/{path}", accept=(404,))

    def server_time(self) -> datetime:
        """The shop's clock in whole seconds."""
        answer = self._http.get("/admin/customers", params={"limit": 1, "fields": "id"})
        return server_time_of(answer)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()


def _inner(told: Any, name: str) -> Row:
    found = told.get(name) if isinstance(told, dict) else None
    if not isinstance(found, dict):
        raise NotReadable(f"Medusa's answer holds no {name}.", maybe_done=True)
    return found


def fault(answer: Response) -> CrmsyncError | None:
    """What a refusal's type says; messages may be personal and are not repeated."""
    if answer.status_code == 409:
        return Unreachable("Medusa is busy with another change of the same.", maybe_done=True)
    if answer.status_code not in (400, 404, 422):
        return None
    try:
        told = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return None
    kind = told.get("type") if isinstance(told, dict) else None
    known = isinstance(kind, str) and kind.isascii() and kind.replace("_", "").isalpha()
    if answer.request.method != "POST" or not known:
        return None
    return Refused(str(kind)[:40])
