"""Broken connectors, each for a rule that must catch it: what authors really get wrong."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel

from crmsync.errors import (
    CredentialsError,
    CrmsyncError,
    NotReadable,
    RateLimited,
    RecordError,
    Unreachable,
)
from crmsync.http import Budget, Client, FixedWindow, Request, Response, Session
from crmsync.model.intent import Intent, Result, done, refused
from crmsync.model.stream import Connection, Page, Stream, Window
from crmsync.model.told import ToldContact, ToldCustomer
from crmsync.testing import FakeBackend
from tests.testing.fake_kontor import FakeKontor
from tests.testing.kontor import Kontor, Settings, customer, order, said, text, wire

BROKEN: dict[str, list[tuple[type[Kontor], type[FakeBackend]]]] = {}
"""By the name of a rule: the broken connectors that it must catch, each with its backend."""
log = logging.getLogger("tests.testing.broken")


class Lax(FakeKontor):
    """A Kontor that makes whoever it is told, however often."""

    duplicates = False


class Uncapped(FakeKontor):
    """A Kontor that lists whatever one asks for."""

    capped: ClassVar[Mapping[str, int]] = {}


def breaks(
    *rules: str, fake: type[FakeBackend] = FakeKontor
) -> Callable[[type[Kontor]], type[Kontor]]:
    """Note which rules must catch a connector."""

    def note(kind: type[Kontor]) -> type[Kontor]:
        for name in rules:
            BROKEN.setdefault(name, []).append((kind, fake))
        return kind

    return note


# the contract


@breaks("the_contract")
class TakesOtherArguments(Kontor):
    def read(self, stream: Stream, since: Window, position: Any) -> Iterator[Page]:
        return super().read(stream, since, position)


@breaks("what_a_stream_tells")
class KeepsConsentsToItself(Kontor):
    def streams(self) -> Sequence[Stream]:
        return [replace(one, also=()) for one in super().streams()]


@breaks("the_capabilities")
class DeclaresWhatItHasNot(Kontor):
    capabilities = replace(Kontor.capabilities, ids=True)


@breaks("the_capabilities")
class HidesThatItWrites(Kontor):
    capabilities = replace(Kontor.capabilities, writes=())


@breaks("the_streams")
class OffersAStreamTwice(Kontor):
    def streams(self) -> Sequence[Stream]:
        return [*super().streams(), *super().streams()]


class LenientSettings(BaseModel):
    url: str
    client: str
    secret: str
    page_size: int = 100


@breaks("unknown_settings", "secrets_stay_secret")
class TakesAnySettings(Kontor):
    settings = LenientSettings

    def __init__(self, settings: Any, connection: Connection) -> None:
        super().__init__(Settings(**settings.model_dump()), connection)


@breaks("a_check_that_passes")
class ChecksEverything(Kontor):
    def check(self) -> None:
        for _ in range(20):
            super().check()


@breaks("a_wrong_secret")
class ChecksNothing(Kontor):
    def check(self) -> None:
        pass


@breaks("a_wrong_url")
class ChecksAndKeepsItToItself(Kontor):
    def check(self) -> None:
        with suppress(Unreachable):
            super().check()


@breaks("mapping_asks_nobody")
class AsksWhileMapping(Kontor):
    def map(self, stream: Stream, raw: Mapping[str, Any]) -> Iterable[Any]:
        self.server_time()
        return super().map(stream, raw)


@breaks("mapping_asks_nobody")
class ChangesWhatItMaps(Kontor):
    def map(self, stream: Stream, raw: Any) -> Iterable[Any]:
        raw["seen"] = True
        return super().map(stream, raw)


# reading


@breaks("everything_arrives")
class SwallowsAPage(Kontor):
    def read(self, stream: Stream, window: Window, position: Any) -> Iterator[Page]:
        for number, page in enumerate(super().read(stream, window, position)):
            yield replace(page, records=()) if number == 1 else page


@breaks("everything_arrives")
class ForgetsWhoseAnOrderIs(Kontor):
    def map(self, stream: Stream, raw: Mapping[str, Any]) -> Iterable[Any]:
        return super().map(stream, {name: raw[name] for name in raw if name != "customer"})


@breaks("reading_twice_changes_nothing")
class SaysWhenItRead(Kontor):
    def read(self, stream: Stream, window: Window, position: Any) -> Iterator[Page]:
        for page in super().read(stream, Window(), position):
            records = [{**row, "read": str(window.until)} for row in page.records]
            yield replace(page, records=records)


@breaks("changes_arrive")
class ReadsOnlyOnce(Kontor):
    def read(self, stream: Stream, window: Window, position: Any) -> Iterator[Page]:
        if window.since is None:
            yield from super().read(stream, window, position)


@breaks("goes_on_where_it_stopped")
class ForgetsItsPosition(Kontor):
    def read(self, stream: Stream, window: Window, position: Any) -> Iterator[Page]:
        for page in super().read(stream, window, None):
            yield replace(page, next_position=None)


@breaks("goes_on_where_it_stopped")
class GoesOnAPageTooFar(Kontor):
    def read(self, stream: Stream, window: Window, position: Any) -> Iterator[Page]:
        pages = super().read(stream, window, position)
        yield from list(pages)[1:] if position and position["spans"] else pages


class ByStamps(Kontor):
    """Asks for the rows behind the last one's stamp, page by page."""

    step = timedelta(milliseconds=1)

    def read(self, stream: Stream, window: Window, position: Any) -> Iterator[Page]:
        _, (low, high) = self.begin(window, None)[0]
        low = position or low
        while rows := self.rows(self.list(stream, low, high))["items"]:
            stamps = [row["changed"] for row in rows if "changed" in row]
            low = text(datetime.fromisoformat(max([*stamps, low])) + self.step)
            yield self.page(rows, low)

    def list(self, stream: Stream, low: str, high: str) -> Any:
        return self.get(f"/{stream.name}", changed_from=low, changed_to=high, limit=3).data


