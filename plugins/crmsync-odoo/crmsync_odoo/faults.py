"""What Odoo's failures mean: by the name of its Python exception, whichever API it came through.

The words of an error and its traceback (`message`, `debug`) may name a customer: only the
exception's name is ever kept.
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from crmsync.errors import BackendError, CredentialsError, CrmsyncError, NotReadable, RateLimited
from crmsync.http import Response

RIGHTS = "IT: check the login, the API key (Odoo's keys end after three months) and its rights."
LOOK = "Look into Odoo's log; a module may be missing, or a rule of it refuses the change."
KNOWN = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,80}")
"""What the name of an exception looks like; anything else is not repeated."""

DENIED = {"AccessDenied", "AccessError", "Unauthorized", "Forbidden", "SessionExpiredException"}
BUSY = {"SerializationFailure", "DeadlockDetected", "LockNotAvailable", "TransactionRollbackError",
        "TransactionRollback", "OperationalError", "PoolError", "ConcurrencyError"}  # fmt: skip
"""Two transactions met: this one was rolled back, so it was surely not done."""


class Missing(BackendError):
    """A record that is asked for is not there."""


class Refused(BackendError):
    """A rule of Odoo refuses what is asked; the whole call was rolled back."""


def rpc_fault(answer: Response) -> CrmsyncError | None:
    """The failure in an answer of /jsonrpc, which is a 200."""
    if not answer.is_success or b'"error"' not in answer.content[:200]:
        return None
    told = _told(answer)
    if not isinstance(told, dict) or "error" not in told:
        return None
    error = told["error"]
    if not isinstance(error, dict):
        return NotReadable("Odoo answers with an error that cannot be read.")
    data = error.get("data")
    return _named(data.get("name") if isinstance(data, dict) else None)


def json2_fault(answer: Response) -> CrmsyncError | None:
    """The failure in an answer of /json/2; None leaves it to what its status says."""
    if answer.is_success or answer.status_code == 429:
        return None
    told = _told(answer)
    name = told.get("name") if isinstance(told, dict) else None
    if not isinstance(name, str) or "." not in name:
        return None
    found = _named(name)
    known = type(found) is not BackendError
    return found if known or answer.status_code < 500 else None


def _told(answer: Response) -> Any:
    try:
        return orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return None


def _named(name: Any) -> CrmsyncError:
    whole = name if isinstance(name, str) and KNOWN.fullmatch(name) else "an error without a name"
    kind = whole.rpartition(".")[2]
    if kind in DENIED:
        return CredentialsError(f"Odoo refuses what is asked ({kind}).", hint=RIGHTS)
    if kind in BUSY:
        return RateLimited(f"Odoo is busy with the same records ({kind}).")
    if kind == "MissingError":
        return Missing("Odoo no longer has a record that is asked for.", hint=LOOK)
    if kind in ("UserError", "ValidationError", "RedirectWarning", "IntegrityError"):
        return Refused(f"Odoo refuses what is asked ({kind}).", hint=LOOK)
    return BackendError(f"Odoo answers with {whole}.", hint=LOOK)
