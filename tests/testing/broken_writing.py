"""Broken connectors: how they fail, what they let out, how they write."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

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
from crmsync.model.stream import Connection, Page, Stream
from tests.testing.breaking import Lax, breaks
from tests.testing.fake_kontor import FakeKontor
from tests.testing.kontor import Kontor, Settings, said, wire

log = logging.getLogger("tests.testing.broken")


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
