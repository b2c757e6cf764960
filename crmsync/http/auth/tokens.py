"""Tokens that are kept: one file a connection, written whole, under a lock of all processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

import orjson

from crmsync.errors import Unreachable
from crmsync.http import _folder
from crmsync.http._locks import FileLock
from crmsync.model.stream import Connection

_GLANCE = 0.02


@dataclass(frozen=True, slots=True)
class Token:
    """What proves who asks until `ends` (seconds since 1970; None: until it is refused).

    `refresh` brings the next one. `seeds` are digests of the secrets in the settings that it and
    those before it grew from, `verifier` belongs to an authorization that has been begun.
    """

    access: str = field(default="", repr=False)
    refresh: str = field(default="", repr=False)
    ends: float | None = None
    seeds: tuple[str, ...] = ()
    verifier: str = field(default="", repr=False)


class TokenFile:
    """The token called `name` in a folder, for its owner's eyes alone."""

    def __init__(
        self,
        folder: Path | str,
        name: str,
        *,
        patience: float = 120.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._folder, self._patience, self._sleep = Path(folder), patience, sleep
        self.path = self._folder / f"{_folder.file_name(name)}.json"

    @classmethod
    def beside(cls, connection: Connection) -> Self:
        """The connection's token, kept beside crmsync.toml."""
        return cls(Path(connection.base) / _folder.NAME / "tokens", connection.name)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """No other process renews the token in this block; Unreachable when one does not end."""
        _folder.made(self._folder)
        try:
            lock = FileLock(self.path.with_suffix(".lock"))
        except OSError as error:
            raise _folder.file_error(self.path, error) from None
        try:
            self._wait(lock)
            self._take_in()
            yield
        finally:
            lock.close()

    def read(self) -> Token | None:
        """The token; None where none is kept, or the file is damaged."""
        try:
            return _token(orjson.loads(self.path.read_bytes()))
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return None
        except OSError as error:
            raise _folder.file_error(self.path, error) from None

    def write(self, token: Token) -> None:
        """Keep the token instead of the one before, within the lock; FileError when that fails."""
        try:
            _folder.put(self.path, orjson.dumps(asdict(token)))
        except OSError as error:
            raise _folder.file_error(self.path, error) from None

    def _take_in(self) -> None:
        """Put in place what a process wrote that was killed before it could: it is the newest."""
        for left in self._folder.glob(f".{self.path.name}.*.new"):
            try:
                _token(orjson.loads(left.read_bytes()))
                left.replace(self.path)
            except (ValueError, TypeError, KeyError):  # half written
                left.unlink()
            except OSError as error:
                raise _folder.file_error(left, error) from None

    def _wait(self, lock: FileLock) -> None:
        waited = 0.0
        while not lock.try_take():
            if waited > self._patience:
                hint = "IT: a process of crmsync hangs; end it."
                raise Unreachable("another process renews the token for too long.", hint=hint)
            self._sleep(_GLANCE)
            waited += _GLANCE


def _token(kept: Any) -> Token:
    ends = kept["ends"]
    return Token(
        access=str(kept["access"]),
        refresh=str(kept["refresh"]),
        ends=None if ends is None else float(ends),
        seeds=tuple(map(str, kept["seeds"])),
        verifier=str(kept["verifier"]),
    )
