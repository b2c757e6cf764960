"""Streams read from the journal: loaded once by searches, and followed from an offset on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from crmsync.errors import BackendError, CredentialsError
from crmsync.model.clock import moment, stamp
from crmsync.model.stream import Notice, Page, Window
from crmsync_hubspot.faults import Refusal
from crmsync_hubspot.journal import SCOPE, Entry, Event, Forgotten, Gap, Journal, Row, moment_of
from crmsync_hubspot.objects import CONTACTS, LINES, Kind
from crmsync_hubspot.reading import Reading

Place = dict[str, Any]
"""Where to read on. `offset`: behind this entry of the journal, None for all that come. `at`: up to
this moment everything was read. `again`: what changed around this moment is searched for once more.
While it is loaded, `load`: the position of the search, and `since`: the moment from which on."""

KEPT = timedelta(hours=70)
"""So long the journal surely keeps what happened; HubSpot says three days."""

BEFORE = timedelta(hours=1)
"""So much earlier than the journal ended what it lost is looked for: it may have been behind."""

MERGED = ("contacts", "companies", "deals", "tickets", "products")
"""Objects whose merges can be subscribed to."""

UNTOLD = ("hs_lastmodifieddate", "lastmodifieddate", "createdate", "hs_createdate",
          "hs_merged_object_ids", "hs_calculated_merged_vids")  # fmt: skip
"""Properties that no update is told of, or that another event tells."""


class Following:
    """The streams of one account that the journal brings."""

    def __init__(self, journal: Journal, reading: Reading, *, late: timedelta) -> None:
        self._journal, self._reading, self._late = journal, reading, late

    def check(self) -> None:
        """Return when the journal and the subscriptions can be read."""
        self._journal.subscriptions()
        self._journal.latest()

    def close(self) -> None:
        """Let go of the connections."""
        self._journal.close()

    def rows(self, kind: Kind, position: Any) -> Iterator[Page]:
        """What there is, and from then on what happens to it.

        The journal's end is noted before anything is loaded, so nothing between is missed. Where
        the journal lost what happened (after three days, or without a subscription), it is searched
        for from the moment up to which all was read.
        """
        subscribed = self._subscribed(kind)
        stood, fell = _is_sound(position), False
        place: Place = dict(position) if stood else self._noted(None)
        while True:
            yield from self._loaded(kind, place)
            try:
                if stood and not fell and subscribed > moment(place["at"]):
                    raise Gap("a subscription was missing for a while.")
                yield from self._followed(kind, place)
                return
            except Gap:
                if fell:
                    raise
                fell, place = True, self._noted(place["at"])
                yield Page(next_position=dict(place), notices=self._notices(kind))

    def _noted(self, since: str | None) -> Place:
        offset, now = self._journal.latest()
        at = stamp(now)
        return {"offset": offset, "at": at, "again": at, "since": since, "load": None}

    def _loaded(self, kind: Kind, place: Place) -> Iterator[Page]:
        """Everything, or what changed since the journal ended; the place is behind it then."""
        if "load" not in place:
            return
        since = moment(place["since"]) - BEFORE if place["since"] else None
        for page in self._reading.rows(kind, Window(since), place["load"], anew=bool(since)):
            yield replace(page, next_position={**place, "load": page.next_position})
        del place["load"], place["since"]
        yield Page(next_position=dict(place))

    def _followed(self, kind: Kind, place: Place) -> Iterator[Page]:
        """What the journal tells from the place on, which moves with it."""
        met = set[str]()
        entries, now = self._entries(place)
        yield from self._again(kind, place, now)
        while entries:
            for entry in entries:
                if entry.offset in met:
                    raise BackendError("HubSpot's journal comes back to where it was already.")
                met.add(entry.offset)
                told = self._journal.events(entry, before=place["offset"])
                place["offset"] = entry.offset
                if told.published:
                    place["at"] = max(place["at"], stamp(told.published))
                page = self._told(kind, told.events)
                if page.records or page.deleted or page.merged:
                    yield replace(page, next_position=dict(place))
            entries, now = self._journal.after(place["offset"])
        place["at"] = max(place["at"], stamp(now))
        yield Page(next_position=dict(place))

    def _entries(self, place: Place) -> tuple[list[Entry], datetime]:
        """The entries behind the place; Gap where some may be gone that nobody has read.

        The offset itself is forgotten though nothing came after it: then the first entry that
        there is comes after it.
        """
        try:
            entries, now = self._journal.after(place["offset"])
        except Forgotten as error:
            if error.now - moment(place["at"]) > KEPT:
                raise
            place["offset"] = None
            entries, now = self._journal.after(None)
        if now - moment(place["at"]) > KEPT:
            raise Gap("the journal was not read for too long.")
        return entries, now

    def _again(self, kind: Kind, place: Place, now: datetime) -> Iterator[Page]:
        """What changed just before the loading began, which the searches may not have shown yet."""
        if "again" not in place or now < moment(place["again"]) + self._late:
            return
        then = moment(place["again"])
        window = Window(then - self._late, then + self._late)
        for page in self._reading.rows(kind, window, None, anew=True):
            yield replace(page, next_position=dict(place))
        del place["again"]

    def _told(self, kind: Kind, events: Sequence[Event]) -> Page:
        """What these events came to: records as they are now, and who is gone or merged.

        One that is not there though nothing says that it is gone is left to the event that will:
        only that knows whether it was deleted or merged.
        """
        changed, gone, erased = dict[str, None](), dict[str, None](), set[str]()
        merged: dict[tuple[str, str], None] = {}
        lines = [one.id for one in events if one.number == LINES.number]
        for event in events:
            if event.number != kind.number:
                continue
            merged |= dict.fromkeys((loser, event.id) for loser in event.losers)
            if event.action in ("DELETE", "GDPR_DELETE"):
                gone[event.id] = None
                changed.pop(event.id, None)
                erased |= {event.id} if event.action == "GDPR_DELETE" else set()
            elif event.id not in gone or (event.action == "RESTORE" and event.id not in erased):
                gone.pop(event.id, None)
                changed[event.id] = None
        if kind.kind == "orders" and lines:
            orders = self._reading.of_lines(kind, list(dict.fromkeys(lines)))
            changed |= dict.fromkeys(one for one in orders if one not in gone)
        losers = {loser for loser, _ in merged}
        page = self._reading.of_ids(kind, [one for one in changed if one not in losers])
        pairs = list(merged | dict.fromkeys(page.merged))
        losers = {loser for loser, _ in pairs}
        return replace(page, merged=pairs, deleted=[one for one in gone if one not in losers])

    def _notices(self, kind: Kind) -> list[Notice]:
        if kind.name != CONTACTS.name or self._reading.compares(kind):
            return []
        return [Notice("the journal did not tell everything; contacts erased meanwhile are not "
                       "known.", "IT: read once with compare = true.")]  # fmt: skip

    # subscriptions

    def _subscribed(self, kind: Kind) -> datetime:
        """The moment since when all that is needed is subscribed to; what is missing is made."""
        there, latest = self._journal.subscriptions(), moment("1970-01-01T00:00:00Z")
        for wanted in wanted_of(kind):
            alike = [row for row in there if _is_alike(row, wanted)]
            row = next((one for one in alike if _covers(one, wanted)), None)
            if row is None:
                row = self._made(kind, _widened(wanted, alike))
            told = [moment_of(row.get(name)) for name in ("createdAt", "updatedAt")]
            latest = max(latest, *(one for one in told if one))
        return latest

    def _made(self, kind: Kind, wanted: Row) -> Row:
        try:
            return self._journal.subscribe(wanted)
        except Refusal as error:
            raise BackendError(
                f"HubSpot takes no subscription to the changes of {kind.name} ({error.category}).",
                hint=f"IT: name in journal_of what is read from the journal, without {kind.name}.",
            ) from error
        except CredentialsError as error:
            raise CredentialsError(
                f"the app may not subscribe to the changes of {kind.name}, and nobody did.",
                hint=f"IT: give the app the scope {SCOPE}.subscriptions.write, and the one to read "
                f"{kind.name}, and let the account install it anew; or leave {kind.name} out of "
                "journal_of, or set journal = false.",
            ) from error


def wanted_of(kind: Kind) -> list[Row]:
    """The subscriptions that a kind of object needs."""
    actions = ["CREATE", "UPDATE", "DELETE", "RESTORE"]
    found = [_objects(kind, [*actions, "MERGE"] if kind.name in MERGED else actions)]
    if kind.name == CONTACTS.name:
        found.append({"subscriptionType": "GDPR_PRIVACY_DELETION", "objectTypeId": kind.number,
                      "actions": ["GDPR_DELETE"]})  # fmt: skip
    if kind.kind == "orders":
        found.append(_objects(LINES, ["CREATE", "UPDATE", "RESTORE"]))
    return found


def _objects(kind: Kind, actions: Sequence[str]) -> Row:
    names = [one for one in kind.properties if one not in UNTOLD]
    return {"subscriptionType": "OBJECT", "objectTypeId": kind.number, "actions": list(actions),
            "properties": names}  # fmt: skip


def _is_alike(row: Row, wanted: Row) -> bool:
    """Whether a subscription is about the same objects, all of them."""
    same = all(row.get(name) == wanted[name] for name in ("subscriptionType", "objectTypeId"))
    return same and not row.get("objectIds")


def _covers(row: Row, wanted: Row) -> bool:
    return all(set(wanted.get(name, ())) <= set(row.get(name) or ())
               for name in ("actions", "properties"))  # fmt: skip


def _widened(wanted: Row, alike: Sequence[Row]) -> Row:
    """What is wanted, and what others who use the app subscribed to: making one may replace it."""
    found = dict(wanted)
    for name in ("actions", "properties"):
        if name in wanted:
            more = [one for row in alike for one in row.get(name) or ()]
            found[name] = list(dict.fromkeys([*wanted[name], *more]))
    return found


def _is_sound(position: Any) -> bool:
    """Whether this is a place as it is written here."""
    if not isinstance(position, dict) or not {"offset", "at"} <= position.keys():
        return False
    told = [position["at"], *(position[one] for one in ("again", "since") if position.get(one))]
    return all(moment_of(one) for one in told) and ("load" in position) == ("since" in position)
