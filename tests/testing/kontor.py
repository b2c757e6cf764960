"""The connector that passes every rule: Kontor, an invented shop with everything vendors have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, SecretStr

from crmsync.errors import BackendError, CrmsyncError, NotReadable
from crmsync.hookspecs import CONTRACT
from crmsync.http import Answer, Client, Request, Response, Session
from crmsync.http.writing import failed, looked_up, ordered
from crmsync.model.intent import Intent, Result, done, refused
from crmsync.model.stream import Capabilities, Connection, Page, Stream, Window
from crmsync.model.told import ToldConsent, ToldContact, ToldCustomer, ToldLine, ToldOrder

MOST = 12
"""How many rows Kontor lists for one question."""
BEGIN = "2000-01-01T00:00:00.000Z"
NAMES = {"given_name": "first_name", "family_name": "last_name", "contacts.email": "email",
         "contacts.phone": "phone"}  # fmt: skip


class Settings(BaseModel):
    """What a connection to Kontor needs."""

    model_config = ConfigDict(extra="forbid")

    url: str
    client: str
    secret: SecretStr
    page_size: int = 100


class Kontor:
    """One shop."""

    name: ClassVar[str] = "kontor"
    contract: ClassVar[int] = CONTRACT
    settings: ClassVar[type[BaseModel]] = Settings
    capabilities: ClassVar[Capabilities] = Capabilities(
        writes=("save", "consent", "audience", "erase"), batch=4, at_once=2, server_time=True
    )
    mapper_version: ClassVar[str] = "1"

    def __init__(self, settings: Settings, connection: Connection) -> None:
        self.own = settings
        session = Session(login=self.login, enter=self.enter, ended=self.ended)
        self.http = Client(settings.url, auth=session)

    def login(self) -> Request:
        form = {"grant_type": "client_credentials", "client_id": self.own.client,
                "client_secret": self.own.secret.get_secret_value()}  # fmt: skip
        return Request("POST", f"{self.own.url}/token", data=form)

    def enter(self, answer: Response) -> Mapping[str, str]:
        try:
            return {"Authorization": f"Bearer {answer.json()['access_token']}"}
        except (ValueError, KeyError):
            raise NotReadable("Kontor's answer to the login cannot be read.") from None

    def ended(self, answer: Response) -> bool:
        return answer.status_code == 401

    def get(self, path: str, **params: Any) -> Answer:
        return self.http.get(path, params={k: v for k, v in params.items() if v is not None})

    def check(self) -> None:
        self.get("/ping")

    def server_time(self) -> datetime:
        told = self.get("/ping").server_time
        if told is None:
            raise NotReadable("Kontor does not tell its time.")
        return told

    def streams(self) -> Sequence[Stream]:
        return [
            Stream(
                name=name,
                kind=name,
                cursor="timestamp",
                deletes="tombstone",  # type: ignore[arg-type]
                lag=timedelta(seconds=5),
                also=("consents",) if name == "customers" else (),
            )
            for name in ("customers", "orders")
        ]

    # reading

    def read(self, stream: Stream, window: Window, position: Any) -> Iterator[Page]:
        spans, cursor = self.begin(window, position)
        while spans:
            low, high = spans[0]
            answer = self.ask(stream, low, high, cursor)
            if answer is None:
                cursor = None
                continue
            if low and answer["total"] > MOST:
                spans, cursor = [*halves(low, high), *spans[1:]], None
                continue
            cursor = answer["next"]
            spans = spans if cursor else spans[1:]
            position = {"spans": spans, "cursor": cursor}
            yield self.page(answer["items"], position)

    def begin(self, window: Window, position: Any) -> tuple[list[Any], str | None]:
        if position:
            return position["spans"], position["cursor"]
        until = text(window.until) if window.until else "2100-01-01T00:00:00.000Z"
        return [["", ""], [text(window.since) if window.since else BEGIN, until]], None

    def ask(self, stream: Stream, low: str, high: str, cursor: str | None) -> Any:
        """A page of a span, or of the rows without a stamp ("" to ""); None: the cursor ended."""
        bounds = {"changed_from": low, "changed_to": high} if low else {"never_changed": "1"}
        try:
            return self.rows(self.get(f"/{stream.name}", **bounds, after=cursor,
                                      limit=self.own.page_size).data)  # fmt: skip
        except BackendError as error:
            if cursor is None or error.retryable or error.code != "backend":
                raise
            return None

    def rows(self, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("items"), list):
            raise NotReadable("Kontor's answer holds no items.")
        return data

    def page(self, rows: Sequence[Mapping[str, Any]], position: Any) -> Page:
        merged = [(str(row["id"]), str(row["into"])) for row in rows if row.get("into")]
        gone = [str(row["id"]) for row in rows if row.get("deleted") and not row.get("into")]
        there = [row for row in rows if not row.get("deleted")]
        return Page(records=there, deleted=gone, merged=merged, next_position=position)

    def map(self, stream: Stream, raw: Mapping[str, Any]) -> Iterable[Any]:
        return [customer(raw)] if stream.name == "customers" else [order(raw)]

    def close(self) -> None:
        self.http.close()

    # writing

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        saves = [one for one in intents if one.change == "save" and one.external_id]
        others = [one for one in intents if one not in saves]
        return [*self.save_all(saves), *map(self.one, others)]

    def save_all(self, intents: Sequence[Intent]) -> Sequence[Result]:
        """Changes of records that are known go in one batch; it may be done in part."""
        if not intents:
            return []
        rows = [{"id": one.external_id, "version": one.version, **wire(one)} for one in intents]
        try:
            answer = self.http.post("/customers/batch", json=rows).data
            return ordered(intents, results_of(answer), said)
        except CrmsyncError as error:
            return [failed(one, error) for one in intents]

    def one(self, intent: Intent) -> Result:
        try:
            if intent.change == "save":
                return looked_up(intent, self.look, self.make, self.change)
            return {"consent": self.consent, "audience": self.audience, "erase": self.erase}[
                intent.change
            ](intent)
        except CrmsyncError as error:
            return failed(intent, error)

    def look(self, intent: Intent) -> Sequence[Any]:
        found = self.get("/customers", email=intent.fields.get("contacts.email") or "")
        return [row["id"] for row in found.data["items"]]

    def make(self, intent: Intent) -> Result:
        told = self.http.post("/customers", json=wire(intent), repeatable=False).data
        return said(intent, told)

    def change(self, intent: Intent, identity: str) -> Result:
        body = {"id": identity, "version": intent.version, **wire(intent)}
        answer = self.http.post("/customers/batch", json=[body]).data
        return ordered([intent], results_of(answer), said)[0]

    def consent(self, intent: Intent) -> Result:
        """An objection is always told; it is lifted only by a newer consent with evidence."""
        granted = intent.fields["state"] == "granted"
        if granted and not intent.fields.get("evidence"):
            return refused(intent, "a consent without evidence lifts nothing", field="evidence")
        path = f"/customers/{intent.external_id}/newsletter"
        state = "yes" if granted else "no"
        return said(intent, self.http.post(path, json={"newsletter": state}).data)

    def audience(self, intent: Intent) -> Result:
        path = f"/audiences/{intent.fields['name']}/{intent.external_id}"
        method = "PUT" if intent.fields["member"] else "DELETE"
        return said(intent, self.http.send(method, path).data)

    def erase(self, intent: Intent) -> Result:
        return said(intent, self.http.send("DELETE", f"/customers/{intent.external_id}").data)


def results_of(answer: Any) -> Sequence[Any]:
    """The results of a batch in its order."""
    if not isinstance(answer, dict) or not isinstance(answer.get("results"), list):
        raise NotReadable("Kontor's answer holds no results.", maybe_done=True)
    found: list[Any] = answer["results"]
    return found


def said(intent: Intent, answer: Any) -> Result:
    """What Kontor says of one change."""
    if not isinstance(answer, dict):
        raise NotReadable("Kontor's answer is no object.", maybe_done=True)
    if "error" in answer:
        return refused(intent, answer["error"], field=answer.get("field", ""),
                       found=answer.get("duplicates", ()))  # fmt: skip
    return done(intent, answer["id"], version=answer["version"])


def wire(intent: Intent) -> dict[str, Any]:
    """The fields of an intent under Kontor's names."""
    return {NAMES[name]: value for name, value in intent.fields.items() if name in NAMES}


