"""A server that gives tokens: refresh tokens are good once, an access token ends with the next."""

from __future__ import annotations

import threading

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
