"""Requests to one EspoCRM, and its errors in clear words.

An error's body is a web page, or records of customers: nothing of it is ever told.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson

from crmsync.errors import BackendError, CredentialsError, CrmsyncError, NotReadable
from crmsync.http import Answer, ApiKey, AtOnce, Budget, Client, Response, Signed
from crmsync.http.reading import by_id, server_time_of
from crmsync.model.stream import Connection, Page, Window
from crmsync_espocrm.settings import EspoCrmSettings

Row = Mapping[str, Any]
Where = Sequence[Mapping[str, Any]]

RIGHTS = ("IT: check the API user, its key, and the scopes that its roles allow; or switch off the "
          "stream that is not wanted.")  # fmt: skip
LOOK = "Whoever looks after EspoCRM: data/logs says more."
MOST = 200
"""The most rows that EspoCRM gives at once (recordListMaxSizeLimit)."""
AT_ONCE = 4


class Taken(BackendError):
    """Somebody there is the same; `rows` are those that EspoCRM finds."""

    def __init__(self, rows: Sequence[Row]) -> None:
        super().__init__("EspoCRM finds records that are the same.")
        self.rows = rows


class Changed(BackendError):
    """The record was changed since it was compared (optimistic concurrency control)."""


class Gone(BackendError):
    """A record is not there, or the user may not see it."""


class Refused(BackendError):
    """A field is missing, or has a value that EspoCRM does not take."""


def fault(answer: Response) -> CrmsyncError | None:
    """The failure an answer tells; None leaves it to what its status says."""
    status, reason = answer.status_code, answer.headers.get("x-status-reason", "")
    told = "x-status-reason" in answer.headers
    if status == 409 and reason == "duplicate":
        return Taken(_matches(answer))
    if status == 409:
        return Changed("EspoCRM: the record was changed meanwhile.")
    if status == 403 and reason.startswith("Max size"):
        return BackendError("EspoCRM allows smaller pages only.",
                            hint="Set page_size to its recordListMaxSizeLimit.")  # fmt: skip
    if status == 403 and told:
        return CredentialsError("EspoCRM refuses what is asked (403).", hint=RIGHTS)
    if status == 404 and told:
        return Gone("EspoCRM answers 404.", hint=LOOK)
    return Refused("EspoCRM answers 400.", hint=LOOK) if status == 400 and told else None


def _matches(answer: Response) -> list[Row]:
    try:
        found = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return []
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


class Api:
    """One EspoCRM."""

    def __init__(self, own: EspoCrmSettings, connection: Connection) -> None:
        base = f"{str(own.url).rstrip('/')}/api/v1"
        key, secret = own.api_key.get_secret_value(), own.secret_key.get_secret_value()
        start = len(httpx.URL(base).path)

        def sign(request: httpx.Request) -> Mapping[str, str]:
            asked = f"{request.method} {request.url.path[start:]}".encode()
            mark = hmac.new(secret.encode(), asked, hashlib.sha256).hexdigest()
            both = base64.b64encode(f"{key}:{mark}".encode()).decode()
            return {"X-Hmac-Authorization": both}

        proof = Signed(sign) if secret else ApiKey(key, header="X-Api-Key")
        budget = Budget.beside(connection, AtOnce(AT_ONCE))
        self._http = Client(base, auth=proof, faults=fault, budget=budget)
        self._size = own.page_size

    def walk(
        self,
        path: str,
        where: Where = (),
        at: Any = None,
        *,
        select: Sequence[str] = (),
        size: int = 0,
    ) -> Iterator[Page]:
        """The pages of a list in the order of its ids."""
        size = size or self._size

        def fetch(after: str | None) -> list[Row]:
            behind = [{"type": "greaterThan", "attribute": "id", "value": after}] if after else []
            return self.rows(path, [*where, *behind], select=select, size=size)

        return by_id(fetch, at, size=size)

    def rows(
        self, path: str, where: Where, *, select: Sequence[str] = (), size: int = MOST
    ) -> list[Row]:
        """The first rows of a list by id."""
        asked: dict[str, Any] = {"maxSize": size, "orderBy": "id", "order": "ASC"}
        asked |= {"where": list(where)} if where else {}
        asked |= {"select": list(select)} if select else {}
        return self._list(path, {"searchParams": orjson.dumps(asked).decode()})

    def alike(self, path: str, ids: Iterable[str]) -> Iterator[list[Row]]:
        """The rows with these ids, in chunks."""
        wanted = sorted(set(ids))
        for start in range(0, len(wanted), self._size):
            some = wanted[start : start + self._size]
            yield self.rows(path, [{"type": "in", "attribute": "id", "value": some}],
                            size=self._size)  # fmt: skip

    def opted_out(self, target_list: str) -> set[str]:
        """The ids of those who left a target list; its answer knows no order by id."""
        found: set[str] = set()
        while True:
            told = {"maxSize": self._size, "offset": len(found)}
            rows = self._list(f"/TargetList/{target_list}/optedOut", told)
            new = {str(row.get("id")) for row in rows} - found
            if not new:
                return found
            found |= new

    def _list(self, path: str, params: Mapping[str, Any]) -> list[Row]:
        answer = self._http.get(path, params=params, headers={"X-No-Total": "true"})
        found = answer.data.get("list") if isinstance(answer.data, dict) else None
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise NotReadable("EspoCRM's answer has no list of records.")
        return found

    def get(self, path: str) -> Row:
        """One record; Gone for one that was deleted, which an administrator still sees."""
        row = _row(self._http.get(path))
        if row.get("deleted") is True:
            raise Gone("EspoCRM: the record was deleted.", hint=LOOK)
        return row

    def post(self, path: str, told: Row, *, anyway: bool = False) -> Row:
        """A record that was made; not sent twice. `anyway` though others are alike."""
        headers = {"X-Skip-Duplicate-Check": "true"} if anyway else {}
        return _row(self._http.post(path, json=dict(told), headers=headers, repeatable=False))

    def put(self, path: str, told: Row, *, version: str = "") -> Row:
        """A record that was changed, where it is still the one of that version."""
        headers = {"X-Version-Number": version} if version else {}
        return _row(self._http.put(path, json=dict(told), headers=headers))

    def delete(self, path: str) -> None:
        """Delete a record."""
        self._http.delete(path)

    def server_time(self) -> datetime:
        """EspoCRM's clock in whole seconds."""
        params = {"searchParams": '{"maxSize":1,"select":["id"]}'}
        return server_time_of(self._http.get("/Contact", params=params))

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()


def _row(answer: Answer) -> Row:
    """The record in an answer; what was done may be done although it cannot be read."""
    if not isinstance(answer.data, dict) or not answer.data.get("id"):
        raise NotReadable("EspoCRM's answer is no record.", maybe_done=True)
    return answer.data


def equals(attribute: str, value: Any) -> dict[str, Any]:
    """The condition that a field has a value."""
    return {"type": "equals", "attribute": attribute, "value": value}


def within(window: Window) -> list[dict[str, Any]]:
    """The conditions for a window; stamps are cut to the second, so its bounds are widened.

    A first load has none: rows that came by SQL (a migration) may have no stamp at all.
    """
    low, high = window.since, window.until
    if low is None:
        return []
    found = []
    found.append({"type": "greaterThanOrEquals", "attribute": "modifiedAt", "value": written(low)})
    if high:
        up = high + timedelta(microseconds=999_999)
        found.append({"type": "lessThan", "attribute": "modifiedAt", "value": written(up)})
    return found


def written(moment: datetime) -> str:
    """A moment as EspoCRM writes it: UTC, to the second, without its zone."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
