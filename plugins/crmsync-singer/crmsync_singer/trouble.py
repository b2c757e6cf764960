"""Listens to what a tap says of itself, and makes of its end an error that says who must act.

What a tap writes on stderr may be personal data. So nothing of it is told but how many lines there
were of each level, and the class of the exception that ended it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from crmsync.errors import (
    BackendError,
    CredentialsError,
    CrmsyncError,
    QuotaSpent,
    RateLimited,
    Unreachable,
)

LONGEST = 4_000
"""Signs of a line that are looked at."""

_LEVEL = re.compile(r"\b(DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL|FATAL)\b", re.IGNORECASE)
_RAISED = re.compile(r"^(?:[A-Za-z_]\w*\.)*([A-Z][A-Za-z0-9_]{2,60})(?::|$)")
"""The last line of a traceback: the exception's class, and what it says."""
_CHAINED = ("During handling of the above", "The above exception was")
"""Begins the line between two exceptions of which one led to the other."""
_STATUS = re.compile(
    r"\b([45]\d\d)\s+(?:client|server)\s+error|(?:http|status|code)[^0-9]{0,20}([45]\d\d)\b"
    r"|\b([45]\d\d)\s*[:,-]?\s*(?:unauthori|forbidden|too many|bad gateway|service unavail)",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"unauthori[sz]ed|forbidden|invalid.?(?:auth|grant|api.?key|token|client|credential|login)"
    r"|authenticat\w* ?(?:error|exception|fail)|credentials|access.?denied",
    re.IGNORECASE,
)
_SPENT = re.compile(r"quota|daily.?limit|request_limit_exceeded", re.IGNORECASE)
_TOO_MANY = re.compile(r"too.?many.?requests|rate.?limit|throttl", re.IGNORECASE)
_AWAY = re.compile(
    r"time(?:d )?.?out|connection ?(?:error|refused|reset|aborted)|unavailable|gateway"
    r"|internal.?server|name or service|max retries",
    re.IGNORECASE,
)


@dataclass
class Ear:
    """What was heard: lines by level, the last exception's class, and what kind of trouble it is.

    `kind` is "refused", "spent", "too many", "away" or ""; `chained` says that the next traceback
    belongs to the last one.
    """

    lines: Counter[str] = field(default_factory=Counter)
    raised: str = ""
    kind: str = ""
    chained: bool = False

    def hear(self, line: bytes) -> None:
        """Take in one line of stderr."""
        text = line[:LONGEST].decode("utf-8", "replace").rstrip()
        level = _LEVEL.search(text[:120])
        name = level[1].upper().replace("WARNING", "WARN") if level else "other"
        self.lines[name] += 1
        if text.startswith("Traceback (") and not self.chained:
            self.kind = ""  # what went wrong before has not ended it
        self.chained = text.startswith(_CHAINED) or (self.chained and not text)
        raised = _RAISED.match(text)
        if raised and not (level and raised[1].upper() == level[1].upper()):
            self.raised = raised[1]
        if raised or name in ("ERROR", "CRITICAL", "FATAL"):
            self.kind = _kind(text) or self.kind

    def __str__(self) -> str:
        told = ", ".join(f"{count} {name}" for name, count in sorted(self.lines.items()))
        return told or "nothing"


def _kind(text: str) -> str:
    """What kind of trouble a line is about: by the status in it, else by words that taps use."""
    found = _STATUS.search(text)
    status = next((part for part in found.groups() if part), "") if found else ""
    if _SPENT.search(text):
        return "spent"
    if status in ("401", "403"):
        return "refused"
    if status == "429" or _TOO_MANY.search(text):
        return "too many"
    if status.startswith("5"):
        return "away"
    if _REFUSED.search(text):
        return "refused"
    return "away" if _AWAY.search(text) else ""


def ended(tap: str, code: int, ear: Ear, *, doing: str) -> CrmsyncError:
    """The error for a tap that ended with another exit code than 0."""
    how = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
    raised = f" ({ear.raised})" if ear.raised else ""
    message = f"{tap} {how}{raised} while {doing}."
    if ear.kind == "refused":
        return CredentialsError(
            message, hint=f"IT: the backend did not let {tap} in; check the secrets in its config."
        )
    if ear.kind == "spent":
        return QuotaSpent(message, hint="The next run goes on where the tap stopped.")
    if ear.kind == "too many":
        return RateLimited(message, hint="The next run goes on where the tap stopped.")
    kept = "What it had told until then is kept, and the next run goes on there."
    if ear.kind == "away":
        return Unreachable(message, hint=f"IT: the backend did not answer {tap}. {kept}")
    return BackendError(
        message,
        hint=f'Whoever looks after {tap}: with `log = "tap.log"` what it says itself is taken '
        f"down (it may be personal data). {kept}",
    )
