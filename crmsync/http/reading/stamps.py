"""What windows ask for: bounds as backends understand them, and what came that was not asked for.

Reading too much does no harm, for the engine compares records with what it knows; so every bound
errs on the side of more.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from xxhash import xxh3_128_digest

from crmsync.errors import NotReadable
from crmsync.http._asked import Answer
from crmsync.http.reading.rows import Row, Rows
from crmsync.model.stream import Notice, Page, Window, reach
from crmsync.model.undecoded import Undecoded

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
CHANGE = timedelta(hours=3)
"""No clock was ever set back farther at once."""
LONG_SINCE = re.compile(r"\d{9,16}(\.\d+)?")


def server_time_of(answer: Answer) -> datetime:
    """The backend's clock from the Date header of an answer; NotReadable when it has none."""
    if answer.server_time is None:
        raise NotReadable(
            "the backend does not tell its time.", hint="IT: a proxy drops the Date header."
        )
    return answer.server_time


def earlier(window: Window, grain: timedelta = SECOND) -> Window:
    """The window to ask for where stamps are cut to a `grain`, or the lower bound is left out.

    It begins a whole grain before the one that `since` lies in; what comes twice does no harm.
    """
    if window.since is None:
        return window
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return Window(epoch + ((window.since - epoch) // grain - 1) * grain, window.until)


def days_of(window: Window, zone: str = "UTC") -> tuple[date | None, date | None]:
    """The first and the last day of a window in the backend's zone, both to be asked for whole.

    For filters that know days only; what lies outside the window is left out by `within`.
    """
    since, until = window.since, window.until
    first = since.astimezone(ZoneInfo(zone)).date() if since else None
    last = (until - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date() if until else None
    return first, last


def local_bounds(window: Window, zone: str) -> tuple[datetime | None, datetime | None]:
    """The bounds of a window on a clock that shows `zone` and says no offset (naive).

    When such a clock is set back, an hour comes twice: a bound that lies near it is moved so that
    whatever the clock showed within the window lies between the two.
    """
    clock = ZoneInfo(zone)

    def shown(at: datetime, before: datetime, after: datetime, sign: int) -> datetime:
        offsets = [(one.astimezone(clock).utcoffset() or timedelta()) for one in (before, after)]
        back = max(offsets[0] - offsets[1], timedelta())
        return at.astimezone(clock).replace(tzinfo=None) + sign * back

    since, until = window.since, window.until
    low = None if since is None else shown(since, since, since + CHANGE, -1)
    high = None if until is None else shown(until, until - CHANGE, until, 1)
    return low, high


def moment_in(value: Any, zone: str = "UTC") -> datetime | None:
    """The moment of a record's stamp: ISO 8601, or seconds or milliseconds since 1970.

    One without zone is in `zone`, and of an hour that comes twice the first. None for no moment.
    """
    text = str(value).strip()
    try:
        if not isinstance(value, bool) and LONG_SINCE.fullmatch(text):
            seconds = float(text) if float(text) < 10**11 else float(text) / 1000
            return datetime.fromtimestamp(seconds, UTC)
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def within(
    pages: Iterable[Page], window: Window, *, stamp: str, zone: str = "UTC"
) -> Iterator[Page]:
    """The pages without the records whose stamp lies outside the window; one without stamp stays.

    For filters that give more than a window, such as whole days.
    """

    def belongs(record: Row) -> bool:
        at = moment_in(reach(record, stamp), zone)
        if at is None:
            return True
        after = window.since is None or at >= window.since
        return after and (window.until is None or at < window.until)

    for page in pages:
        yield kept(page, belongs)


def kept(page: Page, wanted: Callable[[Row], bool]) -> Page:
    """The page with those of its records that are wanted; the bytes they came in stay with them."""
    return marked(page, [wanted(record) for record in page.records])


def marked(page: Page, marks: Sequence[bool]) -> Page:
    """The page with those of its records that are marked."""
    if all(marks):
        return page
    changes: dict[str, Any] = {"records": _chosen(page.records, marks)}
    for name in ("payloads", "ids"):
        if len(getattr(page, name)) == len(marks):
            changes[name] = _chosen(getattr(page, name), marks)
    return replace(page, **changes)


def _chosen(values: Any, marks: Sequence[bool]) -> Any:
    whole = values.payloads if isinstance(values, Undecoded) else values
    some = [value for value, mark in zip(whole, marks, strict=True) if mark]
    return Undecoded(some) if isinstance(values, Undecoded) else some


def watched(
    pages: Iterable[Page],
    window: Window,
    *,
    stamp: str,
    stream: str,
    zone: str = "UTC",
    slack: timedelta = DAY,
) -> Iterator[Page]:
    """The pages, all of them; a notice with the first that shows that the filter is not heeded.

    That is a record whose stamp lies more than `slack` before the window. Reading goes on as if
    everything had been asked for: the engine compares each record with what it knows.
    """
    told = window.since is None
    for page in pages:
        if not told and any(_is_before(one, window, stamp, zone, slack) for one in page.records):
            told = True
            page = replace(page, notices=[*page.notices, unheeded(stream, stamp)])
        yield page


def _is_before(record: Row, window: Window, stamp: str, zone: str, slack: timedelta) -> bool:
    at = moment_in(reach(record, stamp), zone)
    return at is not None and window.since is not None and at < window.since - slack


def unheeded(stream: str, stamp: str) -> Notice:
    """The notice that a backend ignores the filter for what changed."""
    return Notice(
        f"{stream}: the backend ignores the filter on '{stamp}' and gives everything.",
        "Nothing is lost, every run takes longer. Whoever looks after the backend: is it, or a "
        "plugin that answers in its place, too old for this filter?",
    )


class Overlap:
    """Leaves out what has come already in the very same words, remembering `limit` records at most.

    For windows that overlap, and walks that go back. A record that changed within one second has
    its old stamp and says something else: so what counts is all that it says. Of records that were
    forgotten a second copy goes through, which does no harm. It takes about 100 bytes each.
    """

    def __init__(self, limit: int = 100_000) -> None:
        self._limit = limit
        self._known: OrderedDict[bytes, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def fresh(self, pages: Iterable[Page]) -> Iterator[Page]:
        """The pages without the records that came before."""
        for page in pages:
            yield marked(page, [self._is_new(mark) for mark in _digests(page.records)])

    def _is_new(self, mark: bytes) -> bool:
        if mark in self._known:
            self._known.move_to_end(mark)
            return False
        self._known[mark] = None
        if len(self._known) > self._limit:
            self._known.popitem(last=False)
        return True


def _digests(records: Rows) -> list[bytes]:
    if isinstance(records, Undecoded):
        return list(map(xxh3_128_digest, records.payloads))
    option = orjson.OPT_SORT_KEYS
    return [xxh3_128_digest(orjson.dumps(one, option=option, default=str)) for one in records]
