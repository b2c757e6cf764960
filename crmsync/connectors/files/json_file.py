"""Reads JSON files: a record a line (JSONL), or one array of records, lazily either way."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, BinaryIO

import orjson

from crmsync.connectors.files.entries import KEPT, Broken, Entry, Item, PlainPage
from crmsync.connectors.files.lines import CHUNK, START, Lines, Mark, choose
from crmsync.connectors.files.sniff import ASCII, SAMPLE, settle_encoding
from crmsync.model.undecoded import are_plain, read_keys

_DECODE = json.JSONDecoder().raw_decode
LONGEST = 16_000_000
"""A text of more characters than this has lost its closing quote."""

TOO_DEEP = "holds lists or objects too deep in each other"

_SPACE = " \t\r\n\ufeff"


class JsonLines:
    """A file with one JSON object a line."""

    columns = None
    grows = True
    payload: bytes | None = None

    def __init__(self, file: BinaryIO, *, size: int, encoding: str | None = None) -> None:
        self._file, self._size = file, size
        file.seek(0)
        self._encoding = settle_encoding(encoding, file.read(min(SAMPLE, size)))
        self._live: Lines | None = None

    def entries(self, mark: Mark) -> Iterator[Entry]:
        """Every line after `mark`; a last line without its end counts once it is whole JSON."""
        lines = Lines(self._file, encoding=self._encoding, mark=mark, size=self._size)
        before, self._live = mark, lines
        for raw in lines.encoded():
            item = self._read(raw, lines)
            if item is None:
                before = lines.mark
                continue
            if not lines.ended:
                if isinstance(item, Broken):
                    item = Broken(item.reason, item.raw, unfinished=True)
                yield item, before.line + 1, before
                return
            begun, before = before, lines.mark
            yield item, begun.line + 1, before

    def plain_page(self, mark: Mark, most: int, key: str) -> PlainPage | None:
        """The next `most` lines at once, when each is a whole JSON object in UTF-8 with a key.

        They are looked through and not decoded: most of an export has not changed. None where one
        is not so, or where fewer are left: `entries` then reads on from `mark`.
        """
        here = self._file.tell()
        if self._live is not None:
            self._encoding = self._live.encoding
        self._file.seek(mark.offset)
        raw = list(islice(self._file, most))
        found = self._plain(raw, mark, key) if len(raw) == most else None
        if found is None:
            self._file.seek(here)
        return found

    def _plain(self, raw: Sequence[bytes], mark: Mark, key: str) -> PlainPage | None:
        text = b"".join(raw)
        after = Mark(mark.offset + len(text), mark.line + len(raw))
        if after.offset > self._size or not text.endswith(b"\n") or not self._utf8(text, raw):
            return None
        keys = read_keys(raw, key)
        if keys is None or not are_plain(keys):
            return None
        return PlainPage(keys, list(map(bytes.rstrip, raw)), after)

    def _utf8(self, text: bytes, raw: Sequence[bytes]) -> bool:
        if text.isascii():
            return self._encoding in ("utf-8", ASCII)
        if self._encoding == ASCII:
            self._encoding = choose(raw)
        try:
            return self._encoding == "utf-8" and bool(text.decode())
        except UnicodeDecodeError:
            return False

    def _read(self, raw: bytes, lines: Lines) -> Item | None:
        """What a line holds, and its `payload`: well-formed UTF-8 is read without decoding it."""
        self.payload = None
        if raw.isascii() or lines.encoding == "utf-8":
            try:
                found = orjson.loads(raw)
            except orjson.JSONDecodeError:
                found = None
            if found.__class__ is dict:
                self.payload = raw.rstrip()
                return found
        text = lines.decode(raw)
        spoilt, lines.spoilt = lines.spoilt, ""
        item = _load(text)
        if item is None or not spoilt:
            return item
        return Broken(spoilt, _kept(text))


def _load(text: str) -> Item | None:
    """The object of one line, what is wrong with it, or None for an empty line."""
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        text = text.strip(_SPACE)
        if not text:
            return None
        try:  # with a byte order mark, or NaN, which some programs write
            found = json.loads(text, parse_constant=lambda _: None)
        except ValueError:
            return Broken(f"is not valid JSON (column {error.colno})", _kept(text))
        except RecursionError:
            return Broken(TOO_DEEP, _kept(text))
    if not isinstance(found, dict):
        return Broken("is not a JSON object", _kept(text))
    return found


def _kept(text: str) -> bytes:
    return text[:KEPT].encode("utf-8", "replace")


class JsonArray:
    """A file with one array of JSON objects; read piece by piece, whatever its size."""

    columns = None
    grows = False
    payload = None

    def __init__(self, file: BinaryIO, *, size: int, encoding: str | None = None) -> None:
        self._file, self._size = file, size
        file.seek(0)
        found = settle_encoding(encoding, file.read(min(SAMPLE, size)))
        self._encoding = "utf-8" if found == "ascii" else found

    def entries(self, mark: Mark) -> Iterator[Entry]:
        """Every element after the first `mark.offset` ones; lines are counted for complaints."""
        self._file.seek(0)
        text = io.TextIOWrapper(self._file, self._encoding, "replace")
        elements = _Elements(text)
        count, before = 0, START
        try:
            for item, line in elements:
                count += 1
                half = isinstance(item, Broken) and item.unfinished  # looked at again when it rests
                after = before if half else Mark(count, line)
                if count > mark.offset:
                    yield item, line, after
                before = after
        finally:
            text.detach()


class _Elements:
    """The elements of an array, each with the line it begins at; a broken end is the last."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._rest = ""
        self._line = 1
        self._over = False

    def __iter__(self) -> Iterator[tuple[Item, int]]:
        if not self._skip("["):
            yield Broken("is not an array of JSON objects", _kept(self._rest)), self._line
            return
        if self._skip("]"):
            return
        while True:
            found, line = self._element(), self._line
            if isinstance(found, Broken):
                yield found, line
                return
            element, length = found
            self._take(length)
            good = isinstance(element, dict)
            yield element if good else Broken("is not a JSON object"), line
            if self._skip("]"):
                return
            if not self._skip(","):
                yield self._stop("has no comma or end after an element"), self._line
                return

    def _element(self) -> tuple[Any, int] | Broken:
        """The next element and its length in characters; reads on until it is complete."""
        self._skip("")
        while True:
            try:
                element, end = _DECODE(self._rest)
            except json.JSONDecodeError as error:
                if not self._cut_off(error) or not self._more():
                    return self._stop(f"is not valid JSON ({error.msg})")
            except ValueError:  # Python reads no number of so many digits
                return self._stop("holds a number of too many digits")
            except RecursionError:
                return self._stop(TOO_DEEP)
            else:
                if end < len(self._rest) or not self._more():
                    return element, end

    def _cut_off(self, error: json.JSONDecodeError) -> bool:
        """Whether the error may come from the end of what has been read so far."""
        length = len(self._rest)
        if error.msg.startswith("Unterminated string"):
            return length < LONGEST
        return error.pos >= length - 16

    def _stop(self, reason: str) -> Broken:
        raw = _kept(self._rest)
        return Broken(f"{reason}; the file was not read beyond it", raw, unfinished=self._over)

    def _skip(self, wanted: str) -> bool:
        """Pass over white space, and over `wanted` if it comes next; whether it did."""
        while True:
            bare = self._rest.lstrip(_SPACE)
            if bare or not self._more():
                break
        self._take(len(self._rest) - len(bare))
        if not wanted or not self._rest.startswith(wanted):
            return False
        self._take(len(wanted))
        return True

    def _take(self, length: int) -> None:
        self._line += self._rest.count("\n", 0, length)
        self._rest = self._rest[length:]

    def _more(self) -> bool:
        chunk = self._text.read(max(CHUNK, len(self._rest)))
        self._over = not chunk
        self._rest += chunk
        return bool(chunk)
