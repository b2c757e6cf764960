"""Requests to one company in Business Central (API v2.0, OData), and its errors in clear words.

The words of an error may hold a customer's data: only its code is ever kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import orjson

from crmsync.errors import (
    BackendError,
    ConfigError,
    CredentialsError,
    CrmsyncError,
    NotReadable,
    Unreachable,
)
from crmsync.http import Answer, Budget, Client, ClientCredentials, Response
from crmsync.http.reading import by_next_url, server_time_of
from crmsync.model.stream import Page

Row = Mapping[str, Any]

SCOPE = "https://api.businesscentral.dynamics.com/.default"
GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
CODE = re.compile(r"[A-Z][A-Za-z]*_[A-Za-z0-9]+(_[A-Za-z0-9]+)*")
"""What a code of an error looks like (BadRequest_NotFound); anything else is not repeated."""

RIGHTS = ("IT: register crmsync's application under 'Microsoft Entra applications' in Business "
          "Central, with permission sets to read (and write) what is asked for.")  # fmt: skip
LOOK = "Whoever looks after Business Central: see its error codes in Microsoft's documentation."
LATER = {"Internal_TenantUnavailable", "Internal_ServerError"}
ALIKE = 25
"""How many numbers are asked for in one url."""


class Changed(BackendError):
    """A record was changed since it was read (its etag is another one)."""


class There(BackendError):
    """A record of that number is there already."""


class Gone(BackendError):
    """A record is not there."""


def fault(answer: Response) -> CrmsyncError | None:
    """The failure an answer tells by its code; None leaves it to what its status says."""
    if answer.is_success or answer.status_code in (429, 503):
        return None
    code = _code(answer)
    family = code.partition("_")[0]
    if code == "Request_EntityChanged" or answer.status_code == 412:
        return Changed("Business Central: the record was changed meanwhile.")
    if code == "Internal_EntityWithSameKeyExists":
        return There("Business Central: a record of that number is there already.")
    if code in LATER:
        return Unreachable(f"Business Central answers {code}.")
    if family in ("Authentication", "Authorization"):
        return CredentialsError(f"Business Central refuses what is asked ({code}).", hint=RIGHTS)
    if answer.status_code == 404 and code:
        return Gone(f"Business Central answers {code}.", hint=LOOK)
    if code and answer.status_code < 500 and answer.status_code not in (401, 403, 408):
        return BackendError(f"Business Central answers {code}.", hint=LOOK)
    return None


def _code(answer: Response) -> str:
    try:
        told = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return ""
    error = told.get("error") if isinstance(told, dict) else None
    found = error.get("code") if isinstance(error, dict) else None
    return found if isinstance(found, str) and CODE.fullmatch(found) else ""


class Api:
    """One company."""

    def __init__(
        self,
        url: str,
        *,
        authority: str,
        tenant: str,
        environment: str,
        company: str,
        client_id: str,
        client_secret: str,
        budget: Budget | None = None,
    ) -> None:
        self._company = company
        self.base = f"{url.rstrip('/')}/{tenant}/{environment}/api/v2.0"
        proof = ClientCredentials(
            f"{authority.rstrip('/')}/{tenant}/oauth2/v2.0/token",
            client_id=client_id,
            client_secret=client_secret,
            scope=SCOPE,
        )
        self._http = Client(self.base, auth=proof, faults=fault, budget=budget)

    @cached_property
    def company(self) -> str:
        """The path of the company, found by its name where no id is given."""
        if GUID.fullmatch(self._company):
            return f"/companies({self._company})"
        answer = self._http.get(
            "/companies", params={"$filter": f"name eq {quoted(self._company)}"}
        )
        rows = rows_of(answer)
        if len(rows) != 1 or not GUID.fullmatch(str(rows[0].get("id"))):
            raise ConfigError(
                "Business Central shows no company of that name.",
                hint="Check `company`, `environment`, and that the application may see it.",
            )
        return f"/companies({rows[0]['id']})"

    def pages(
        self, entity: str, where: str, at: Any, *, size: int, expand: str = "", select: str = ""
    ) -> Iterator[Page]:
        """The pages of an entity's rows, followed by their next links."""
        told = {"$filter": where, "$expand": expand, "$select": select}
        params = {name: value for name, value in told.items() if value}
        headers = {"Prefer": f"odata.maxpagesize={size}"}

        def fetch(url: str | None) -> Answer:
            if url is not None:
                return self._http.get(url, headers=headers)
            return self._http.get(f"{self.company}/{entity}", params=params, headers=headers)

        return by_next_url(fetch, at, base=self.base, expired=_is_expired)

    def rows(self, entity: str, where: str, *, expand: str = "", size: int = 1000) -> list[Row]:
        """All rows of a small question."""
        pages = self.pages(entity, where, None, size=size, expand=expand)
        return [row for page in pages for row in page.records]

    def alike(self, entity: str, field: str, values: Sequence[str], *, expand: str) -> list[Row]:
        """The rows whose field has one of these values; of one field OR is allowed."""
        found: list[Row] = []
        for start in range(0, len(values), ALIKE):
            some = values[start : start + ALIKE]
            where = " or ".join(f"{field} eq {quoted(value)}" for value in some)
            found += self.rows(entity, where, expand=expand)
        return found

    def get(self, entity: str, identity: str) -> Row:
        """One record."""
        return _row(self._http.get(f"{self.company}/{entity}({identity})"))

    def post(self, entity: str, told: Mapping[str, Any]) -> Row:
        """A record that was made; not sent twice."""
        return _row(self._http.post(f"{self.company}/{entity}", json=dict(told), repeatable=False))

    def patch(self, entity: str, identity: str, told: Mapping[str, Any], *, etag: str) -> Row:
        """A record that was changed, if it is still the one with that etag."""
        path = f"{self.company}/{entity}({identity})"
        headers = {"If-Match": etag}
        return _row(self._http.patch(path, json=dict(told), headers=headers, repeatable=False))

    def delete(self, entity: str, identity: str) -> None:
        """Delete a record whatever its state."""
        self._http.delete(f"{self.company}/{entity}({identity})", headers={"If-Match": "*"})

    # subscriptions stand beside the companies

    def outside(self, method: Callable[..., Answer] | str, path: str, **more: Any) -> Answer:
        """The answer to a request that belongs to no company."""
        return self._http.send(str(method), path, **more)

    def server_time(self) -> datetime:
        """Business Central's clock in whole seconds."""
        return server_time_of(self._http.get("/companies", params={"$top": 1, "$select": "id"}))

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()


def rows_of(answer: Answer) -> list[Row]:
    """The rows in an answer; NotReadable when it has none."""
    found = answer.data.get("value") if isinstance(answer.data, dict) else None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise NotReadable("Business Central's answer has no list of records.")
    return found


def _row(answer: Answer) -> Row:
    """The record in an answer; what was done may be done although it cannot be read."""
    if not isinstance(answer.data, dict) or not answer.data.get("id"):
        raise NotReadable("Business Central's answer is no record.", maybe_done=True)
    return answer.data


def _is_expired(error: BackendError) -> bool:
    """Whether a next link is no longer known: it is a request like another then, and wrong."""
    return error.status in (400, 404, 410)


def quoted(text: str) -> str:
    """A text as a filter writes it (OData 4.01, 5.1.1.14)."""
    return "'" + text.replace("'", "''") + "'"


def written(moment: datetime) -> str:
    """A moment as a filter writes it, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
