"""Contacts that changed, in the order in which they were made, with the names of their lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from typing import Any

from crmsync.http.reading import by_offset, earlier, ids_of, watched
from crmsync.model.stream import Page, Window
from crmsync_brevo.api import Api
from crmsync_brevo.settings import BrevoSettings

Row = Mapping[str, Any]


class Reading:
    """The contacts of one account."""

    def __init__(self, api: Api, own: BrevoSettings) -> None:
        self._api, self._own = api, own

    def contacts(self, window: Window, place: Any) -> Iterator[Page]:
        """The contacts that changed since the window began; the filter knows no end."""
        lists = self._api.lists()
        since = earlier(window).since
        text = since.astimezone(UTC).isoformat(timespec="milliseconds") if since else None
        pages = self._walk(text.replace("+00:00", "Z") if text else None, place)
        for page in watched(pages, window, stamp="modifiedAt", stream="customers"):
            yield replace(page, records=[self._whole(row, lists) for row in page.records])

    def ids(self) -> Iterator[Sequence[str]]:
        """Every contact's id."""
        return ids_of(self._walk(None, None))

    def _walk(self, since: str | None, place: Any) -> Iterator[Page]:
        return by_offset(
            lambda start, count: self._api.contacts(start, count, since),
            place,
            size=self._own.page_size,
            key="id",
            records="contacts",
            total="count",
        )

    def _whole(self, row: Row, lists: Mapping[int, str]) -> Row:
        told = row.get("listIds")
        names = [lists[one] for one in told if one in lists] if isinstance(told, list) else []
        return {**row, "list_names": sorted(names), **self._statistics(row)}

    def _statistics(self, row: Row) -> dict[str, Any]:
        """What campaigns did in the last 90 days, where that is asked for."""
        wanted = self._own.statistics
        if wanted == "none" or (wanted == "blocked" and row.get("emailBlacklisted") is not True):
            return {}
        found = self._api.contact(str(row["id"]))
        return {"statistics": found.get("statistics") or {}} if found else {}
