"""Profiles by their last change, events by metric and time; every list goes on at a link."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from crmsync.errors import NotReadable
from crmsync.http.reading import earlier, ids_of, in_turn
from crmsync.model.stream import Page, Window, reach
from crmsync_klaviyo.api import Api, quoted
from crmsync_klaviyo.settings import KlaviyoSettings

Row = Mapping[str, Any]


class Reading:
    """The lists of one account."""

    def __init__(self, api: Api, own: KlaviyoSettings) -> None:
        self._api, self._own = api, own

    def profiles(self, window: Window, place: Any) -> Iterator[Page]:
        """The profiles that changed in the window: the filter knows only *greater than*."""
        since = earlier(window).since
        parts = [f"greater-than(updated,{_text(since)})"] if since else []
        parts += [f"less-than(updated,{_text(window.until)})"] if window.until else []
        asked = {"sort": "updated", "page[size]": self._own.page_size,
                 "additional-fields[profile]": "subscriptions"}  # fmt: skip
        if parts:
            asked["filter"] = ",".join(parts)
        members = self._members()
        for page in self._api.pages("profiles", asked, place):
            rows = [{**row, "list_names": members.get(str(row["id"]), [])} for row in page.records]
            yield replace(page, records=rows if members else page.records)

    def ids(self) -> Iterator[Sequence[str]]:
        """The id of every profile."""
        asked = {"sort": "id", "page[size]": self._own.page_size, "fields[profile]": "updated"}
        return ids_of(self._api.pages("profiles", asked))

    def events(self, window: Window, place: Any) -> Iterator[Page]:
        """The events of the window, metric by metric."""
        known = self._metrics()
        parts = {name: partial(self._of_metric, name, known[name], window)
                 for name in self._own.metrics if name in known}  # fmt: skip
        if not parts:
            return iter(())
        begun = place if place and place.get("of") in parts else None
        return in_turn(begun, **parts)

    def check_events(self) -> None:
        """Return when metrics and events may be read."""
        self._metrics()
        next(self._api.pages("events", {"page[size]": 1}), None)

    def _of_metric(self, name: str, metric: str, window: Window, place: Any) -> Iterator[Page]:
        parts = [f"equals(metric_id,{quoted(metric)})"]
        if window.since:
            parts.append(f"greater-or-equal(datetime,{_text(earlier(window).since)})")
        if window.until:
            parts.append(f"less-than(datetime,{_text(window.until)})")
        asked = {"filter": ",".join(parts), "sort": "datetime",
                 "page[size]": self._own.event_page_size}  # fmt: skip
        for page in self._api.pages("events", asked, place):
            yield replace(page, records=[{**row, "metric_name": name} for row in page.records])

    def _metrics(self) -> dict[str, str]:
        """The ids of metrics by their names; of several with one name, Klaviyo's own."""
        found: dict[str, str] = {}
        for row in self._api.every("metrics", {}):
            name, own = reach(row, "attributes.name"), reach(row, "attributes.integration.name")
            if not isinstance(name, str):
                raise NotReadable("Klaviyo's answer holds a metric without a name.")
            if name not in found or own == "Klaviyo":
                found[name] = str(row["id"])
        return found

    def _members(self) -> dict[str, list[str]]:
        """The names of the lists that are asked for, by the ids of their members."""
        found: dict[str, list[str]] = {}
        for group in self._own.lists:
            name = str(reach(self._api.get(f"lists/{group}"), "attributes.name"))
            path = f"lists/{group}/relationships/profiles"
            for page in self._api.pages(path, {"page[size]": 100}):
                for row in page.records:
                    found.setdefault(str(row["id"]), []).append(name)
        return found


def _text(at: datetime | None) -> str:
    assert at is not None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