@breaks("many_rows_of_one_stamp")
class LosesTheTie(ByStamps):
    pass


@breaks("the_edge_of_a_window")
class AsksForWhatIsLater(Kontor):
    def begin(self, window: Window, position: Any) -> Any:
        since = window.since + timedelta(milliseconds=1) if window.since else None
        return super().begin(Window(since, window.until), position)


@breaks("rows_that_move_between_pages", fake=Uncapped)
class CountsRows(Kontor):
    def read(self, stream: Stream, window: Window, position: Any) -> Iterator[Page]:
        spans, _ = self.begin(window, None)
        low, high = spans[1]
        while True:
            told = self.get(f"/{stream.name}", changed_from=low, changed_to=high, limit=3,
                            offset=position or 0).data  # fmt: skip
            position = (position or 0) + len(told["items"])
            yield self.page(told["items"], position)
            if not told["items"]:
                return


@breaks("rows_that_show_late")
class KnowsNoLag(Kontor):
    def streams(self) -> Sequence[Stream]:
        return [replace(one, lag=timedelta(0)) for one in super().streams()]


@breaks("rows_without_a_stamp")
class AsksForStampsAlone(Kontor):
    def begin(self, window: Window, position: Any) -> Any:
        spans, cursor = super().begin(window, position)
        return [span for span in spans if span[0]], cursor


@breaks("a_stamp_in_the_future")
class FollowsTheStampsOfRecords(ByStamps):
    def streams(self) -> Sequence[Stream]:
        return [replace(one, cursor="log") for one in super().streams()]


@breaks("the_backends_clock_counts")
class TrustsItsOwnClock(Kontor):
    capabilities = replace(Kontor.capabilities, server_time=False)
    server_time = None  # type: ignore[assignment]


@breaks("more_rows_than_the_cap")
class IgnoresTheCap(Kontor):
    def ask(self, *arguments: Any) -> Any:
        answer = super().ask(*arguments)
        return answer and {**answer, "total": 0}


@breaks("a_page_cursor_that_ends")
class ClingsToItsCursor(Kontor):
    def ask(self, stream: Stream, low: str, high: str, cursor: str | None) -> Any:
        bounds = {"changed_from": low, "changed_to": high} if low else {"never_changed": "1"}
        return self.rows(self.get(f"/{stream.name}", **bounds, after=cursor, limit=3).data)


# telling


@breaks("one_bad_record")
class LeavesOutWhatItCannotUse(Kontor):
    def page(self, rows: Sequence[Mapping[str, Any]], position: Any) -> Page:
        names = ("last_name", "number")
        return super().page(
            [row for row in rows if not any(isinstance(row.get(name), dict) for name in names)],
            position,
        )


