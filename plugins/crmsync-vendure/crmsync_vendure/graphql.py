"""Requests to Vendure's Admin API: by API key or by a session, and errors in clear words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crmsync.errors import (
    BackendError,
    CredentialsError,
    CrmsyncError,
    NotReadable,
    Unreachable,
)
from crmsync.http import Client, Request, Response, Session
from crmsync_vendure import queries

PATH = "/admin-api"
TOKEN = "vendure-auth-token"
API_KEY = "vendure-api-key"
CHANNEL = "vendure-token"


class AdminApi:
    """One administrator's, or one API key's, way into a shop."""

    def __init__(
        self, url: str, *, user: str = "", password: str = "", api_key: str = "", channel: str = ""
    ) -> None:
        self._base, self._user, self._password = url.rstrip("/"), user, password
        headers = {CHANNEL: channel} if channel else {}
        if api_key:
            self._http = Client(self._base, headers={**headers, API_KEY: api_key})
        else:
            session = Session(login=self._login, enter=_enter, ended=_needs_login)
            self._http = Client(self._base, auth=session, headers=headers)

    def ask(self, document: str, **variables: Any) -> Mapping[str, Any]:
        """The data that answers one document."""
        body = {"query": document, "variables": variables}
        return _data(self._http.post(PATH, json=body).data)

    def server_time(self) -> datetime:
        """The shop's clock in whole seconds."""
        told = self._http.post(PATH, json={"query": queries.PING}).server_time
        if told is None:
            raise NotReadable(
                "Vendure does not tell its time.", hint="A proxy drops the Date header."
            )
        return told

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _login(self) -> Request:
        variables = {"user": self._user, "password": self._password}
        body = {"query": queries.LOGIN, "variables": variables}
        return Request("POST", self._base + PATH, json=body)


def _enter(answer: Response) -> Mapping[str, str]:
    try:
        result = _data(answer.json())["login"]
    except (ValueError, KeyError):
        raise NotReadable("Vendure's answer to the login cannot be read.") from None
    if result.get("errorCode"):
        hint = "IT must check user and password."
        raise CredentialsError(f"Vendure refuses the login ({result['errorCode']}).", hint=hint)
    if TOKEN not in answer.headers:
        hint = "Add 'bearer' to authOptions.tokenMethod in the shop, or use an API key."
        raise CredentialsError("Vendure gives no token in a header.", hint=hint)
    return {"Authorization": f"Bearer {answer.headers[TOKEN]}"}


def _needs_login(answer: Response) -> bool:
    # an ended session is not a 401: Vendure says FORBIDDEN in an answer of status 200
    return answer.status_code == 401 or b'"FORBIDDEN"' in answer.content[:4000]


def _data(answer: Any) -> Mapping[str, Any]:
    if not isinstance(answer, dict):
        raise NotReadable("Vendure's answer is no object.")
    if answer.get("errors"):
        raise _refused(answer["errors"])
    data = answer.get("data")
    if not isinstance(data, dict):
        raise NotReadable("Vendure's answer has no data.")
    return data


def _refused(errors: Any) -> CrmsyncError:
    # only the code is kept: a message may name a customer
    first = errors[0] if isinstance(errors, list) and isinstance(errors[0], dict) else {}
    code = str((first.get("extensions") or {}).get("code", "an error without a code"))
    if code in ("FORBIDDEN", "UNAUTHENTICATED"):
        hint = "The role needs ReadCustomer, ReadOrder and ReadCatalog."
        return CredentialsError("Vendure forbids what was asked.", hint=hint)
    if code == "INTERNAL_SERVER_ERROR":
        return Unreachable("Vendure failed at its own side.", hint="Look into the shop's log.")
    hint = "The shop's version may not fit this connector, or page_size exceeds its limit."
    return BackendError(f"Vendure answers {code}.", hint=hint)
