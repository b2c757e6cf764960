"""What is read for each stream: rows that changed, deals with their products, and those deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from crmsync.http.reading import as_deleted, ids_of, in_turn, with_gone
from crmsync.model.stream import Page, Window
from crmsync_pipedrive.api import MOST, Api
from crmsync_pipedrive.settings import PipedriveSettings

Row = Mapping[str, Any]

PATHS = {"products": "products", "customers": "persons", "organizations": "organizations",
         "orders": "deals", "activities": "activities"}  # fmt: skip


class Reading:
    """The lists of one company."""

    def __init__(self, api: Api, own: PipedriveSettings) -> None:
        self._api, self._own = api, own

    def rows(self, stream: str, window: Window, at: Any) -> Iterator[Page]:
        """The rows of a stream that changed in the window."""
        if stream == "orders":
            return self._deals(window, at)
        size, path = self._own.page_size, PATHS[stream]
        if stream == "products":  # its list knows no end
            window = Window(window.since)
        more = {"include_fields": "marketing_status,doi_status"} if self._marketing(stream) else {}
        pages = self._api.pages(path, at, size=size, window=window, **more)
        pages = with_gone(pages, deleted="is_deleted")
        return self._translated(pages) if stream == "customers" else pages

    def ids(self, stream: str) -> Iterator[Sequence[str]]:
        """Every id that is there now."""
        return ids_of(self._api.pages(PATHS[stream], size=self._own.page_size))

    def _marketing(self, stream: str) -> bool:
        return stream == "customers" and self._own.campaigns

    # custom fields

    @cached_property
    def fields(self) -> dict[str, dict[str, Any]]:
        """Our names with the field that holds each: its key, and the words of its options."""
        if not self._own.fields:
            return {}
        rows = self._api.every("personFields")
        found: dict[str, dict[str, Any]] = {}
        for ours, theirs in self._own.fields.items():
            row = next((row for row in rows if theirs in
                        (row.get("field_code"), row.get("field_name"))), None)  # fmt: skip
            if row is not None:
                options = {str(one.get("id")): one.get("label") for one in row.get("options") or ()
                           if isinstance(one, dict)}  # fmt: skip
                found[ours] = {"key": str(row.get("field_code")), "options": options}
        return found

    def _translated(self, pages: Iterator[Page]) -> Iterator[Page]:
        """The persons with what their custom fields say, under our names: keys are mere hashes."""
        for page in pages:
            yield replace(page, records=[self._person(row) for row in page.records])

    def _person(self, row: Row) -> Row:
        told = row.get("custom_fields")
        if not isinstance(told, dict) or not self.fields:
            return row
        own = {ours: _worded(told[field["key"]], field["options"])
               for ours, field in self.fields.items() if field["key"] in told}  # fmt: skip
        return {**row, "own": own}

    # deals

    def _deals(self, window: Window, at: Any) -> Iterator[Page]:
        """Those in the pipelines, those that were archived, and those that were deleted: these
        are listed for 30 days, and nobody says whether deleting moves a stamp."""
        size = min(self._own.page_size, MOST)

        def changed(at: Any, path: str = "deals") -> Iterator[Page]:
            pages = self._api.pages(path, at, size=size, window=window)
            for page in with_gone(pages, deleted="is_deleted"):
                yield replace(page, records=self._with_products(page.records))

        def deleted(at: Any) -> Iterator[Page]:
            return as_deleted(self._api.pages("deals", at, size=size, status="deleted"))

        return in_turn(at, changed=changed, archived=lambda at: changed(at, "deals/archived"),
                       deleted=deleted)  # fmt: skip

    def _with_products(self, rows: Sequence[Row]) -> list[Row]:
        """The deals with their products, and these with the codes by which they are known."""
        won = [str(row.get("id")) for row in rows if row.get("status") == "won"]
        lines = self._api.of("deals/products", "deal_ids", won) if won else []
        wanted = dict.fromkeys(str(one["product_id"]) for one in lines if one.get("product_id"))
        known = self._api.of("products", "ids", list(wanted)) if wanted else []
        codes = {str(row.get("id")): row.get("code") for row in known}
        found: defaultdict[str, list[Row]] = defaultdict(list)
        for one in lines:
            code = codes.get(str(one.get("product_id")))
            found[str(one.get("deal_id"))].append({**one, "code": code})
        return [{**row, "products": found[str(row.get("id"))]} for row in rows]


def _worded(value: Any, options: Mapping[str, Any]) -> Any:
    """The word of an option, or of several; any other value as it is."""
    if isinstance(value, dict):
        value = value.get("value", value.get("id"))
    if options and isinstance(value, list):
        return "; ".join(str(options.get(str(one), one)) for one in value)
    return options.get(str(value), value) if options else value