@breaks("one_bad_record")
class FailsWithItsRecord(Kontor):
    def page(self, rows: Sequence[Mapping[str, Any]], position: Any) -> Page:
        for row in rows:
            if isinstance(row.get("last_name", row.get("number")), dict):
                raise RecordError("is no text", field="last_name")
        return super().page(rows, position)


@breaks("fields_nobody_knows")
class WantsNoNewFields(Kontor):
    def map(self, stream: Stream, raw: Mapping[str, Any]) -> Iterable[Any]:
        if "neu" in raw:
            raise RecordError("is not known", field="neu")
        return super().map(stream, raw)


@breaks("fields_of_another_type", "fields_that_are_missing")
class LooksIntoEachRow(Kontor):
    def page(self, rows: Sequence[Mapping[str, Any]], position: Any) -> Page:
        for row in rows:
            if not row.get("deleted"):
                (row.get("email") or row["lines"][0]["sku"]).strip()
        return super().page(rows, position)


@breaks("what_is_not_visible")
class OverwritesWithNothing(Kontor):
    def map(self, stream: Stream, raw: Mapping[str, Any]) -> Iterable[Any]:
        if stream.name == "orders":
            return [order(raw)]
        contacts = [ToldContact(channel="email", value=raw["email"])] if "email" in raw else []
        return [ToldCustomer(family_name=raw["last_name"], contacts=tuple(contacts),
                             birth_date=raw.get("born"))]  # fmt: skip


@breaks("money_to_the_cent")
class CountsInFloats(Kontor):
    def map(self, stream: Stream, raw: Mapping[str, Any]) -> Iterable[Any]:
        if stream.name == "customers":
            return [customer(raw)]
        lines = [{**one, "amount": f"{int(float(one['amount']) * 100) / 100:.2f}"}
                 for one in raw["lines"]]  # fmt: skip
        return [order({**raw, "lines": lines})]


@breaks("times_to_the_second")
class ForgetsTheZone(Kontor):
    def map(self, stream: Stream, raw: Mapping[str, Any]) -> Iterable[Any]:
        if stream.name == "customers":
            return [customer(raw)]
        return [order({**raw, "placed": raw["placed"][:19]})]


# deleting


@breaks("a_row_that_was_deleted")
class SeesNoTombstones(Kontor):
    def page(self, rows: Sequence[Mapping[str, Any]], position: Any) -> Page:
        return replace(super().page(rows, position), deleted=())


@breaks("a_row_that_comes_back")
class RemembersWhoWasGone(Kontor):
    gone: ClassVar[set[str]] = set()

    def page(self, rows: Sequence[Mapping[str, Any]], position: Any) -> Page:
        self.gone.update(str(row["id"]) for row in rows if row.get("deleted"))
        return super().page([row for row in rows if row.get("deleted") or
                             str(row["id"]) not in self.gone], position)  # fmt: skip


@breaks("an_empty_answer")
class TakesNothingForGone(Kontor):
    known: ClassVar[dict[str, set[str]]] = {}

    def read(self, stream: Stream, window: Window, position: Any) -> Iterator[Page]:
        known, pages = self.known.setdefault(stream.name, set()), list[Page]()
        for page in super().read(stream, window, position):
            pages.append(page)
            yield page
        met = {str(row["id"]) for page in pages for row in page.records}
        yield Page(
            deleted=() if met else sorted(known), next_position={"spans": [], "cursor": None}
        )
        known |= met


@breaks("two_rows_merged")
class TakesAMergeForADelete(Kontor):
    def page(self, rows: Sequence[Mapping[str, Any]], position: Any) -> Page:
        found = super().page(rows, position)
        losers = [loser for loser, _ in found.merged]
        return replace(found, merged=(), deleted=[*found.deleted, *losers])


# failing


class OtherClient(Kontor):
    """Talks through a client that is set up in another way."""

    client: ClassVar[dict[str, Any]] = {}

    def __init__(self, settings: Settings, connection: Connection) -> None:
        super().__init__(settings, connection)
        session = Session(login=self.login, enter=self.enter, ended=self.ended)
        self.http = Client(settings.url, auth=session, **self.client)


