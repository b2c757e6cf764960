"""The files a tap is started with: for their owner alone, and gone as soon as the tap is.

A tap may write its configuration back, for instance with a refresh token that the backend has
renewed. What it changes is kept for the next run, until crmsync.toml says something else.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson

from crmsync.errors import FileError

FOLDER = Path(".crmsync", "singer")
"""Where these files lie, below the folder of crmsync.toml."""
ABANDONED_SECONDS = 24 * 3600
"""A folder that is older belongs to a run that was killed."""

Json = Any


class Workspace:
    """A folder with the files of one start of a tap; used as a context.

    FileError when it cannot be written.
    """

    def __init__(self, base: Path, connection: str, config: Mapping[str, Json]) -> None:
        self._home = base / FOLDER / re.sub(r"[^A-Za-z0-9_-]", "_", connection)
        self._kept = self._home / "config.json"
        self._mark = hashlib.sha256(_bytes(config)).hexdigest()
        self._given = dict(config) | self._changes()
        self._folder = self._home / f"run-{os.getpid()}-{uuid4().hex[:8]}"

    def __enter__(self) -> Workspace:
        try:
            self._home.mkdir(mode=0o700, parents=True, exist_ok=True)
            ignore = self._home.parents[1] / ".gitignore"
            if not ignore.exists():
                ignore.write_text("*\n", encoding="utf-8")
            self._sweep()
            self._folder.mkdir(mode=0o700)
            self.config = self.put("config", self._given)
        except OSError as error:
            raise _unwritable(self._home, error) from None
        return self

    def __exit__(self, *_error: object) -> None:
        try:
            self._keep()
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def put(self, name: str, content: Json) -> Path:
        """A new file that says `content` as JSON, readable by us alone."""
        return _put(self._folder / f"{name}.json", _bytes(content))

    def _changes(self) -> dict[str, Json]:
        """What the tap has changed in the configuration that is now in force."""
        try:
            kept = orjson.loads(self._kept.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return {}
        whole = isinstance(kept, dict) and kept.get("of") == self._mark
        changes = kept.get("changes") if whole else None
        return changes if isinstance(changes, dict) else {}

    def _keep(self) -> None:
        """Keep what the tap has changed in its configuration meanwhile."""
        try:
            now = orjson.loads(self.config.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return
        if not isinstance(now, dict) or now == self._given:
            return
        changes = self._changes()
        changes |= {key: value for key, value in now.items() if self._given.get(key) != value}
        new = self._home / f".config.{uuid4().hex[:8]}.new"
        try:
            _put(new, _bytes({"of": self._mark, "changes": changes}), lasting=True)
            new.replace(self._kept)
        except OSError as error:
            raise _unwritable(self._kept, error) from None

    def _sweep(self) -> None:
        """Remove what killed runs have left: there are secrets in it."""
        oldest = time.time() - ABANDONED_SECONDS
        for one in self._home.glob("run-*"):
            if _abandoned(one, oldest):
                shutil.rmtree(one, ignore_errors=True)


def _abandoned(folder: Path, oldest: float) -> bool:
    """Whether nobody works in a folder any more: its process is gone, or it is very old."""
    number = folder.name.split("-")[1]
    if os.name == "posix" and number.isdecimal():
        try:
            os.kill(int(number), 0)
        except ProcessLookupError:
            return True
        except (PermissionError, OverflowError):
            pass
    try:
        return folder.stat().st_mtime < oldest
    except OSError:
        return False


def _put(path: Path, content: bytes, *, lasting: bool = False) -> Path:
    with open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
        if lasting:
            file.flush()
            os.fsync(file.fileno())
    return path


def _bytes(content: Json) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2, default=str)


def _unwritable(path: Path, error: OSError) -> FileError:
    return FileError(
        f"{path} cannot be used ({error.strerror or type(error).__name__}).",
        hint="IT: check the rights of the folder and the room on its disk.",
    )
