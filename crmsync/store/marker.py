"""The file beside crmsync.toml that remembers which store the project has.

A store that is gone, emptied or exchanged looks like a new one, and with it the objections in its
ledger would be forgotten without a word. So the first opening writes the store's id into this
file, and every later one compares.
"""

from __future__ import annotations

import re
from pathlib import Path

from crmsync.errors import StoreError
from crmsync.store import files
from crmsync.store.complaints import unwritable

NAME = "crmsync.store-id"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Marker:
    """The file at `path`; `known` is the id of the project's store, '' before it has one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.known = _read(path)

    def refuse(self, what: str) -> StoreError:
        """The error for a store that is not what the project had; `what` says in which way."""
        return StoreError(
            f"{what}, but this project has had one: {self.path.name} knows its id.",
            hint="Nothing was made anew, or its objections would be lost. IT: put the store or its "
            "backup back and check its URL. If a new store is meant, delete "
            f"{self.path} first.",
        )

    def compare(self, found: str, place: str) -> None:
        """Remember the id `found` where none is known; StoreError when it is another one."""
        if not self.known:
            _write(self.path, found)
        elif found != self.known:
            raise self.refuse(f"{place} is another store")


def _read(path: Path) -> str:
    try:
        found = path.read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise StoreError(
            f"{path} cannot be read: {error.strerror}.", hint="IT: check the file's rights."
        ) from error
    if not _ID.fullmatch(found):
        raise StoreError(
            f"{path} is damaged: it holds no id, so nobody knows which store this project has.",
            hint="IT: put it back from a backup. Is the store surely the right one, delete the "
            "file, and the next run writes it anew.",
        )
    return found


def _write(path: Path, store_id: str) -> None:
    """Write the file at once or not at all, readable by its owner only."""
    try:
        files.put(path, f"{store_id}\n".encode(), point="marker")
    except OSError as error:
        told = unwritable("the store's mark", path, error)
        told.hint += f" Or write it yourself, with the line {store_id}; without it a lost store "
        told.hint += "would not be noticed."
        raise told from error
