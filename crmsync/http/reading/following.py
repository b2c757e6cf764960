"""Follows lists that say themselves where they go on: by a cursor, a link, or the next url."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from crmsync.errors import BackendError
from crmsync.http._asked import Answer
from crmsync.http.reading.rows import Expired, Found, Guard, Rows, found_in, rows_of
from crmsync.model.stream import Page

RESTARTS = 3
"""So many times a reading begins anew because the backend forgot its page token."""

Fetch = Callable[[Any], Any]
Judge = Callable[[BackendError], bool]


def never(error: BackendError) -> bool:
    """False: no error says that a page token has expired."""
    return False


def by_cursor(
    fetch: Fetch,
    position: Any = None,
    *,
    records: str,
    cursor: Found,
    more: Found = "",
    expired: Judge = never,
) -> Iterator[Page]:
    """The pages of a list of which `fetch(cursor)` gives one, the first for None.

    `cursor` is where an answer has the next page's, nothing being the end; `more` where it says
    whether there is a next page, for backends that always give a cursor. The position is
    {"after": cursor}. A token that expired (`fetch` raises `Expired`, or an error of which
    `expired` says so) has the window read from its start again, at most three times.
    BackendError for a cursor or a page that came before.
    """

    def onward(answer: Any) -> Any:
        goes_on = found_in(answer, more) if more else True
        return (found_in(answer, cursor) or None) if goes_on else None

    return follow(
        fetch, position, rows=lambda answer: rows_of(answer, records), onward=onward,
        expired=expired,
    )  # fmt: skip


def by_next_url(
    fetch: Fetch,
    position: Any = None,
    *,
    base: str,
    records: str = "value",
    url: Found = "@odata.nextLink",
    expired: Judge = never,
) -> Iterator[Page]:
    """The pages of a list whose answers hold the next page's url, as `by_cursor`.

    `fetch(url)` gets None for the first page. A url of another host than `base`'s is a
    BackendError, since the credentials would go there; scheme and port are always those of `base`.
    """

    def onward(answer: Any) -> str | None:
        found = found_in(answer, url)
        return at_home(str(found), base) if found else None

    return follow(
        fetch, position, rows=lambda answer: rows_of(answer, records), onward=onward,
        expired=expired,
    )  # fmt: skip


def by_link(
    fetch: Callable[[Any], Answer],
    position: Any = None,
    *,
    base: str,
    records: str = ".",
    expired: Judge = never,
) -> Iterator[Page]:
    """The pages of a list whose next page is named by the Link header, as `by_next_url`."""
    return by_next_url(fetch, position, base=base, records=records, url=next_link, expired=expired)


def next_link(answer: Answer) -> str | None:
    """The url with rel="next" in the Link header of an answer (RFC 8288); None without one."""
    for url, parameters in _LINK.findall(answer.headers.get("link", "")):
        relation = _REL.search(parameters)
        if relation and "next" in (relation[1] or relation[2]).lower().split():
            return str(url)
    return None


_LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"[^"]*"|[^\s";,]+))?)*)')
_REL = re.compile(r';\s*rel\s*=\s*(?:"([^"]*)"|([^\s";,]+))', re.IGNORECASE)


def at_home(url: str, base: str) -> str:
    """The whole url of a next page on the host of `base`; BackendError for another host."""
    home, there = urlsplit(base), urlsplit(urljoin(base, url))
    if there.hostname != home.hostname or there.scheme not in ("http", "https"):
        raise BackendError(
            f"{home.hostname} says that its list goes on at another host.",
            hint="Whoever runs the backend: it, or a proxy before it, does not know its own name.",
        )
    return there._replace(scheme=home.scheme, netloc=home.netloc, fragment="").geturl()


def follow(
    fetch: Fetch,
    position: Any,
    *,
    rows: Callable[[Any], Rows],
    onward: Callable[[Any], Any],
    expired: Judge = never,
) -> Iterator[Page]:
    """The pages of a list from `position` on; `onward` gives the place after an answer, or None.

    After the last page the position stays where that page began: reading it again does no harm.
    """
    place, guard, restarts = (position or {}).get("after"), Guard(), 0
    while True:
        try:
            answer = fetch(place)
        except BackendError as error:
            if not (isinstance(error, Expired) or expired(error)) or place is None:
                raise
            restarts += 1
            if restarts > RESTARTS:
                raise
            place, guard = None, Guard()
            continue
        found, following = rows(answer), onward(answer)
        guard.see(found, following)
        yield Page(
            records=found, next_position={"after": place if following is None else following}
        )
        if following is None:
            return
        place = following
