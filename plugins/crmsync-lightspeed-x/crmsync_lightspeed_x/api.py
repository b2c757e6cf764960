"""Requests to Lightspeed's API: proofs that rotate, the limit by registers, refusals by field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from crmsync.errors import CrmsyncError, NotReadable, RecordError
from crmsync.http import (
    Answer,
    AuthorizationCode,
    Bearer,
    Budget,
    Client,
    FixedWindow,
    RefreshToken,
    Response,
    TokenFile,
)
from crmsync.model.stream import Connection
from crmsync_lightspeed_x.settings import LightspeedSettings

AGENT = {"User-Agent": "crmsync-lightspeed-x"}
"""Lightspeed asks every application for its name."""

TOKEN = "/api/1.0/token"
CONNECT = "https://secure.retail.lightspeed.app/connect"
"""Where a retailer consents (docs/authorization)."""

PER_REGISTER, BASE, SECONDS = 300, 50, 300.0
"""Requests of one application in five minutes: 300 x registers + 50 (docs/rate_limiting)."""

REFUSED = {400, 409, 422}
"""Statuses by which Lightspeed refuses a record as it is."""

Row = Mapping[str, Any]


class Api:
    """One application's way into one store; erasures go before what can wait."""

    def __init__(self, own: LightspeedSettings, connection: Connection) -> None:
        base = str(own.url).rstrip("/")
        self._root = f"/api/{own.api_version}"
        limit = FixedWindow(count=PER_REGISTER * own.registers + BASE, seconds=SECONDS)
        budget = Budget.beside(connection, limit)
        self.auth = auth = _proof(own, base, connection)
        self._http = Client(base, auth=auth, headers=AGENT, budget=budget, faults=refusal)
        self._urgent = Client(
            base, auth=auth, headers=AGENT, budget=budget, faults=refusal, priority="erasure"
        )

    def list(self, path: str, **params: Any) -> Answer:
        """One page of a list."""
        shown = {name: value for name, value in params.items() if value is not None}
        return self._http.get(f"{self._root}/{path}", params=shown)

    def found(self, **params: str) -> Sequence[Row]:
        """The customers that a search finds; the newest may not be found yet."""
        data = self.list("search", type="customers", **params).data
        rows = data.get("data") if isinstance(data, dict) else None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise NotReadable("Lightspeed's answer to a search holds no list.")
        return rows

    def customer(self, identity: str, *, urgent: bool = False) -> Row | None:
        """A customer as he is now; None where he is not there, or deleted."""
        answer = self._way(urgent).get(self._path(identity), accept=(404,))
        if answer.status == 404:
            return None
        row = one(answer.data)
        return None if row.get("deleted_at") else row

    def make(self, body: Row) -> Row:
        """The customer who was made; never sent twice unless it was surely not done."""
        answer = self._http.post(f"{self._root}/customers", json=dict(body), repeatable=False)
        return one(answer.data, changed=True)

    def put(self, identity: str, body: Row, *, urgent: bool = False) -> Row:
        """The customer after all his fields were written."""
        return one(self._way(urgent).put(self._path(identity), json=dict(body)).data, changed=True)

    def delete(self, identity: str) -> None:
        """Return when the customer is deleted, or was not there."""
        self._urgent.delete(self._path(identity), accept=(404,))

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()
        self._urgent.close()

    def _way(self, urgent: bool) -> Client:
        return self._urgent if urgent else self._http

    def _path(self, identity: str) -> str:
        return f"{self._root}/customers/{identity}"


def _proof(own: LightspeedSettings, base: str, connection: Connection) -> Any:
    if own.token.get_secret_value():
        return Bearer(own.token)
    client: dict[str, Any] = {
        "store": TokenFile.beside(connection),
        "client_id": own.client_id,
        "client_secret": own.client_secret,
    }
    if own.refresh_token.get_secret_value():
        return RefreshToken(f"{base}{TOKEN}", refresh_token=own.refresh_token, **client)
    scope = " ".join(own.scopes)
    return AuthorizationCode(
        f"{base}{TOKEN}",
        authorize_url=CONNECT,
        redirect_uri=own.redirect_url,
        scope=scope,
        **client,
    )


def one(data: Any, *, changed: bool = False) -> Row:
    """The record in an answer; NotReadable where there is none, after a change maybe done."""
    row = data.get("data") if isinstance(data, dict) else None
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        raise NotReadable("Lightspeed's answer holds no customer.", maybe_done=changed)
    return row


def refusal(answer: Response) -> CrmsyncError | None:
    """The RecordError for a change that is refused as it is, naming fields but no value."""
    if answer.status_code not in REFUSED or answer.request.method not in ("POST", "PUT"):
        return None
    if not answer.request.url.path.rpartition("/api/")[2].partition("/")[2].startswith("customers"):
        return None
    fields = _fields_at_fault(answer)
    words = f" ({', '.join(fields)})" if fields else ""
    return RecordError(
        f"Lightspeed refuses it with {answer.status_code}{words}",
        field=OURS.get(fields[0], fields[0]) if fields else "",
    )


OURS = {
    "first_name": "given_name",
    "last_name": "family_name",
    "company_name": "company",
    "date_of_birth": "birth_date",
    "customer_code": "customer_number",
    "tax_id": "vat_id",
    "email": "contacts.email",
    "phone": "contacts.phone",
    "mobile": "contacts.mobile",
    "fax": "contacts.fax",
}
"""Our names of the fields that Lightspeed may find fault with."""


def _fields_at_fault(answer: Response) -> list[str]:
    """The fields that an error names, as far as they are fields we know."""
    try:
        told = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return []
    errors = told.get("errors") if isinstance(told, dict) else None
    return [name for name in errors if name in OURS] if isinstance(errors, dict) else []
