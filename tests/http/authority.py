"""A server that gives tokens: refresh tokens are good once, an access token ends with the next."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from crmsync.http import Client, ClientCredentials, RefreshToken, TokenFile
from tests.http.server import Seen, Told, told


class Authority:
    """Token endpoint and backend in one.

    `grace`: the refresh token used last is good until its successor is used, as Shopify has it.
    """

    def __init__(self, *, grace: bool = False, lasts: float | None = 3600) -> None:
        self.grants: list[Seen] = []
        self.refreshes = {"r-0"}
        self.access: set[str] = set()
        self.served = 0
        self.refused = 0
        self.grace, self.lasts = grace, lasts
        self.fails: list[Told] = []
        self._lock = threading.Lock()

    def __call__(self, seen: Seen) -> Told:
        with self._lock:
            return self._grant(seen) if seen.path == "/token" else self._serve(seen)

    def _grant(self, seen: Seen) -> Told:
        self.grants.append(seen)
        if self.fails:
            return self.fails.pop(0)
        form = seen.form
        if form["grant_type"] == "refresh_token" and form["refresh_token"] not in self.refreshes:
            return told({"error": "invalid_grant", "error_description": "Käthe Weiß"}, 400)
        number = len(self.grants)
        self.refreshes = {f"r-{number}"} | (
            {form.get("refresh_token", "")} if self.grace else set()
        )
        self.access = {f"a-{number}"}
        answer = {"access_token": f"a-{number}", "token_type": "Bearer"}
        refresh = (
            {"refresh_token": f"r-{number}"} if "client_cred" not in form["grant_type"] else {}
        )
        ends = {"expires_in": self.lasts} if self.lasts is not None else {}
        return told({**answer, **refresh, **ends})

    def _serve(self, seen: Seen) -> Told:
        token = (seen.headers["authorization"] or "").removeprefix("Bearer ")
        if token not in self.access:
            self.refused += 1
            return told({}, 401)
        self.served += 1
        return told(token)


def ask(url: str, auth: httpx.Auth, times: int = 1) -> list[Any]:
    web = Client(url, auth=auth, sleep=lambda seconds: None)
    try:
        return [web.get("/").data for _ in range(times)]
    finally:
        web.close()


def client(url: str, **more: Any) -> ClientCredentials:
    return ClientCredentials(
        f"{url}/token", client_id="c-1", client_secret=SecretStr("s&1"), **more
    )


def refresh(url: str, folder: Path, first: str = "r-0", **more: Any) -> RefreshToken:
    store = TokenFile(folder, "kasse/köln")
    token_url = f"{url}/token"
    return RefreshToken(
        token_url, refresh_token=first, store=store, client_id="c", client_secret="s", **more
    )
