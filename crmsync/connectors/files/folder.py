"""Knows which files of a growing folder are still to be read, and from where in them."""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from xxhash import xxh3_64

from crmsync.connectors.files.lines import CHUNK, START, Mark
from crmsync.errors import CursorError

Json = Any


@dataclass(frozen=True, slots=True)
class Stamp:
    """How large a file is in bytes and when it was last written, in nanoseconds."""

    size: int
    mtime_ns: int

    @classmethod
    def of(cls, path: Path) -> Stamp:
        """The stamp of the file now."""
        stat = path.stat()
        return cls(stat.st_size, stat.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Finished:
    """A file that was read to its end: what it was then, and where that end was.

    `digest` is of its content; `bad` counts what could not be read; `open` says that the end was in
    the middle of a row, which may have been written since.
    """

    stamp: Stamp
    digest: str
    mark: Mark
    bad: int
    open: bool
    grows: bool

    def to_json(self) -> Json:
        """As a JSON list."""
        flags = [self.bad, self.open, self.grows]
        return [self.stamp.size, self.stamp.mtime_ns, self.digest, *self.mark, *flags]

    @classmethod
    def from_json(cls, value: Json) -> Finished:
        """What `to_json` made."""
        size, mtime_ns, digest, offset, line, bad, is_open, grows = value
        _require_numbers(size, mtime_ns, offset, line, bad)
        bytes.fromhex(digest)
        return cls(Stamp(size, mtime_ns), digest, Mark(offset, line), bad, is_open, grows)


@dataclass(frozen=True, slots=True)
class Reading:
    """One file to be read, from `mark` on.

    `bad` unreadable entries lie before the mark. `finished` says that what ends in the middle will
    not be completed; `again` that its records are known and only what is unreadable is looked for;
    `whole` that this very read began at the beginning.
    """

    name: str
    stamp: Stamp
    mark: Mark = START
    bad: int = 0
    finished: bool = False
    again: bool = False
    whole: bool = True

    def to_json(self) -> Json:
        """As a JSON list."""
        flags = [self.bad, self.finished, self.again]
        return [self.name, self.stamp.size, self.stamp.mtime_ns, *self.mark, *flags]

    @classmethod
    def from_json(cls, value: Json) -> Reading:
        """What `to_json` made."""
        name, size, mtime_ns, offset, line, bad, finished, again = value
        _require_numbers(size, mtime_ns, offset, line, bad)
        stamp, mark = Stamp(size, mtime_ns), Mark(offset, line)
        return cls(name, stamp, mark, bad, finished, again, whole=False)


def _require_numbers(*values: Json) -> None:
    for value in values:
        if type(value) is not int or value < 0:
            raise ValueError("no number")


@dataclass(frozen=True, slots=True)
class Position:
    """Where reading a stream of files stands: the files that are done, the place in the next one.

    `how` is a hash of the settings that decide how files are read: other settings start afresh.
    """

    how: str
    done: Mapping[str, Finished] = field(default_factory=dict)
    at: Reading | None = None

    def to_json(self) -> Json:
        """As the JSON that the engine keeps."""
        done = {name: file.to_json() for name, file in self.done.items()}
        return {"how": self.how, "done": done, "at": self.at.to_json() if self.at else None}

    @classmethod
    def from_json(cls, value: Json, *, how: str) -> Position:
        """What `to_json` made; the beginning for None and for a position of other settings.

        CursorError when it made no such thing.
        """
        if value is None:
            return cls(how)
        try:
            if value["how"] != how:
                return cls(how)
            done = {name: Finished.from_json(file) for name, file in value["done"].items()}
            return cls(how, done, Reading.from_json(value["at"]) if value["at"] else None)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise CursorError("the place to read on in these files is damaged.") from None

    def starting(self, reading: Reading, later: Sequence[str]) -> Position:
        """The position before `reading`; the files `later` in the order are to be read after it.

        A later file overrides an earlier one, so it is read again once the earlier has changed.
        """
        if reading.again:
            return replace(self, at=None)
        done = {name: file for name, file in self.done.items() if name not in later}
        return replace(self, done=done, at=None)

    def within(self, reading: Reading, mark: Mark, *, bad: int) -> Position:
        """The position at `mark` in the file being read."""
        return replace(self, at=replace(reading, mark=mark, bad=bad))

    def after(self, name: str, file: Finished) -> Position:
        """The position after the file `name`."""
        return replace(self, done={**self.done, name: file}, at=None)

    def without(self, name: str) -> Position:
        """The position without a file that is there no more."""
        return replace(self, done={n: file for n, file in self.done.items() if n != name})


def next_reading(name: str, path: Path, position: Position) -> Reading | None:
    """How the file is to be read in a folder that grows; None when it is known to its end."""
    stamp, at, old = Stamp.of(path), position.at, position.done.get(name)
    if at is not None and at.name == name:
        return at if at.stamp == stamp else Reading(name, stamp)
    if old is None:
        return Reading(name, stamp)
    if old.stamp == stamp or (old.stamp.size == stamp.size and _same(path, old)):
        return _unchanged(name, stamp, old)
    if old.grows and not old.bad and stamp.size > old.stamp.size and _same(path, old):
        return Reading(name, stamp, old.mark, whole=False)
    return Reading(name, stamp)


def _unchanged(name: str, stamp: Stamp, old: Finished) -> Reading | None:
    if old.open:
        whole = old.mark == START
        return Reading(name, stamp, old.mark, old.bad, finished=True, whole=whole)
    return Reading(name, stamp, finished=True, again=True) if old.bad else None


def whole_reading(name: str, path: Path, position: Position) -> Reading | None:
    """How the file is to be read in a complete export; None when this very read has done it."""
    stamp, at, old = Stamp.of(path), position.at, position.done.get(name)
    if at is not None and at.name == name and at.stamp == stamp:
        return at
    if old is not None and old.stamp == stamp:
        return None
    return Reading(name, stamp, finished=True)


def _same(path: Path, old: Finished) -> bool:
    return bool(old.digest) and digest(path, old.stamp.size) == old.digest


BLOCK = 64 * CHUNK
"""Bytes under one mark of a digest: 4 MB."""
MARK = 16
"""Signs of a mark."""


def digest(path: Path, size: int, *, begun: Finished | None = None) -> str:
    """A hash (XXH3, 64 bits) of every BLOCK of the first `size` bytes of a file, in hexadecimal.

    Of a file whose beginning is as in `begun` only what follows its last whole block is read.
    """
    marks = _whole_marks(begun, size) if begun is not None else []
    at = len(marks) * BLOCK
    with path.open("rb") as file:
        file.seek(at)
        while at < size:
            mark, end = xxh3_64(), min(at + BLOCK, size)
            while at < end and (chunk := file.read(min(end - at, CHUNK))):
                mark.update(chunk)
                at += len(chunk)
            marks.append(mark.hexdigest())
            if at < end:
                break  # it became shorter meanwhile
    return "".join(marks)


def _whole_marks(begun: Finished, size: int) -> list[str]:
    known = begun.stamp.size
    if known > size or len(begun.digest) != MARK * -(-known // BLOCK):
        return []
    ends = range(MARK, MARK * (known // BLOCK) + 1, MARK)
    return [begun.digest[end - MARK : end] for end in ends]


def find_files(base: Path, patterns: Sequence[str]) -> dict[str, Path]:
    """The files that match, in the order of their names; each name is relative to `base`."""
    found = {path for pattern in patterns for path in _matches(base, pattern) if _is_data(path)}
    named = {Path(os.path.relpath(path, base)).as_posix(): path for path in found}
    return dict(sorted(named.items()))


def find_unmatched(base: Path, patterns: Sequence[str]) -> list[str]:
    """The patterns that no file matches."""
    return [one for one in patterns if not any(map(_is_data, _matches(base, one)))]


def _is_data(path: Path) -> bool:
    """Whether this is a file, and not the mark that Excel sets beside an open one."""
    return path.is_file() and not path.name.startswith("~$")


def _matches(base: Path, pattern: str) -> list[Path]:
    return [base / name for name in glob.glob(pattern, root_dir=base, recursive=True)]