@breaks(
    "a_pause_in_seconds", "a_server_that_fails_once", "an_answer_cut_off",
    "a_limit_that_is_enforced",
)  # fmt: skip
class NeverTriesAgain(OtherClient):
    client: ClassVar[dict[str, Any]] = {"attempts": 1}


@breaks("a_pause_in_seconds", "a_limit_that_is_enforced")
class TriesAgainAtOnce(OtherClient):
    client: ClassVar[dict[str, Any]] = {"sleep": lambda _seconds: None, "attempts": 50}


@breaks("a_pause_as_a_date")
class ReadsNoDates(OtherClient):
    client: ClassVar[dict[str, Any]] = {"attempts": 1}
    pause = ""

    def ended(self, answer: Response) -> bool:
        self.pause = answer.headers.get("retry-after", "")
        return super().ended(answer)

    def get(self, path: str, **params: Any) -> Any:
        while True:
            try:
                return super().get(path, **params)
            except RateLimited:
                time.sleep(int(self.pause) if self.pause.isdigit() else 0)


@breaks("a_pause_too_long")
class WaitsForADay(OtherClient):
    client: ClassVar[dict[str, Any]] = {"patience": 1e9}


@breaks("a_server_that_fails_for_good")
class NeverGivesUp(OtherClient):
    client: ClassVar[dict[str, Any]] = {"attempts": 200}


@breaks("no_answer_in_time")
class LogsInWithoutATimeOut(Kontor):
    def login(self) -> Request:
        request = super().login()
        request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"))
        return request


@breaks("a_web_page_instead", "broken_json", "an_empty_body")
class TakesNoAnswerForTheEnd(Kontor):
    def ask(self, *arguments: Any) -> Any:
        try:
            return super().ask(*arguments)
        except NotReadable:
            return {"items": [], "next": None, "total": 0}


@breaks("a_token_that_ends")
class LogsInOnce(Kontor):
    def ended(self, answer: Response) -> bool:
        return False


@breaks("rights_taken_away")
class TakesRefusalForAFailure(Kontor):
    def get(self, path: str, **params: Any) -> Any:
        try:
            return super().get(path, **params)
        except CredentialsError:
            raise Unreachable("Kontor does not want us.") from None


# keeping quiet


@breaks("nothing_personal_is_told")
class LogsEachRow(Kontor):
    def page(self, rows: Sequence[Mapping[str, Any]], position: Any) -> Page:
        log.debug("read %s", rows)
        return super().page(rows, position)


@breaks("nothing_personal_is_told")
class NamesTheValue(Kontor):
    def map(self, stream: Stream, raw: Mapping[str, Any]) -> Iterable[Any]:
        if not isinstance(raw.get("last_name", ""), str):
            raise RecordError(f"{raw['email']} has no name", field="last_name")
        return super().map(stream, raw)


@breaks("nothing_personal_is_told")
class LogsItsSecret(Kontor):
    def login(self) -> Request:
        log.info("logging in with %s", self.own.secret.get_secret_value())
        return super().login()


@breaks("nobody_else_is_asked")
class PhonesHome(Kontor):
    def check(self) -> None:
        with suppress(OSError):
            socket.create_connection(("192.0.2.1", 443), timeout=1).close()
        super().check()


class Limited(FakeKontor):
    """A Kontor that publishes how often it may be asked."""

    limit = (5, 2.0)


@breaks("the_limit_that_is_known", fake=Limited)
class AsksTooOften(Kontor):
    """Knows no limit, and waits only when it is told to."""


class KeepsToTheLimit(OtherClient):
    """The way it should be: `test_suite` proves it."""

    def __init__(self, settings: Settings, connection: Connection) -> None:
        budget = Budget(FixedWindow(5, 2.0), share=0.0)
        self.client = {"budget": budget}  # type: ignore[misc]
        super().__init__(settings, connection)


@breaks("the_limit_that_is_known")
class AsksTooMuchAtOnce(Kontor):
    def server_time(self) -> datetime:
        with ThreadPoolExecutor(8) as pool:
            return max(pool.map(lambda _: super(AsksTooMuchAtOnce, self).server_time(), range(8)))


# writing


@breaks("one_result_for_each_intent")
class DropsTheLastResult(Kontor):
    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        return super().write(intents)[:-1]


