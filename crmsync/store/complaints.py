"""Says in one sentence why a store or a file cannot be read or written, and who must act."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from crmsync.errors import ConfigError, CrmsyncError, FileError, StoreError

KEPT = "What was committed stays, and the next run goes on."

_ERRNO = {
    errno.ENOSPC: "full", errno.EDQUOT: "full", errno.EFBIG: "disk", errno.EIO: "disk",
    errno.EROFS: "closed", errno.EACCES: "closed", errno.EPERM: "closed",
}  # fmt: skip
_SQLITE = {
    5: "locked", 6: "locked", 8: "closed", 10: "disk", 11: "damaged", 13: "full", 14: "closed",
    26: "damaged",
}  # fmt: skip
"""By primary result code: BUSY, LOCKED, READONLY, IOERR, CORRUPT, FULL, CANTOPEN, NOTADB."""
_POSTGRES = {
    "53100": "full", "58030": "disk", "25006": "closed", "42501": "closed", "55P03": "locked",
    "25P03": "frozen", "XX001": "damaged", "XX002": "damaged",
    "57P01": "gone", "57P02": "gone", "57P03": "gone", "57P05": "gone",
}  # fmt: skip
"""By SQLSTATE; of class 08, connections, every one is "gone"."""

_STORE = {
    "full": ("the disk of {place} is full.", f"IT: make room there. {KEPT}"),
    "disk": (
        "{place} cannot be read or written ({said}).",
        f"IT: check the disk, and whether files may grow (ulimit -f). {KEPT}",
    ),
    "closed": (
        "{place} may not be written ({said}).",
        "IT: check the rights of the store and its folder, and whether the disk is mounted "
        f"read-only. {KEPT}",
    ),
    "locked": (
        "the store is locked by another program.",
        "Wait for the other run, or IT closes the program that holds the file open.",
    ),
    "frozen": (
        "this run stood still in the middle of a transaction for so long that {place} ended it.",
        f"Nothing of that transaction was kept. {KEPT}",
    ),
    "gone": (
        "{place} does not answer or has ended the connection ({said}).",
        f"IT: does its server run, and can it be reached? {KEPT}",
    ),
    "damaged": (
        "{place} is damaged, or is no store ({said}).",
        "IT: stop every run, and put the last good backup back; `crmsync doctor` looks again.",
    ),
    "": (
        "{place} cannot be used ({said}).",
        "IT: check that the file or server is there, readable, and not damaged.",
    ),
}
_FILE = {
    "full": ("its disk is full.", "IT: make room there."),
    "disk": ("{said}.", "IT: check the disk, and whether files may grow (ulimit -f)."),
    "closed": (
        "{said}.",
        "IT: check the rights of the folder, and whether its disk is mounted read-only.",
    ),
}
"""What sentence and what hint belong to which kind of trouble."""


def kind_of(error: BaseException) -> str:
    """Which kind of trouble an error of the system or of a driver tells of; "" for no known one."""
    if isinstance(error, OSError):
        return _ERRNO.get(error.errno or 0, "")
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(code, int):
        return _SQLITE.get(code & 0xFF, "")
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str):
        return "gone" if state.startswith("08") else _POSTGRES.get(state, "")
    return "gone" if hasattr(error, "sqlstate") else ""  # libpq alone has spoken: no server has


def unwritable(what: str, path: Path, error: Exception) -> CrmsyncError:
    """The error for a file that cannot be written: `what` it is, why, and what became of it.

    FileError (1) where the disk is the reason, else ConfigError (2): a wrong path.
    """
    kind, said = kind_of(error), _first_line(error)
    if kind not in _FILE:
        return ConfigError(f"{what} {path} cannot be written: {said}.", hint="Check its folder.")
    why, todo = _FILE[kind]
    stays = "The file that was there is as it was." if path.exists() else ""
    message = f"{what} {path} cannot be written: {why.format(said=said)}"
    return FileError(message, hint=f"{todo} {stays}".strip())


@contextmanager
def plain_errors(engine: sa.Engine) -> Iterator[None]:
    """Turn what the driver says into one clear sentence; data errors pass as they are.

    Bulk statements ask the driver itself, so its own error comes too.
    """
    driver: Any = engine.dialect.loaded_dbapi
    try:
        yield
    except sa.exc.DBAPIError as error:
        cause: Any = error.orig
        if kind_of(cause) not in ("", "gone") or isinstance(cause, driver.OperationalError):
            raise store_error(engine.url, cause) from error
        raise
    except driver.DatabaseError as error:
        if kind_of(error) not in ("", "gone") or isinstance(error, driver.OperationalError):
            raise store_error(engine.url, error) from error
        raise


def store_error(url: sa.URL, error: BaseException) -> StoreError:
    """The StoreError for what a driver says; it holds neither account nor password."""
    local = url.get_backend_name() == "sqlite"
    place = f"the store {url.database}" if local else f"the store's database {url.database}"
    message, todo = _STORE[kind_of(error)]
    return StoreError(message.format(place=place, said=_first_line(error)), hint=todo)


def _first_line(error: BaseException) -> str:
    said = error.strerror if isinstance(error, OSError) else str(error).strip()
    return (said or type(error).__name__).splitlines()[0].removesuffix(".")
