"""Requests to Vendure's Admin API: by API key or by a session, and errors in clear words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from crmsync.errors import (
    BackendError,
    CredentialsError,
    CrmsyncError,
    NotReadable,
    Unreachable,
)
from crmsync.http import Budget, Client, Request, Response, Session
from crmsync.http.reading import server_time_of
from crmsync_vendure import queries

PATH = "/admin-api"
TOKEN = "vendure-auth-token"
API_KEY = "vendure-api-key"
CHANNEL = "vendure-token"


class AdminApi:
    """One administrator's, or one API key's, way into a shop."""

    def __init__(
        self,
        url: str,
        *,
        user: str = "",
        password: str = "",
        api_key: str = "",
        channel: str = "",
        budget: Budget | None = None,
    ) -> None:
        self._base, self._user, self._password = url.rstrip("/"), user, password
        headers = {CHANNEL: channel} if channel else {}
        session = None
        if api_key:
            headers[API_KEY] = api_key
        else:
            session = Session(login=self._login, enter=_enter, ended=_needs_login)
        self._http = Client(self._base, auth=session, headers=headers, faults=fault, budget=budget)

    def ask(self, document: str, **variables: Any) -> Mapping[str, Any]:
        """The data that answers one question; it is sure to have done nothing, whatever failed."""
        try:
            return self._send(document, variables, repeatable=True)
        except CrmsyncError as error:
            error.maybe_done = False
            raise

    def change(self, document: str, **variables: Any) -> Mapping[str, Any]:
        """The data that answers one mutation, which is not sent twice where it may be done."""
        return self._send(document, variables, repeatable=False)

    def server_time(self) -> datetime:
        """The shop's clock in whole seconds."""
        return server_time_of(self._http.post(PATH, json={"query": queries.PING}))

    def _send(
        self, document: str, variables: Mapping[str, Any], *, repeatable: bool
    ) -> Mapping[str, Any]:
        body = {"query": document, "variables": variables}
        answer = self._http.post(PATH, json=body, repeatable=repeatable).data
        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, dict):
            hint = "Check the url; a proxy may have answered in Vendure's place."
            raise NotReadable("Vendure's answer has no data.", hint=hint, maybe_done=True)
        return data

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def _login(self) -> Request:
        variables = {"user": self._user, "password": self._password}
        body = {"query": queries.LOGIN, "variables": variables}
        return Request("POST", self._base + PATH, json=body)


def _enter(answer: Response) -> Mapping[str, str]:
    if problem := fault(answer):
        raise problem
    try:
        result = answer.json()["data"]["login"]
    except (ValueError, KeyError, TypeError):
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


def fault(answer: Response) -> CrmsyncError | None:
    """The failure in an answer, which may be a 200 or a 400; None where there is none."""
    if b'"errors"' not in answer.content:
        return None
    try:
        told = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return None
    found = told.get("errors") if isinstance(told, dict) else None
    if not isinstance(found, list) or not found or not isinstance(found[0], dict):
        return None
    is_vendures = answer.is_success or "extensions" in found[0]
    return _refused(found) if is_vendures else None


def _refused(errors: Any) -> CrmsyncError:
    # only the code is kept: a message may name a customer
    told = str((errors[0].get("extensions") or {}).get("code", ""))
    code = told if told.isascii() and told.replace("_", "").isupper() else "an unknown error"
    if code in ("FORBIDDEN", "UNAUTHENTICATED"):
        hint = "The role lacks a permission; the connector's README lists them."
        return CredentialsError("Vendure forbids what was asked.", hint=hint)
    if code == "INTERNAL_SERVER_ERROR":
        return Unreachable("Vendure failed at its own side.", hint="Look into the shop's log.")
    hint = "The shop's version may not fit this connector, or page_size exceeds its limit."
    return BackendError(f"Vendure answers {code}.", hint=hint)
