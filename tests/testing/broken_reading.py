"""Broken connectors: what they say of themselves, how they read, tell and delete."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from pydantic import BaseModel

from crmsync.errors import (
    RecordError,
    Unreachable,
)
from crmsync.model.stream import Connection, Page, Stream, Window
from crmsync.model.told import ToldContact, ToldCustomer
from tests.testing.breaking import Uncapped, breaks
from tests.testing.kontor import Kontor, Settings, customer, order, text

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
