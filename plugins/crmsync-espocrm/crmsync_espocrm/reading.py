"""Reads a stream: rows that changed, and persons who left, whose rows do not say it by a stamp.

An unsubscription is noted at the e-mail address, the number or the target list, not at the person:
his modifiedAt stays. So whoever left is read at each run; the engine compares what it knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from crmsync.http.reading import ids_of, in_turn
from crmsync.model.stream import Page, Window
from crmsync_espocrm.api import Api, Row, within
from crmsync_espocrm.settings import EspoCrmSettings
from crmsync_espocrm.sources import Source

LEFT = {"left": "emailAddressIsOptedOut", "uncalled": "phoneNumberIsOptedOut"}
"""Parts of a reading, and the flags of those who left."""


class Reading:
    """One stream within one window."""

    def __init__(self, api: Api, source: Source, window: Window, *, own: EspoCrmSettings) -> None:
        self._api, self._source, self._window, self._own = api, source, window, own

    def pages(self, position: Any) -> Iterator[Page]:
        """The pages from `position` on; a first load meets everybody anyway."""
        parts: dict[str, Any] = {"own": self._rows}
        if self._window.since is not None and self._source.of == "customers":
            parts |= {name: self._part(flag) for name, flag in LEFT.items()}
            if self._own.target_lists:
                parts["lists"] = self._lists
        return in_turn(position, **parts)

    def ids(self) -> Iterator[Sequence[str]]:
        """Every id that is there, in chunks."""
        return ids_of(self._api.walk(f"/{self._source.entity}", select=["id"]))

    def _rows(self, at: Any) -> Iterator[Page]:
        return self._walk(within(self._window), at)

    def _part(self, flag: str) -> Any:
        return lambda at: self._walk([{"type": "isTrue", "attribute": flag}], at)

    def _walk(self, where: Any, at: Any) -> Iterator[Page]:
        path, select = f"/{self._source.entity}", self._source.select
        for page in self._api.walk(path, where, at, select=select):
            yield replace(page, records=self._marked(page.records))

    def _lists(self, at: Any) -> Iterator[Page]:
        """Whoever left one of the lists; a list has few who did, so it is read whole."""
        ids = {one for some in self._who_left.values() for one in some}
        for rows in self._api.alike(f"/{self._source.entity}", ids):
            yield Page(records=self._marked(rows), next_position=at)

    def _marked(self, rows: Sequence[Row]) -> Sequence[Row]:
        """The rows, each with the lists that its person left."""
        if self._source.of != "customers" or not self._own.target_lists:
            return rows
        return [
            {**row, "leftLists": [name for name, ids in self._who_left.items() if row["id"] in ids]}
            for row in rows
        ]

    @cached_property
    def _who_left(self) -> dict[str, set[str]]:
        return {name: self._api.opted_out(name) for name in self._own.target_lists}
