"""Every error crmsync raises: who must act, whether a retry helps, which exit code.

    CrmsyncError                 1
    ├── ConfigError              2   the integrator: crmsync.toml, a mapping, an unknown connector
    ├── PluginError              1   the plugin's author
    ├── BackendError             1   the backend's operator
    │   ├── Unreachable          1   retry: network, time-out, 5xx
    │   ├── RateLimited          5   retry after `retry_after` seconds
    │   ├── QuotaSpent           5   tomorrow: the account's daily budget
    │   ├── CredentialsError     4   IT: a secret is missing, wrong or expired
    │   └── NotReadable          1   the answer is not what the vendor promises (HTML, broken JSON)
    ├── RecordError              3   one record is bad; it is parked, the run goes on
    ├── BrakeError               6   too much would vanish at once; a human decides
    ├── LeaseHeld                7   another run is at work
    ├── FileError                1   IT: a disk is full, or may not be written
    ├── ProcessLost              1   a process of this run died: IT, or the connector's author
    └── StoreError               1   IT: the store is locked, full, away, damaged, too new
        ├── CursorError          1   where to read on cannot be told; one stream waits for `--again`
        └── SumsError            1   the numbers of a stage do not add up

No error holds personal data: a record is named by its Ref, a field by its name, never by its value.
"""

from __future__ import annotations

import traceback

NOBODYS_FAULT = (KeyboardInterrupt, GeneratorExit)
"""What ends a run or a generator in order. Anything else that a plugin raises is its fault, also
what Python does not call an Exception: SystemExit, or the panic of a library written in Rust."""


class CrmsyncError(Exception):
    """The root: a message that says what and where, and a hint that says who must do what.

    `maybe_done` where what was asked may have been done all the same: the answer was lost.
    """

    code = "error"
    exit_code = 1
    retryable = False
    maybe_done = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class ConfigError(CrmsyncError):
    """The configuration is wrong; nothing was read or written."""

    code = "config"
    exit_code = 2


class PluginError(CrmsyncError):
    """A plugin could not be loaded, or broke its contract."""

    code = "plugin"


class BackendError(CrmsyncError):
    """A backend did not do what was asked; `status` is what it answered, 0 where it did not."""

    code = "backend"
    status = 0


class Unreachable(BackendError):
    """No answer, or an answer that says "later" (5xx); trying again helps."""

    code = "unreachable"
    retryable = True

    def __init__(self, message: str, *, hint: str = "", maybe_done: bool = False) -> None:
        super().__init__(message, hint=hint)
        self.maybe_done = maybe_done


class RateLimited(BackendError):
    """Too many requests; `retry_after` is in seconds, None where the backend does not say."""

    code = "rate-limited"
    exit_code = 5
    retryable = True

    def __init__(self, message: str, *, retry_after: float | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class QuotaSpent(BackendError):
    """The account's budget for the day is spent; the next run goes on where this one stopped."""

    code = "quota"
    exit_code = 5


class CredentialsError(BackendError):
    """A secret is missing, wrong or expired."""

    code = "credentials"
    exit_code = 4


class NotReadable(BackendError):
    """The answer is not in the promised format, for instance HTML instead of JSON.

    `passing` is True for a web page instead of data, which a firewall or maintenance may show for
    a while: trying again may help where the backend has answered as promised before.
    """

    code = "not-readable"

    def __init__(
        self, message: str, *, hint: str = "", maybe_done: bool = False, passing: bool = False
    ) -> None:
        super().__init__(message, hint=hint)
        self.maybe_done, self.passing = maybe_done, passing


class RecordError(CrmsyncError):
    """One record cannot be used: `field` says where in it, `reason` why (never the value)."""

    code = "record"
    exit_code = 3

    def __init__(self, reason: str, *, field: str = "", hint: str = "") -> None:
        super().__init__(f"{field}: {reason}" if field else reason, hint=hint)
        self.reason = reason
        self.field = field


class BrakeError(CrmsyncError):
    """A brake stopped the run before too much vanished."""

    code = "brake"
    exit_code = 6


class LeaseHeld(CrmsyncError):
    """Another run holds the lease."""

    code = "lease"
    exit_code = 7


class ProcessLost(CrmsyncError):
    """The process that took in a connection died before it was done."""

    code = "process"


class FileError(CrmsyncError):
    """A file cannot be written: its disk is full, read-only or faulty, or a right is missing."""

    code = "file"


class StoreError(CrmsyncError):
    """The store is locked, newer than this program, or damaged."""

    code = "store"


class CursorError(StoreError):
    """The store's note of where to read a stream on is damaged, or none of its connector."""

    code = "cursor"


class SumsError(StoreError):
    """The numbers of a stage do not add up."""

    code = "sums"


def program_error(error: BaseException) -> CrmsyncError:
    """What to say of a bug of ours: its kind and its place, for what it says may be personal."""
    return CrmsyncError(
        f"program error: {type(error).__name__} in {_place(error)}.",
        hint="What was committed stays. Whoever looks after crmsync: run it again as "
        "`crmsync --debug …` for the traceback (it may hold personal data), and report it.",
    )


def _place(error: BaseException) -> str:
    """The module of ours (or of a plugin of that name) and the line in which an error came up."""
    steps = traceback.walk_tb(error.__traceback__)
    places = [(str(frame.f_globals.get("__name__")), line) for frame, line in steps]
    ours = [place for place in places if place[0].startswith("crmsync")]
    module, line = (ours or places or [("crmsync", 0)])[-1]
    return f"{module}, line {line}"