def halves(low: str, high: str) -> list[list[str]]:
    """A span in two."""
    begin, end = datetime.fromisoformat(low), datetime.fromisoformat(high)
    if end - begin <= timedelta(milliseconds=1):
        raise BackendError("more rows have one stamp than Kontor lists.")
    middle = text(begin + (end - begin) / 2)
    return [[low, middle], [middle, high]]


def text(moment: datetime) -> str:
    """A moment as Kontor writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def customer(raw: Mapping[str, Any]) -> ToldCustomer:
    """A customer in our words; what Kontor does not show is left out."""
    told: dict[str, Any] = {"changed_at": raw.get("changed")}
    if raw.get("email") and "phone" in raw:
        phones = [raw["phone"]] if raw["phone"] else []
        told["contacts"] = [
            ToldContact(channel="email", value=raw["email"]),
            *(ToldContact(channel="phone", value=one) for one in phones),
        ]
    if "newsletter" in raw:
        state = "granted" if raw["newsletter"] == "yes" else "denied"
        told["consents"] = [ToldConsent(channel="email", state=state)]
    if "born" in raw:
        told["birth_date"] = raw["born"]
    return ToldCustomer(salutation=raw.get("salutation"), given_name=raw.get("first_name"),
                        family_name=raw.get("last_name"), **told)  # fmt: skip


def order(raw: Mapping[str, Any]) -> ToldOrder:
    """An order in our words."""
    lines = [ToldLine(sku=one["sku"], title=one.get("title"), quantity=one.get("quantity", 1),
                      amount=one["amount"]) for one in raw["lines"]]  # fmt: skip
    return ToldOrder(number=raw["number"], customer=raw.get("customer"), placed_at=raw["placed"],
                     lines=tuple(lines), currency=raw.get("currency"))  # fmt: skip
