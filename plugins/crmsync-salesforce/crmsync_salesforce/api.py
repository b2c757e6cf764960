"""Requests to one Salesforce org, and its errors in clear words.

The words of an error may hold a customer's data: only its code is ever kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from copy import copy
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, quote_plus

import orjson

from crmsync.errors import (
    BackendError,
    CredentialsError,
    CrmsyncError,
    NotReadable,
    QuotaSpent,
    RateLimited,
    Unreachable,
)
from crmsync.http import (
    Answer,
    Budget,
    Client,
    ClientCredentials,
    DailyQuota,
    JwtBearer,
    Response,
    Standing,
)
from crmsync.http.reading import Fetched, Job, by_next_url, fetched, server_time_of
from crmsync.model.stream import Connection
from crmsync_salesforce.settings import SalesforceSettings
from crmsync_salesforce.values import cleaned

Row = Mapping[str, Any]

CODE = re.compile(r"[A-Z][A-Z0-9_]{2,80}")
"""What a code of an error looks like; anything else is not repeated."""
USAGE = re.compile(r"api-usage=(\d+)/(\d+)")

RIGHTS = ("IT: the user that crmsync runs as needs 'API Enabled', and a permission set that reads "
          "(and writes) the objects and fields asked for.")  # fmt: skip
LOOK = "Whoever looks after Salesforce: see its status codes in Salesforce's documentation."
TOMORROW = "IT: raise the org's API allocation, or run seldomer; the next run goes on."
LATER = {"SERVER_UNAVAILABLE", "QUERY_TIMEOUT", "UNKNOWN_EXCEPTION"}
BUSY = {"UNABLE_TO_LOCK_ROW", "REQUEST_RUNNING_TOO_LONG"}
DENIED = {"API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED", "INVALID_SESSION_ID",
          "INSUFFICIENT_ACCESS", "INVALID_AUTH_HEADER", "INVALID_LOGIN"}  # fmt: skip
GONE = {"NOT_FOUND", "ENTITY_IS_DELETED"}
ALIKE = 8000
"""How many bytes of values are asked for in one url, which may have 16,384 with all its fields."""
UNSEEN = ("IT: the user's permission set must let it read the object; or switch off what is read "
          "from it (accounts, leads, cases, sales, returns, consents).")  # fmt: skip


class Refused(BackendError):
    """Salesforce refuses what is asked; `word` is its code."""

    def __init__(self, word: str) -> None:
        super().__init__(f"Salesforce answers {word}.", hint=LOOK)
        self.word = word


class Gone(Refused):
    """A record, a job or an object is not there, or the user may not see it."""


def fault(answer: Response) -> CrmsyncError | None:
    """The failure an answer tells by its code; None leaves it to what its status says."""
    if answer.is_success or answer.status_code in (401, 429):
        return None
    if answer.status_code == 420:
        return RateLimited("Salesforce asks for a pause (420).")
    told = _told(answer)
    word = str(told.get("errorCode") or "")
    if not CODE.fullmatch(word):
        return None
    return fault_of(word, str(told.get("message") or ""))


def fault_of(word: str, message: str = "") -> CrmsyncError:
    """The failure that a code stands for."""
    if word == "REQUEST_LIMIT_EXCEEDED" and message.startswith("ConcurrentRequests"):
        return RateLimited("Salesforce asks for a pause (REQUEST_LIMIT_EXCEEDED).")
    if word == "REQUEST_LIMIT_EXCEEDED":
        return QuotaSpent("Salesforce's requests for the day are spent.", hint=TOMORROW)
    if word in BUSY:
        return RateLimited(f"Salesforce is busy with the same records ({word}).")
    if word in LATER:
        return Unreachable(f"Salesforce answers {word}.")
    if word in DENIED:
        return CredentialsError(f"Salesforce refuses what is asked ({word}).", hint=RIGHTS)
    return Gone(word) if word in GONE else Refused(word)


def _told(answer: Response) -> Mapping[str, Any]:
    try:
        found = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return {}
    first = found[0] if isinstance(found, list) and found else found
    return first if isinstance(first, dict) else {}


def standing(answer: Response) -> Standing | None:
    """How many of the day's requests the org has used, as each answer tells."""
    found = USAGE.search(answer.headers.get("Sforce-Limit-Info", ""))
    return Standing(used=float(found[1]), count=float(found[2])) if found else None


