"""Reads a text file line by line and knows the byte after each, so that reading can go on there."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from typing import BinaryIO, NamedTuple

from crmsync.connectors.files.sniff import ASCII, find_one_byte

CHUNK = 65_536
NO_TEXT = "is not text of the file's encoding"
NUL = "holds a NUL sign"
WHOLE = frozenset({"utf-8", "utf-8-sig", "cp1252", "cp850", "iso8859-1"})
"""Encodings in which lines say together what each says alone."""


class Mark(NamedTuple):
    """A place to go on reading: the byte (or row) there, and how many lines lie before it."""

    offset: int
    line: int


START = Mark(0, 0)


class Lines:
    """The decoded lines of `file` from `mark` to the byte `size`; iterate once.

    `mark` is the place after the last line given out. `spoilt` says what is wrong with a line that
    could not be decoded (it is given out with replacement characters) or holds NUL, and stays until
    the reader clears it.
    `ended` is False while the last line given out had no end of line.
    """

    def __init__(self, file: BinaryIO, *, encoding: str, mark: Mark, size: int) -> None:
        self.encoding = encoding
        self.spoilt = ""
        self.ended = True
        self.offset, self.line = mark
        self._size = size
        self._file = file
        file.seek(mark.offset)

    @property
    def mark(self) -> Mark:
        """The place after the last line given out."""
        return Mark(self.offset, self.line)

    def __iter__(self) -> Iterator[str]:
        return map(self.decode, self.encoded())

    def encoded(self) -> Iterator[bytes]:
        """The lines as they lie in the file; `decode` gives their texts."""
        wide = self._wide
        for raw in self._wide_lines() if wide else self._file:
            left = self._size - self.offset
            if left <= 0:
                return
            if len(raw) > left:  # written after the file was opened
                raw = raw[:left]
            self.offset += len(raw)
            self.line += 1
            self.ended = raw.endswith(b"\n") if not wide else raw[-2:] in (b"\n\0", b"\0\n")
            yield raw

    def decode(self, raw: bytes) -> str:
        """The text of an encoded line."""
        wide = self._wide
        if not wide and b"\0" in raw:
            self.spoilt = NUL
        if not wide and raw.isascii():
            return raw.decode("ascii")
        if self.encoding == ASCII:
            self.encoding = choose([raw])
        try:
            text = raw.decode(self.encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            self.spoilt = NO_TEXT
            return raw.decode(self.encoding, "replace")
        if wide and "\0" in text:
            self.spoilt = NUL
        return text

    def decode_all(self, lines: Sequence[bytes]) -> str | None:
        """The text of several encoded lines; None where one may have to be mended, or is rare."""
        raw = b"".join(lines)
        if b"\0" in raw or codecs.BOM_UTF8 in raw or self._wide:
            return None
        if raw.isascii():
            return raw.decode("ascii")
        if self.encoding == ASCII:
            self.encoding = choose(lines)
        if self.encoding not in WHOLE:
            return None
        try:
            return raw.decode(self.encoding)
        except UnicodeDecodeError:
            return None

    @property
    def _wide(self) -> bool:
        return self.encoding.startswith("utf-16")

    def _wide_lines(self) -> Iterator[bytes]:
        """The lines of a file with two bytes a character, still encoded."""
        end = "\n".encode(self.encoding)
        rest = b""
        while chunk := self._file.read(CHUNK):
            rest += chunk
            begin = 0
            while (found := _find_even(rest, end, begin)) >= 0:
                yield rest[begin : found + 2]
                begin = found + 2
            rest = rest[begin:]
        if rest:
            yield rest


def choose(lines: Sequence[bytes]) -> str:
    """The encoding of a file that was ASCII up to the first of these lines that is beyond it."""
    first = next(line for line in lines if not line.isascii())
    try:
        first.decode("utf-8")
    except UnicodeDecodeError:
        return find_one_byte(first)
    return "utf-8"


def _find_even(data: bytes, wanted: bytes, begin: int) -> int:
    """Where `wanted` stands in `data` at a whole number of characters after `begin`, or -1."""
    found = data.find(wanted, begin)
    while found >= 0 and (found - begin) % 2:
        found = data.find(wanted, found + 1)
    return found
