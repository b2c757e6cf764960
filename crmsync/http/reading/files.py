"""Fetches a result as a file, however large, and reads its lines: JSON lines or CSV.

The file is a nameless one of the system's, gone when it is closed; a download that breaks goes on
where it stopped.
"""

from __future__ import annotations

import csv
import io
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import IO, Any, cast

import httpx
import orjson

from crmsync.errors import NotReadable, Unreachable
from crmsync.http._asked import Streamed
from crmsync.http._client import Client
from crmsync.http.reading.following import by_cursor
from crmsync.http.reading.rows import Row
from crmsync.model.stream import Page

Sleep = Callable[[float], None]


class Fetched:
    """A file that was fetched, to be read from its beginning, and the headers it came with."""

    def __init__(self, file: IO[bytes], headers: httpx.Headers, size: int) -> None:
        self.file, self.headers, self.size = file, headers, size

    def lines(self) -> Iterator[bytes]:
        """Its lines, without what ends them, and without empty ones."""
        self.file.seek(0)
        for line in self.file:
            if text := line.strip():
                yield text


@contextmanager
def fetched(
    client: Client, path: str, *, attempts: int = 4, sleep: Sleep = time.sleep, **more: Any
) -> Iterator[Fetched]:
    """The file at `path`, or at an absolute url, kept as long as the block lasts.

    `more` is as for `Client.send`. Raises as `Client` does; Unreachable when the connection breaks
    `attempts` times without having brought anything, NotReadable for a web page.
    """
    with tempfile.SpooledTemporaryFile(max_size=1 << 24) as file:
        headers = _Download(client, path, file, more).whole(attempts, sleep)
        yield Fetched(cast(IO[bytes], file), headers, file.tell())


class _Download:
    """A file on its way; what came before a break is kept where the backend can go on."""

    def __init__(self, client: Client, path: str, file: Any, more: Mapping[str, Any]) -> None:
        self._client, self._path, self._file = client, path, file
        self._more, self._headers = dict(more), dict(more.get("headers") or {})
        self._version = ""

    def whole(self, attempts: int, sleep: Sleep) -> httpx.Headers:
        """Write the file to its end; gives the headers of the last answer."""
        failures = 0
        while True:
            before = self._file.tell()
            with self._client.stream("GET", self._path, **self._asked()) as answer:
                broken = self._take(answer)
            if broken is None:
                return answer.headers
            failures = failures + 1 if self._file.tell() <= before else 1
            if failures >= attempts:
                raise broken
            sleep(min(20.0, 0.5 * 2**failures))

    def _asked(self) -> dict[str, Any]:
        """What to ask with: all of it, or the rest of the very version that is here in part."""
        headers = {**self._headers, "accept-encoding": "identity"}
        if self._version and self._file.tell():
            headers |= {"range": f"bytes={self._file.tell()}-", "if-range": self._version}
        return {**self._more, "headers": headers}

    def _take(self, answer: Streamed) -> Unreachable | None:
        """Write what an answer holds; gives what broke it off, if anything did."""
        if "html" in answer.headers.get("content-type", ""):
            raise NotReadable("a web page came instead of a file.", hint=_PAGE, passing=True)
        if answer.status != 206:
            self._file.seek(0)
            self._file.truncate()
        self._version = _version(answer)
        try:
            for chunk in answer.chunks():
                self._file.write(chunk)
        except Unreachable as error:
            return error
        total = answer.headers.get("content-range", "").rpartition("/")[2]
        if answer.status != 206 or total in ("", "*", str(self._file.tell())):
            return None
        return Unreachable("a download ended before the file did.")


def _version(answer: Streamed) -> str:
    """What names the version of a file by which it may be gone on with (RFC 9110, 13.1.5)."""
    tag = str(answer.headers.get("etag", ""))
    return "" if tag.startswith("W/") or "content-encoding" in answer.headers else tag


def json_lines(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The JSON object of each line (JSONL); NotReadable for a line that is none."""
    for line in lines:
        try:
            found = orjson.loads(line)
        except orjson.JSONDecodeError:
            found = None
        if not isinstance(found, dict):
            raise NotReadable("a line of a result is no JSON object.", hint=_HINT)
        yield found


def csv_rows(file: Fetched, *, empty: Any = None) -> Iterator[dict[str, Any]]:
    """The records of a CSV file in UTF-8 with a header line (RFC 4180); `empty` for empty fields.

    NotReadable for a line with more or fewer fields than the header, and for a file without one.
    """
    file.file.seek(0)
    raw = io.BufferedReader(_Open(file.file))
    text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
    rows = csv.reader(text, strict=True)
    try:
        names = next(rows, [])
        if not names:
            raise NotReadable("a CSV result is empty, even of its header.", hint=_HINT)
        for row in rows:
            if len(row) != len(names):
                raise NotReadable("a line of a CSV result has not the fields of its header.",
                                  hint=_HINT)  # fmt: skip
            yield {name: value or empty for name, value in zip(names, row, strict=True)}
    except (csv.Error, UnicodeDecodeError):
        raise NotReadable("a result is no CSV in UTF-8.", hint=_HINT) from None


class _Open(io.RawIOBase):
    """A file that is read as text and stays open afterwards."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, target: Any) -> int:
        """How many bytes were read into `target`."""
        found = self._file.read(len(target))
        target[: len(found)] = found
        return len(found)


_PAGE = "Maintenance, a firewall or a proxy may have answered instead of the backend."
_HINT = "The backend's version does not fit the connector, or the result was cut off."


def in_pages(
    rows: Iterable[Row], position: Any = None, *, size: int = 1000, source: str = ""
) -> Iterator[Page]:
    """Rows that always come in the same order as pages; the position is {"rows": how many came}."""
    done, some = (position or {}).get("rows", 0), list[Row]()
    for number, row in enumerate(rows):
        if number < done:
            continue
        some.append(row)
        if len(some) == size:
            yield Page(records=some, next_position={"rows": number + 1}, source=source)
            done, some = number + 1, []
    if some:
        yield Page(records=some, next_position={"rows": done + len(some)}, source=source)


def by_locator(
    fetch: Callable[[str | None], AbstractContextManager[Fetched]],
    position: Any = None,
    *,
    locator: str = "sforce-locator",
) -> Iterator[Page]:
    """The pages of a CSV result that comes in parts (Salesforce Bulk API 2.0).

    `fetch(locator)` fetches one part, the first for None; the header `locator` names the next one,
    "null" or nothing being the end. The position is {"after": locator}.
    """

    def part(at: str | None) -> dict[str, Any]:
        with fetch(at) as file:
            following = file.headers.get(locator)
            return {
                "rows": list(csv_rows(file)),
                "next": None if following == "null" else following,
            }

    return by_cursor(part, position, records="rows", cursor="next")
