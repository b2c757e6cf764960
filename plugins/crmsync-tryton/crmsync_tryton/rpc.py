"""Remote calls to a Tryton server: one session, renewed when it ends, and errors in clear words."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from crmsync.errors import CrmsyncError, NotReadable
from crmsync.http import Answer, Budget, Client, Request, Response, Session
from crmsync.http.reading import server_time_of
from crmsync_tryton.faults import Missing, error_of, fault

Row = Mapping[str, Any]
Domain = list[Any]
BY_ID = [["id", "ASC"]]


class Rpc:
    """One user's session with one Tryton database."""

    def __init__(
        self,
        url: str,
        *,
        database: str,
        user: str,
        password: str,
        language: str = "en",
        budget: Budget | None = None,
    ) -> None:
        self._base, self._path = url.rstrip("/"), f"/{database}/rpc/"
        self._user, self._password, self._language = user, password, language
        session = Session(login=self._login, enter=self._enter, ended=_needs_login)
        self._http = Client(self._base, auth=session, faults=fault, budget=budget)
        self._open = Client(self._base, faults=fault, budget=budget)

    def call(self, method: str, *params: Any, changes: bool = False) -> Any:
        """The result of a remote method.

        What only reads is sure to have done nothing, whatever failed.
        """
        body = {"id": 1, "method": method, "params": list(params)}
        try:
            return _result(self._http.post(self._path, json=body, repeatable=not changes), method)
        except CrmsyncError as error:
            error.maybe_done = changes and (error.maybe_done or isinstance(error, NotReadable))
            raise

    @cached_property
    def context(self) -> dict[str, Any]:
        """What the user's settings say (company, ...), with archived records shown."""
        settings = self.call("model.res.user.get_preferences", True, {})
        if not isinstance(settings, dict):
            raise NotReadable("Tryton does not tell the user's settings.")
        return {**settings, "language": self._language, "active_test": False}

    def search_read(
        self, model: str, domain: Domain, fields: Sequence[str], *, limit: int | None = None
    ) -> list[Row]:
        """The first `limit` records of a domain in the order of their ids."""
        params = (domain, 0, limit, BY_ID, list(fields), self.context)
        rows = self.call(f"model.{model}.search_read", *params)
        if not isinstance(rows, list) or not all(_has_id(row) for row in rows):
            raise NotReadable("Tryton's answer to search_read is no list of records.")
        return sorted(rows, key=lambda row: int(row["id"]))

    def search(self, model: str, domain: Domain, *, limit: int) -> list[int]:
        """The first `limit` ids of a domain, ascending."""
        found = self.call(f"model.{model}.search", domain, 0, limit, BY_ID, self.context)
        if not isinstance(found, list) or not all(isinstance(one, int) for one in found):
            raise NotReadable("Tryton's answer to search is no list of ids.")
        return sorted(found)

    def fields(self, model: str, names: Sequence[str]) -> set[str]:
        """Those of the fields that this server's modules give a model; none without the model."""
        try:
            return set(self.call(f"model.{model}.fields_get", list(names), 0, self.context))
        except Missing:
            return set()

    def version(self) -> str:
        """The series of the server, for instance "8.2"; needs no login."""
        return str(_result(self._ask_version(), "common.server.version"))

    def server_time(self) -> datetime:
        """The server's clock in whole seconds."""
        return server_time_of(self._ask_version())

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()
        self._open.close()

    def _ask_version(self) -> Answer:
        body = {"id": 0, "method": "common.server.version", "params": []}
        return self._open.post("/rpc/", json=body)

    def _login(self) -> Request:
        params = [self._user, {"password": self._password}, self._language]
        body = {"id": 0, "method": "common.db.login", "params": params}
        return Request("POST", self._base + self._path, json=body)

    def _enter(self, answer: Response) -> Mapping[str, str]:
        try:
            told = answer.json()
            if isinstance(told, dict) and "error" in told:
                raise error_of(told["error"])
            number, token, *_ = told["result"]
        except (ValueError, TypeError, KeyError):
            raise NotReadable("Tryton's answer to the login cannot be read.") from None
        text = f"{self._user}:{number}:{token}".encode()
        return {"Authorization": f"Session {base64.b64encode(text).decode()}"}


def _needs_login(answer: Response) -> bool:
    return answer.status_code == 401


def _result(answer: Answer, method: str) -> Any:
    if not isinstance(answer.data, dict) or "result" not in answer.data:
        hint = "Check the url: a proxy may have answered in Tryton's place."
        raise NotReadable(f"Tryton's answer to {method} has no result.", hint=hint)
    return answer.data["result"]


def _has_id(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("id"), int)
