"""Members in the order of their last change, page behind page, however many share a second.

Pages by offset would skip members, for whoever changes moves to the end. So each page asks for what
changed after the last second that is known whole; of a page that is full, its last second may not
be, and is left to the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from crmsync.errors import BackendError, NotReadable
from crmsync.http.reading import earlier, ids_of, in_turn
from crmsync.model.stream import Page, Window
from crmsync_mailchimp.api import Api
from crmsync_mailchimp.settings import MailchimpSettings

Row = Mapping[str, Any]

SECOND = timedelta(seconds=1)
SUPPRESSED = ("unsubscribed", "cleaned")
TRIES = 5
"""So often a second is read anew because somebody left it meanwhile."""


class Reading:
    """The members of one audience."""

    def __init__(self, api: Api, own: MailchimpSettings) -> None:
        self._api, self._own = api, own

    def members(self, window: Window, place: Any) -> Iterator[Page]:
        """Who changed in the window; then the archived, who are in no list but their own."""
        for page in self._all(earlier(window), place):
            yield replace(page, records=[self._whole(row) for row in page.records])

    def ids(self) -> Iterator[Sequence[str]]:
        """The contact id of every member."""
        return ids_of(self._all(Window(), None), key="contact_id")

    def _all(self, window: Window, place: Any) -> Iterator[Page]:
        return in_turn(
            place,
            members=lambda at: self._walk(window, at, None),
            archived=lambda at: self._walk(window, at, "archived"),
        )

    def _walk(self, window: Window, place: Any, status: str | None) -> Iterator[Page]:
        """The pages behind the second {"after": its stamp}."""
        told = place["after"] if place else None
        after = datetime.fromisoformat(told) if told else window.since
        while True:
            rows = self._page(after, window.until, status)
            full = len(rows) >= self._own.page_size
            fresh = [row for row in rows if after is None or stamp_of(row) > after]
            if not fresh:
                if not full:
                    return
                after = (after or stamp_of(rows[-1])) + SECOND
                continue
            last = stamp_of(fresh[-1])
            whole = [row for row in fresh if stamp_of(row) < last] if full else fresh
            whole = whole or self._second(last, status)
            after = stamp_of(whole[-1]) if whole else last
            yield Page(records=whole, next_position={"after": after.isoformat()})
            if not full:
                return

    def _page(self, after: datetime | None, until: datetime | None, status: str | None) -> Any:
        size = self._own.page_size
        rows, _ = self._api.members(count=size, since_last_changed=_text(after),
                                    before_last_changed=_text(until), status=status)  # fmt: skip
        stamps = [stamp_of(row) for row in rows]
        if stamps != sorted(stamps):
            raise BackendError(
                "the members do not come in the order of their last change.",
                hint="Whoever writes the connector: Mailchimp no longer heeds sort_field.",
            )
        return rows

    def _second(self, at: datetime, status: str | None) -> list[Row]:
        """All members of one second, more than a page holds; read anew where somebody left it."""
        for _ in range(TRIES):
            found: dict[str, Row] = {}
            total = skip = 0
            while True:
                rows, now = self._api.members(
                    count=self._own.page_size, offset=skip, status=status,
                    since_last_changed=_text(at - SECOND), before_last_changed=_text(at + SECOND),
                )  # fmt: skip
                if skip and now < total:
                    break
                total, skip = now, skip + len(rows)
                found |= {str(row.get("contact_id")): row for row in rows if stamp_of(row) == at}
                if not rows or skip >= total:
                    return list(found.values())
        raise BackendError("a second's members change faster than they can be read.")

    def _whole(self, row: Row) -> Row:
        """A member, with what he did where that is asked for."""
        wanted = self._own.activity
        if wanted == "none" or (wanted == "suppressed" and row.get("status") not in SUPPRESSED):
            return row
        return {**row, "activity": list(self._api.activity(str(row["contact_id"])))}


def stamp_of(row: Row) -> datetime:
    """When a member changed last; NotReadable where that is not told."""
    try:
        found = datetime.fromisoformat(str(row.get("last_changed")))
    except ValueError:
        raise NotReadable("a member has no moment of its last change.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds")
