"""Reads what changed: documents by their stamps, their child tables, and what was renamed or gone.

Lists hold no child tables, and no page number is asked for: a document that changes moves to the
end of its list.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from html import unescape
from typing import Any

from crmsync.http.reading import After, by_id, by_stamp, in_turn, local_bounds
from crmsync.model.stream import Page, Window
from crmsync_erpnext.api import Api, Row
from crmsync_erpnext.doctypes import KINDS, Kind
from crmsync_erpnext.people import People
from crmsync_erpnext.settings import ErpNextSettings

STAMP = "%Y-%m-%d %H:%M:%S.%f"
BOLD = re.compile(r"<strong>(.*?)</strong>")
TOLD_GONE = ("customers", "orders", "invoices", "receipts", "products")
"""The streams of which it is told what was deleted."""

Part = Callable[[Any], Iterator[Page]]


class Reading:
    """Walks the lists of one site."""

    def __init__(self, api: Api, own: ErpNextSettings, zone: str) -> None:
        self._api, self._own, self._zone = api, own, zone
        self._people = People(api)

    def changed(self, stream: str, window: Window, position: Any) -> Iterator[Page]:
        """What changed in a window: itself, in its parts, by another name, or for good."""
        kind = KINDS[stream]
        parts: dict[str, Part] = {"changed": partial(self._stamped, kind, window)}
        if stream == "customers" and window.since is not None:
            for doctype in ("Contact", "Address", "Email Unsubscribe"):
                parts[doctype] = partial(self._with_changed, doctype, window)
        if self._own.history and window.since is not None:
            if stream == "customers":
                parts["renamed"] = partial(self._renamed, window)
            if stream in TOLD_GONE:
                parts["gone"] = partial(self._gone, kind, window)
        return in_turn(position, **parts)

    def whole(self, stream: str, position: Any) -> Iterator[Page]:
        """Every document, in the order of names."""
        kind = KINDS[stream]

        def fetch(after: Any) -> Any:
            rest = [] if after is None else [["name", ">", after]]
            return self._api.rows(kind.doctype, kind.fields, rest, "name asc",
                                  size=self._own.page_size)  # fmt: skip

        return map(partial(self._filled, kind), by_id(fetch, position, key="name"))

    def _stamped(self, kind: Kind, window: Window, position: Any) -> Iterator[Page]:
        """The documents with a stamp in a window, each with its child tables."""
        pages = self._walk(kind.doctype, kind.fields, "modified", window, position)
        return map(partial(self._filled, kind), pages)

    def _walk(
        self,
        doctype: str,
        fields: Sequence[str],
        stamp: str,
        window: Window,
        position: Any,
        rules: Sequence[Sequence[Any]] = (),
    ) -> Iterator[Page]:
        """Documents in the order of stamp and name, behind one another; clocks show no zone."""
        low, high = local_bounds(window, self._zone)
        until = [] if high is None else [[stamp, "<", high.strftime(STAMP)]]
        since = [] if low is None else [[stamp, ">=", low.strftime(STAMP)]]
        ask = partial(self._api.rows, doctype, fields, size=self._own.page_size)

        def fetch(after: After | None) -> Any:
            start = since if after is None else [[stamp, ">", after.stamp]]
            return ask([*rules, *start, *until], f"{stamp} asc, name asc")

        def ties(after: After) -> Any:
            return ask([*rules, [stamp, "=", after.stamp], ["name", ">", after.id]], "name asc")

        return by_stamp(fetch, position, stamp=stamp, key="name", ties=ties)

    def _filled(self, kind: Kind, page: Page) -> Page:
        """The page with what its documents hold in other tables."""
        rows = [dict(one) for one in page.records]
        names = [str(one["name"]) for one in rows]
        for field, (doctype, fields) in kind.children.items():
            found: dict[str, list[Row]] = defaultdict(list)
            rule = ["parenttype", "=", kind.doctype]
            wanted = ("parent", "idx", *fields)
            for one in self._api.among(doctype, wanted, "parent", names, rule, parent=kind.doctype):
                found[str(one.get("parent"))].append(one)
            for row in rows:
                row[field] = sorted(found[str(row["name"])], key=lambda one: one.get("idx") or 0)
        return replace(page, records=self._people.joined(rows) if _is_people(kind) else rows)

    # customers whose contacts, addresses or opt-outs changed

    def _with_changed(self, doctype: str, window: Window, position: Any) -> Iterator[Page]:
        """The customers that a changed contact, address or opt-out belongs to."""
        fields = ("name", "modified", *(("email",) if doctype == "Email Unsubscribe" else ()))
        for page in self._walk(doctype, fields, "modified", window, position):
            if doctype == "Email Unsubscribe":
                names = self._people.with_emails([str(one.get("email")) for one in page.records])
            else:
                names = self._people.of(doctype, [str(one["name"]) for one in page.records])
            yield replace(page, records=self._customers(names))

    def _customers(self, names: Sequence[str]) -> Sequence[Any]:
        kind = KINDS["customers"]
        rows = self._api.among(kind.doctype, kind.fields, "name", names)
        return self._people.joined(rows)

    # what was renamed, merged or deleted

    def _renamed(self, window: Window, position: Any) -> Iterator[Page]:
        """Customers that have another name now, or went into another one; neither moves a stamp."""
        fields = ("name", "creation", "reference_name", "content")
        for page in self._walk("Comment", fields, "creation", window, position, _edits("Customer")):
            pairs = [pair for one in page.records for pair in _pairs(one)]
            alive = self._alive("Customer", [loser for loser, _ in pairs])
            merged = [pair for pair in pairs if pair[0] not in alive]
            records = self._customers([winner for _, winner in merged])
            yield replace(page, records=records, merged=merged)

    def _gone(self, kind: Kind, window: Window, position: Any) -> Iterator[Page]:
        """Documents that were deleted, and are neither there again nor merged into another."""
        fields = ("name", "creation", "deleted_name")
        rules = [["deleted_doctype", "=", kind.doctype]]
        for page in self._walk("Deleted Document", fields, "creation", window, position, rules):
            names = [str(one.get("deleted_name")) for one in page.records]
            there = self._alive(kind.doctype, names)
            if _is_people(kind):
                there |= self._merged_at(page.records)
            gone = [one for one in names if one not in there]
            yield replace(page, records=(), deleted=gone)

    def _alive(self, doctype: str, names: Sequence[str]) -> set[str]:
        return {str(one["name"]) for one in self._api.among(doctype, ("name",), "name", names)}

    def _merged_at(self, records: Sequence[Any]) -> set[str]:
        """Who was merged into another in the minutes when these were deleted."""
        minutes = sorted({str(one["creation"])[:16] for one in records})
        first, last = f"{minutes[0]}:00", f"{minutes[-1]}:59.999999"
        rules = [["creation", ">=", first], ["creation", "<=", last], *_edits("Customer")]
        found = self._api.rows("Comment", ("name", "reference_name", "content"), rules,
                               "creation asc", size=0)  # fmt: skip
        return {loser for one in found for loser, _ in _pairs(one)}


def _edits(doctype: str) -> list[list[str]]:
    return [["comment_type", "=", "Edit"], ["reference_doctype", "=", doctype]]


def _pairs(comment: Any) -> list[tuple[str, str]]:
    """(old, new) of a comment that says "renamed from old to new" or "merged old into new".

    In which language does not matter: both names are bold, and the comment hangs at what it is
    called today.
    """
    winner = str(comment.get("reference_name"))
    names = [unescape(one) for one in BOLD.findall(str(comment.get("content")))]
    others = [one for one in names if one != winner]
    return [(others[0], winner)] if len(names) == 2 and others else []


def _is_people(kind: Kind) -> bool:
    return kind.doctype == "Customer"
