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
from typing import IO, Any

import httpx
import orjson

from crmsync.errors import CrmsyncError, NotReadable, Unreachable
from crmsync.http import _faults
from crmsync.http._following import by_cursor
from crmsync.http._rows import Row
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
    url: str,
    *,
    auth: httpx.Auth | None = None,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, Any] | None = None,
    timeout: float = 60.0,
    attempts: int = 4,
    sleep: Sleep = time.sleep,
) -> Iterator[Fetched]:
    """The file at `url`, kept as long as the block lasts; one that asks for no login gets none.

    Raises as `Client` does; `Unreachable` when the connection breaks `attempts` times without
    having brought anything.
    """
    with (
        tempfile.SpooledTemporaryFile(max_size=1 << 24) as file,
        httpx.Client(auth=auth, headers=headers, timeout=timeout) as http,
    ):
        got = _download(http, url, params, file, attempts, sleep)
        yield Fetched(file, got, file.tell())


def _download(
    http: httpx.Client,
    url: str,
    params: Mapping[str, Any] | None,
    file: Any,
    attempts: int,
    sleep: Sleep,
) -> httpx.Headers:
    """Write the file; what came before a break is kept where the backend can go on from there."""
    failures, mark = 0, ""
    while True:
        before = file.tell()
        try:
            headers = _part(http, url, params, file, mark)
        except _Broken as broken:
            failures = failures + 1 if file.tell() <= before else 1
            mark = broken.mark
            if failures >= attempts:
                raise broken.error from None
            asked = getattr(broken.error, "retry_after", None)
            sleep(min(20.0, 0.5 * 2**failures) if asked is None else asked)
            continue
        return headers


class _Broken(Exception):
    """A download broke; `mark` tells the very version of the file that it was of, "" none."""

    def __init__(self, error: CrmsyncError, mark: str) -> None:
        super().__init__(str(error))
        self.error, self.mark = error, mark


def _part(
    http: httpx.Client, url: str, params: Mapping[str, Any] | None, file: Any, mark: str
) -> httpx.Headers:
    """Write what is missing of the file, all of it where the backend begins anew."""
    where, kept = httpx.URL(url).host, ""
    asked = {"accept-encoding": "identity"}
    if mark and file.tell():
        asked |= {"range": f"bytes={file.tell()}-", "if-range": mark}
    try:
        with http.stream("GET", url, params=params, headers=asked) as answer:
            problem = _faults.fault(answer)
            if problem is not None:
                raise _Broken(problem, mark) if problem.retryable else problem
            if answer.status_code != 206:
                file.seek(0)
                file.truncate()
            kept = _version(answer)
            for chunk in answer.iter_bytes():
                file.write(chunk)
            _require_whole(answer, file, where)
            return answer.headers
    except httpx.HTTPError as error:
        raise _Broken(_faults.broken(error, where), kept or mark) from None


def _version(answer: httpx.Response) -> str:
    """What names the version of a file by which it may be gone on with (RFC 9110, 13.1.5)."""
    tag = str(answer.headers.get("etag", ""))
    return "" if tag.startswith("W/") or "content-encoding" in answer.headers else tag


def _require_whole(answer: httpx.Response, file: Any, where: str) -> None:
    """Return unless the answer was a part that ends before the file does."""
    total = answer.headers.get("content-range", "").rpartition("/")[2]
    told = answer.status_code == 206 and total.isascii() and total.isdigit()
    if told and int(total) != file.tell():
        raise _Broken(Unreachable(f"{where} did not give the whole file."), _version(answer))


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

    NotReadable for a line with more or fewer fields than the header.
    """
    file.file.seek(0)
    raw = io.BufferedReader(_Open(file.file))
    text = io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")
    rows = csv.reader(text, strict=True)
    try:
        names = next(rows, [])
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
