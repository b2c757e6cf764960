"""What is read: records that changed, with what belongs to them, and the archive."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from crmsync.http.reading import as_deleted, ids_of, in_turn, with_gone, within
from crmsync.model.stream import Page, Window, reach
from crmsync_hubspot.api import Api
from crmsync_hubspot.objects import COMPANIES, CONTACTS, LINES, Kind
from crmsync_hubspot.settings import HubSpotSettings

Row = Mapping[str, Any]

BEFORE = timedelta(days=1)
"""So much earlier than the window the archive is looked at: it costs nothing."""


class Reading:
    """The objects of one account."""

    def __init__(self, api: Api, own: HubSpotSettings) -> None:
        self._api, self._own = api, own

    def rows(self, kind: Kind, window: Window, at: Any, *, anew: bool = False) -> Iterator[Page]:
        """What changed in the window, by itself or by its lines, and what was archived in it.

        A search may show a record as it was some minutes ago: `anew` reads it by its id instead.
        """
        parts: dict[str, Callable[[Any], Iterator[Page]]] = {
            "changed": lambda at: self._changed(kind, window, at, anew=anew)
        }
        if kind.kind == "orders" and window.since:
            parts["lines"] = lambda at: self._by_lines(kind, window, at)
        if not self.compares(kind):
            parts["archived"] = lambda at: self._archived(kind, window, at)
        return in_turn(at, **parts)

    def compares(self, kind: Kind) -> bool:
        """Whether ids are compared: an erased contact is in no archive."""
        return kind.name == CONTACTS.name and self._own.compare

    def ids(self, kind: Kind) -> Iterator[Sequence[str]]:
        """Every id that is there now."""
        return ids_of(self._api.listed(kind.name))

    def of_ids(self, kind: Kind, names: Sequence[str]) -> Page:
        """The records with these ids that are there, and what went into them."""
        found = {str(row.get("id")): row for row in self._api.read(kind.name, names,
                                                                   kind.properties)}  # fmt: skip
        (page,) = with_gone([Page(records=list(found.values()))], losers=losers)
        return replace(page, records=self._dressed(kind, page.records))

    def of_lines(self, kind: Kind, lines: Sequence[str]) -> list[str]:
        """The ids of the orders to which these lines belong."""
        of = self._api.associated(LINES.name, lines, kind.name)
        return list(dict.fromkeys(one for them in of.values() for one in them))

    def _changed(self, kind: Kind, window: Window, at: Any, *, anew: bool) -> Iterator[Page]:
        wanted = ("hs_object_id",) if anew else kind.properties
        pages = self._api.search(kind.name, wanted, window, at, stamp=kind.stamp)
        if anew:
            for page in pages:
                found = self.of_ids(kind, ids(page.records))
                yield replace(page, records=found.records, merged=found.merged)
            return
        for page in with_gone(pages, losers=losers):
            yield replace(page, records=self._dressed(kind, page.records))

    def _by_lines(self, kind: Kind, window: Window, at: Any) -> Iterator[Page]:
        """The orders whose lines changed: that alone moves no stamp of theirs."""
        names = ("hs_object_id",)
        for page in self._api.search(LINES.name, names, window, at, stamp=LINES.stamp):
            orders = self.of_lines(kind, ids(page.records))
            rows = self._api.read(kind.name, orders, kind.properties)
            yield replace(page, records=self._dressed(kind, rows))

    def _archived(self, kind: Kind, window: Window, at: Any) -> Iterator[Page]:
        since = window.since - BEFORE if window.since else None
        pages = self._api.listed(kind.name, at, archived=True)
        return as_deleted(within(pages, Window(since), stamp="archivedAt"))

    # what belongs to a record

    def _dressed(self, kind: Kind, rows: Sequence[Row]) -> list[Row]:
        if not rows:
            return []
        if kind.kind == "orders":
            return self._with_lines(kind, rows)
        if kind.kind == "interactions":
            of = self._api.associated(kind.name, ids(rows), CONTACTS.name)
            return [{**row, "contacts": of.get(str(row.get("id")), [])} for row in rows]
        if kind.name == CONTACTS.name and self._own.statuses:
            return self._with_statuses(rows)
        return list(rows)

    def _with_lines(self, kind: Kind, rows: Sequence[Row]) -> list[Row]:
        names = ids(rows)
        people = self._api.associated(kind.name, names, CONTACTS.name)
        alone = [one for one in names if not people.get(one)]
        firms = self._api.associated(kind.name, alone, COMPANIES.name) if alone else {}
        lines = self._api.associated(kind.name, names, LINES.name)
        wanted = dict.fromkeys(one for them in lines.values() for one in them)
        found = {
            str(line.get("id")): {"id": line.get("id"), "properties": line.get("properties")}
            for line in self._api.read(LINES.name, list(wanted), LINES.properties)
        }
        return [
            {**row, "contacts": people.get(name, []), "companies": firms.get(name, []),
             "line_items": [found[one] for one in lines.get(name, []) if one in found]}
            for row, name in zip(rows, names, strict=True)
        ]  # fmt: skip

    def _with_statuses(self, rows: Sequence[Row]) -> list[Row]:
        told = [reach(row, "properties.email") for row in rows]
        emails = [one if isinstance(one, str) and "@" in one else "" for one in told]
        asked = [one for one in dict.fromkeys(emails) if one]
        if not asked:
            return list(rows)
        found = self._api.statuses(asked)
        return [
            {**row, "statuses": found.get(email.casefold(), [])} if email else row
            for row, email in zip(rows, emails, strict=True)
        ]


def ids(rows: Sequence[Row]) -> list[str]:
    """The ids of records."""
    return [str(row.get("id")) for row in rows]


def losers(row: Row) -> list[str]:
    """The ids of those that went into this record.

    hs_merged_object_ids is "1;2"; hs_calculated_merged_vids, of contacts merged long ago, is
    "1:1630000000000;2:…" and leaves some out.
    """
    told = [reach(row, f"properties.{name}")
            for name in ("hs_merged_object_ids", "hs_calculated_merged_vids")]  # fmt: skip
    found = [part.partition(":")[0].strip() for text in told if isinstance(text, str)
             for part in text.split(";")]  # fmt: skip
    return list(dict.fromkeys(one for one in found if one.isascii() and one.isdigit()))
