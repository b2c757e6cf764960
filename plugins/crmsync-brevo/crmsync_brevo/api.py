"""Requests to Brevo's API v3: errors by their codes, pauses as its own headers tell them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson

from crmsync.errors import BackendError, CrmsyncError, NotReadable, QuotaSpent, RateLimited
from crmsync.http import (
    Answer,
    ApiKey,
    Budget,
    Client,
    FixedWindow,
    Response,
    Standing,
    retry_after,
)
from crmsync.http.reading import by_offset
from crmsync.http.reading import server_time_of as clock_of
from crmsync.model.stream import Connection, Page
from crmsync_brevo.settings import BrevoSettings

Row = Mapping[str, Any]

LISTS = 50
"""How many lists or folders a page holds at most."""

BY_ID, BY_EMAIL = {"identifierType": "contact_id"}, {"identifierType": "email_id"}

SPENT = ("not_enough_credits", "account_under_validation")
TWICE = ("duplicate_parameter", "duplicate_request")


class Refusal(BackendError):
    """Brevo will not take a change as it is; `word` is its code, a word of Brevo's."""

    def __init__(self, word: str) -> None:
        super().__init__(f"Brevo refuses it ({word}).")
        self.word = word


class Api:
    """One account; erasures go before what can wait."""

    def __init__(self, own: BrevoSettings, connection: Connection) -> None:
        base = str(own.url).rstrip("/")
        limit = FixedWindow(count=own.per_second, seconds=1.0)
        budget = Budget.beside(connection, limit, reads=standing)
        auth = ApiKey(own.api_key, header="api-key")
        self._http = Client(base, auth=auth, budget=budget, faults=fault)
        self._urgent = Client(base, auth=auth, budget=budget, faults=fault, priority="erasure")

    def contacts(self, start: int, count: int, since: str | None) -> Answer:
        """Contacts in the order in which they were made, those that changed after `since`."""
        asked: dict[str, Any] = {"limit": count, "offset": start, "sort": "asc"}
        if since:
            asked["modifiedSince"] = since
        return self._http.get("/contacts", params=asked)

    def contact(self, identity: str, by: Mapping[str, str] = BY_ID) -> Row | None:
        """A contact as it is now, with its statistics of 90 days; None where it is not there."""
        answer = self._http.get(f"/contacts/{_quoted(identity)}", params=by, accept=(404,))
        if answer.status == 404:
            if code_of(answer.data) != "document_not_found":
                raise NotReadable("Brevo's answer is not that a contact is not there.")
            return None
        if not isinstance(answer.data, dict) or "id" not in answer.data:
            raise NotReadable("Brevo's answer holds no contact.")
        return answer.data

    def create(self, body: Row) -> Any:
        """The id of a new contact; Refusal where somebody like that is there."""
        told = self._http.post("/contacts", json=dict(body), repeatable=False).data
        if not isinstance(told, dict) or "id" not in told:
            raise NotReadable("Brevo's answer holds no new contact.", maybe_done=True)
        return told["id"]

    def change(self, identity: str, body: Row) -> None:
        """Return when a contact is changed; doing it twice does no harm."""
        self._http.put(f"/contacts/{_quoted(identity)}", json=dict(body), params=BY_ID)

    def confirm(self, body: Row) -> None:
        """Have Brevo send the mail by which somebody confirms that he wants adverts."""
        self._http.post("/contacts/doubleOptinConfirmation", json=dict(body), repeatable=False)

    def delete(self, identity: str) -> None:
        """Return when the contact is deleted, or was not there."""
        self._urgent.delete(f"/contacts/{_quoted(identity)}", params=BY_ID, accept=(404,))

    def lists(self) -> dict[int, str]:
        """The names of all lists by their ids."""
        return {row["id"]: str(row["name"]) for row in self._every("lists")}

    def new_list(self, name: str, folder: int | None) -> int:
        """The id of a new list in a folder, the first one where none is told."""
        if folder is None:
            folder = next((row["id"] for row in self._every("folders")), None)
        body = {"name": name, "folderId": folder}
        told = self._http.post("/contacts/lists", json=body, repeatable=False).data
        if not isinstance(told, dict) or not isinstance(told.get("id"), int):
            raise NotReadable("Brevo's answer holds no new list.", maybe_done=True)
        return int(told["id"])

    def attributes(self) -> set[str]:
        """The names of the attributes that the account has."""
        told = self._http.get("/contacts/attributes").data
        rows = told.get("attributes") if isinstance(told, dict) else None
        if not isinstance(rows, list):
            raise NotReadable("Brevo's answer holds no attributes.")
        return {str(row["name"]) for row in rows}

    def _every(self, name: str) -> Sequence[Row]:
        def fetch(start: int, count: int) -> Any:
            asked = {"limit": count, "offset": start, "sort": "asc"}
            return self._http.get(f"/contacts/{name}", params=asked)

        pages = by_offset(fetch, size=LISTS, records=f"{name}?", key="id", total="count")
        return [row for page in pages for row in _rows(page)]

    def server_time(self) -> datetime:
        """Brevo's clock."""
        return clock_of(self.account())

    def account(self) -> Answer:
        """Whose account it is."""
        answer = self._http.get("/account")
        if not isinstance(answer.data, dict):
            raise NotReadable("Brevo's answer holds no account.")
        return answer

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()
        self._urgent.close()


def _rows(page: Page) -> Sequence[Row]:
    if not all(isinstance(row.get("id"), int) and "name" in row for row in page.records):
        raise NotReadable("Brevo's answer holds something else than lists.")
    return page.records


def _quoted(identity: str) -> str:
    """An id or an e-mail address as a part of a path."""
    safe = "-._~"
    return "".join(
        one if one.isascii() and (one.isalnum() or one in safe) else _percent(one)
        for one in identity
    )


def _percent(sign: str) -> str:
    return "".join(f"%{byte:02X}" for byte in sign.encode())


def standing(answer: Response) -> Standing | None:
    """A pause where Brevo says that nothing is left of the window."""
    if answer.headers.get("x-sib-ratelimit-remaining", "").strip() != "0":
        return None
    return Standing(pause=_reset(answer))


def _reset(answer: Response) -> float | None:
    told = answer.headers.get("x-sib-ratelimit-reset", "").strip()
    return float(told) if told.isascii() and told.isdigit() else None


def code_of(told: Any) -> str:
    """The code of an error, "" where there is none that could be one of Brevo's."""
    code = told.get("code") if isinstance(told, dict) else None
    known = isinstance(code, str) and code.isascii() and code.replace("_", "").isalpha()
    return code if known and isinstance(code, str) and code.islower() and len(code) < 50 else ""


def fault(answer: Response) -> CrmsyncError | None:
    """What an error's code and Brevo's headers say that its status does not."""
    status = answer.status_code
    if status == 429:
        pause = retry_after(answer)
        return RateLimited("Brevo asks for a pause.",
                           retry_after=_reset(answer) if pause is None else pause)  # fmt: skip
    if status not in (400, 402, 403, 405, 406, 409, 422):
        return None
    try:
        code = code_of(orjson.loads(answer.content))
    except orjson.JSONDecodeError:
        return None
    if code in SPENT:
        return QuotaSpent(f"Brevo does nothing more for this account ({code}).")
    return Refusal(code) if code and status != 403 else None