class Api:
    """One org."""

    def __init__(self, own: SalesforceSettings, connection: Connection) -> None:
        self.base = str(own.url).rstrip("/")
        self.data = f"/services/data/{own.version}"
        budget = Budget.beside(connection, DailyQuota(own.daily_calls), reads=standing)
        proof = _proof(own, self.base)
        self.http = Client(self.base, auth=proof, faults=fault, budget=budget)
        self._urgent = Client(
            self.base, auth=proof, faults=fault, budget=budget, priority="erasure"
        )
        self._described: dict[str, Mapping[str, Any]] = {}

    def urgent(self) -> Api:
        """The same org, asked first and from what bulk work leaves: for erasures and objections."""
        found = copy(self)
        found.http = self._urgent
        return found

    # queries

    def query(self, soql: str, fields: Sequence[str], *, gone: bool = False) -> list[Row]:
        """The first rows of a question, as many as come at once; with `gone` the deleted too."""
        return rows_of(self._asked(soql, gone=gone), fields)

    def all(self, soql: str, fields: Sequence[str], *, gone: bool = False) -> Iterator[list[Row]]:
        """All rows of a question, page by page."""

        def fetch(url: str | None) -> Answer:
            return self._asked(soql, gone=gone) if url is None else self.http.get(url)

        pages = by_next_url(fetch, base=self.base, records="records", url="nextRecordsUrl")
        for page in pages:
            yield [cleaned(row, fields) for row in page.records]

    def alike(
        self,
        kind: str,
        fields: Sequence[str],
        field: str,
        values: Iterable[Any],
        *,
        gone: bool = False,
    ) -> list[Row]:
        """The rows whose field has one of these values, by id."""
        wanted = sorted({one for one in values if isinstance(one, str) and one})
        found: list[Row] = []
        for some in _fitting(map(quoted, wanted)):
            among = f"{field} IN ({', '.join(some)})"
            soql = f"SELECT {', '.join(fields)} FROM {kind} WHERE {among} ORDER BY Id"
            for rows in self.all(soql, fields, gone=gone):
                found += rows
        return found

    def count(self, kind: str) -> int:
        """How many rows an object has."""
        answer = self._asked(f"SELECT COUNT() FROM {kind}")
        size = answer.data.get("totalSize") if isinstance(answer.data, dict) else None
        if not isinstance(size, int):
            raise NotReadable("Salesforce's answer has no count.")
        return size

    def _asked(self, soql: str, *, gone: bool = False) -> Answer:
        path = f"{self.data}/{'queryAll' if gone else 'query'}"
        return self.http.get(path, params={"q": soql})

    # what there is

    def describe(self, kind: str) -> Mapping[str, Any]:
        """An object as the user sees it: {"fields": {name: …}, …}; asked for once."""
        if kind not in self._described:
            try:
                answer = self.http.get(f"{self.data}/sobjects/{kind}/describe")
            except Gone:
                raise BackendError(f"Salesforce shows no {kind}.", hint=UNSEEN) from None
            fields = answer.data.get("fields") if isinstance(answer.data, dict) else None
            if not isinstance(fields, list) or not fields:
                raise NotReadable("Salesforce's answer describes no fields.")
            named = {str(one.get("name")): one for one in fields if isinstance(one, dict)}
            self._described[kind] = {**answer.data, "fields": named}
        return self._described[kind]

    def type_of(self, kind: str, path: str) -> str | None:
        """The type of a field; None where the user does not see it (field-level security)."""
        fields = self.describe(kind)["fields"]
        above, _, name = path.rpartition(".")
        if not above:
            found = fields.get(name)
            return str(found.get("type")) if found else None
        for one in fields.values():
            if one.get("relationshipName") == above and one.get("referenceTo"):
                return self.type_of(str(one["referenceTo"][0]), name)
        return None

    def visible(self, kind: str, fields: Iterable[str]) -> list[str]:
        """Those of the fields that the user sees."""
        return [name for name in dict.fromkeys(fields) if self.type_of(kind, name) is not None]

    def deleted(self, kind: str, since: datetime, until: datetime) -> list[str]:
        """The ids in the log of deleted records, which holds 15 days."""
        params = {"start": written(since), "end": written(until)}
        answer = self.http.get(f"{self.data}/sobjects/{kind}/deleted/", params=params)
        found = answer.data.get("deletedRecords") if isinstance(answer.data, dict) else None
        if not isinstance(found, list):
            raise NotReadable("Salesforce's answer has no list of deleted records.")
        return [str(one.get("id")) for one in found if isinstance(one, dict)]

    # jobs

    def begin(self, soql: str) -> str:
        """The id of a new query job."""
        told = {"operation": "query", "query": soql}
        answer = self.http.post(f"{self.data}/jobs/query", json=told)
        return str(_object(answer)["id"])

    def job(self, identity: str) -> Job:
        """How a query job stands."""
        state = _object(self.http.get(f"{self.data}/jobs/query/{quote(identity)}")).get("state")
        if state == "JobComplete":
            return Job("done", at=identity)
        if state in ("Failed", "Aborted"):
            return Job("failed", reason=str(state))
        return Job("running")

    def result(
        self, identity: str, locator: str | None, size: int
    ) -> AbstractContextManager[Fetched]:
        """A part of a query job's result, as CSV."""
        params = {"maxRecords": size, **({"locator": locator} if locator else {})}
        path = f"{self.data}/jobs/query/{quote(identity)}/results"
        return fetched(self.http, path, params=params, headers={"Accept": "text/csv"})

    # changes

    def send(self, method: str, path: str, told: Any, **more: Any) -> Answer:
        """The answer to a change."""
        return self.http.send(method, f"{self.data}/{path}", json=told, **more)

    def server_time(self) -> datetime:
        """Salesforce's clock in whole seconds."""
        return server_time_of(self.http.get(self.data))

    def close(self) -> None:
        """Let go of the connections."""
        self.http.close()
        self._urgent.close()