@breaks("one_result_for_each_intent")
class SaysDoneTooSoon(Kontor):
    def change(self, intent: Intent, identity: str) -> Result:
        return done(intent, identity)

    def save_all(self, intents: Sequence[Intent]) -> Sequence[Result]:
        return [done(one) for one in intents]


@breaks("only_what_is_asked_changes")
class EmptiesWhatIsNotAsked(Kontor):
    def save_all(self, intents: Sequence[Intent]) -> Sequence[Result]:
        full = [replace(one, fields={"contacts.phone": None, **one.fields}) for one in intents]
        return super().save_all(full)


@breaks("who_is_there_is_not_made_again", fake=Lax)
class NeverLooks(Kontor):
    def look(self, intent: Intent) -> Sequence[Any]:
        return []


@breaks("done_though_no_answer_came", fake=Lax)
class MakesBlindlyAgain(Kontor):
    def make(self, intent: Intent) -> Result:
        return said(intent, self.http.post("/customers", json=wire(intent)).data)


@breaks("not_done_and_tried_again")
class RefusesWhateverFails(Kontor):
    def one(self, intent: Intent) -> Result:
        result = super().one(intent)
        failed = result.outcome in ("again", "unknown")
        return refused(intent, result.reason) if failed else result


@breaks("part_of_a_batch_is_refused")
class MixesUpItsResults(Kontor):
    def save_all(self, intents: Sequence[Intent]) -> Sequence[Result]:
        found = super().save_all(intents)
        turned = zip(intents, found[1:] + found[:1] if found else [], strict=True)
        return [replace(result, id=one.id) for one, result in turned]


@breaks("part_of_a_batch_is_refused")
class RefusesWithoutAReason(Kontor):
    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        return [replace(one, reason="") for one in super().write(intents)]


@breaks("a_change_meanwhile")
class SendsNoVersion(Kontor):
    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        return super().write([replace(one, version="") for one in intents])


@breaks("a_duplicate_is_named")
class NamesNobody(Kontor):
    def one(self, intent: Intent) -> Result:
        return replace(super().one(intent), found=())


@breaks("no_more_calls_than_declared")
class WritesAllAtOnce(Kontor):
    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(self.one, intents))


@breaks("credentials_refused_while_writing")
class RefusesWithoutCredentials(Kontor):
    def one(self, intent: Intent) -> Result:
        try:
            return looked(self, intent)
        except CrmsyncError as error:
            return refused(intent, error.message)


def looked(self: Kontor, intent: Intent) -> Result:
    found = self.look(intent)
    return self.change(intent, str(found[0])) if found else self.make(intent)


@breaks("writing_tells_nothing_personal")
class PassesOnWhatTheVendorSays(Kontor):
    def make(self, intent: Intent) -> Result:
        told = self.http.post("/customers", json=wire(intent), repeatable=False).data
        return refused(intent, told["message"]) if "message" in told else said(intent, told)


@breaks("writing_tells_nothing_personal")
class LogsWhatItWrites(Kontor):
    def one(self, intent: Intent) -> Result:
        log.info("writing %s", dict(intent.fields))
        return super().one(intent)


@breaks("an_objection_arrives")
class HearsNoObjection(Kontor):
    def consent(self, intent: Intent) -> Result:
        return super().consent(intent) if intent.fields["state"] == "granted" else done(intent)


@breaks("an_objection_stands")
class LiftsWithoutEvidence(Kontor):
    def consent(self, intent: Intent) -> Result:
        return super().consent(replace(intent, fields={**intent.fields, "evidence": "?"}))


@breaks("an_objection_stands")
class SubscribesWhomeverItChanges(Kontor):
    def save_all(self, intents: Sequence[Intent]) -> Sequence[Result]:
        for one in intents:
            path = f"/customers/{one.external_id}/newsletter"
            self.http.post(path, json={"newsletter": "yes"})
        return super().save_all(intents)


@breaks("belonging_to_an_audience")
class NeverLetsGo(Kontor):
    def audience(self, intent: Intent) -> Result:
        return super().audience(replace(intent, fields={**intent.fields, "member": True}))


@breaks("erasing_a_customer")
class ErasesNobody(Kontor):
    def erase(self, intent: Intent) -> Result:
        return done(intent)
