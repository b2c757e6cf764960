"""Remote calls to a Tryton server: one session, renewed when it ends, and errors in clear words."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from crmsync.errors import (
    BackendError,
    CredentialsError,
    CrmsyncError,
    NotReadable,
    RateLimited,
    Unreachable,
)
from crmsync.http import Client, Request, Response, Session

Row = Mapping[str, Any]
Domain = list[Any]
BY_ID = [["id", "ASC"]]


class Rpc:
    """One user's session with one Tryton database."""

    def __init__(
        self, url: str, *, database: str, user: str, password: str, language: str = "en"
    ) -> None:
        self._base, self._path = url.rstrip("/"), f"/{database}/rpc/"
        self._user, self._password, self._language = user, password, language
        session = Session(login=self._login, enter=self._enter, ended=_needs_login)
        self._http = Client(self._base, auth=session)
        self._open = Client(self._base)
        self._context: dict[str, Any] | None = None

    def call(self, method: str, *params: Any) -> Any:
        """The result of a remote method."""
        body = {"id": 1, "method": method, "params": list(params)}
        return _result(self._http.post(self._path, json=body).data, method)

    @property
    def context(self) -> dict[str, Any]:
        """What the user's settings say (company, ...), with archived records shown."""
        if self._context is None:
            settings = self.call("model.res.user.get_preferences", True, {})
            self._context = {**settings, "language": self._language, "active_test": False}
        return self._context

    def search_read(
        self, model: str, domain: Domain, fields: Sequence[str], *, limit: int
    ) -> list[Row]:
        """The first `limit` records of a domain in the order of their ids."""
        params = (domain, 0, limit, BY_ID, list(fields), self.context)
        rows: list[Row] = self.call(f"model.{model}.search_read", *params)
        return sorted(rows, key=lambda row: int(row["id"]))

    def search(self, model: str, domain: Domain, *, limit: int) -> list[int]:
        """The first `limit` ids of a domain, ascending."""
        params = (domain, 0, limit, BY_ID, self.context)
        return sorted(self.call(f"model.{model}.search", *params))

    def fields(self, model: str) -> set[str]:
        """The names of the fields this server's modules give a model."""
        return set(self.call(f"model.{model}.fields_get", [], 0, self.context))

    def version(self) -> str:
        """The series of the server, for instance "8.2"; needs no login."""
        return str(self._ask_version()[0])

    def server_time(self) -> datetime:
        """The server's clock in whole seconds."""
        told = self._ask_version()[1]
        if told is None:
            raise NotReadable(
                "Tryton does not tell its time.", hint="A proxy drops the Date header."
            )
        return told

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()
        self._open.close()

    def _ask_version(self) -> tuple[Any, datetime | None]:
        method = "common.server.version"
        answer = self._open.post("/rpc/", json={"id": 0, "method": method, "params": []})
        return _result(answer.data, method), answer.server_time

    def _login(self) -> Request:
        params = [self._user, {"password": self._password}, self._language]
        body = {"id": 0, "method": "common.db.login", "params": params}
        return Request("POST", self._base + self._path, json=body)

    def _enter(self, answer: Response) -> Mapping[str, str]:
        try:
            number, token, *_ = _result(answer.json(), "common.db.login")
        except (ValueError, TypeError):
            raise NotReadable("Tryton's answer to the login cannot be read.") from None
        text = f"{self._user}:{number}:{token}".encode()
        return {"Authorization": f"Session {base64.b64encode(text).decode()}"}


def _needs_login(answer: Response) -> bool:
    return answer.status_code == 401


def _result(data: Any, method: str) -> Any:
    if not isinstance(data, dict):
        raise NotReadable(f"Tryton's answer to {method} is no object.")
    if "error" in data:
        raise _refused(data["error"], method)
    if "result" not in data:
        raise NotReadable(f"Tryton's answer to {method} has no result.")
    return data["result"]


def _refused(error: Any, method: str) -> CrmsyncError:
    # only the kind of the error is kept: its words may name a customer
    kind = str(error[0]) if isinstance(error, list) and error else ""
    if kind == "LoginException":
        return CredentialsError("Tryton wants another login.", hint="Use a user with a password.")
    if kind == "RateLimitException":
        return RateLimited("Tryton asks for a pause after failed logins.")
    if kind == "ConcurrencyException":
        return Unreachable(f"Tryton was busy with the same records in {method}.")
    known = kind if kind in ("UserError", "UserWarning") else "an error"
    hint = "Look into Tryton's log; the user may lack rights, or a module may be missing."
    return BackendError(f"Tryton answers {method} with {known}.", hint=hint)