def _proof(own: SalesforceSettings, base: str) -> ClientCredentials | JwtBearer:
    url = f"{base}/services/oauth2/token"
    key = own.private_key.get_secret_value()
    if key:
        claims = {"iss": own.client_id, "sub": own.user, "aud": own.audience}
        return JwtBearer(url, claims=claims, key=key)
    secret = own.client_secret.get_secret_value()
    return ClientCredentials(url, client_id=own.client_id, client_secret=secret)


def rows_of(answer: Answer, fields: Sequence[str]) -> list[Row]:
    """The rows in an answer; NotReadable when it has none."""
    found = answer.data.get("records") if isinstance(answer.data, dict) else None
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise NotReadable("Salesforce's answer has no list of records.")
    return [cleaned(row, fields) for row in found]


def _fitting(values: Iterable[str]) -> Iterator[list[str]]:
    """The values in lists that a url has room for."""
    some, size = list[str](), 0
    for value in values:
        own = len(quote_plus(value)) + len("%2C+")
        if some and size + own > ALIKE:
            yield some
            some, size = [], 0
        some.append(value)
        size += own
    if some:
        yield some


def _object(answer: Answer) -> Mapping[str, Any]:
    if not isinstance(answer.data, dict) or not answer.data.get("id"):
        raise NotReadable("Salesforce's answer is no job.")
    return answer.data


def quoted(text: str) -> str:
    """A text as SOQL writes it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def written(moment: datetime) -> str:
    """A moment as SOQL writes it, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
