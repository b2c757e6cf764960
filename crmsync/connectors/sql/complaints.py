"""Turns what a database complains of into our errors, without a value of its rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from crmsync.errors import BackendError, ConfigError, CredentialsError, Unreachable

_CREDENTIALS = (
    "password authentication failed", "no password supplied", "access denied for user",
    "login failed", "authentication failed", "ora-01017", "permission denied",
)  # fmt: skip
_UNKNOWN = (
    "no such table", "no such column", "syntax error", "unknown column", "unknown database",
    "invalid column name", "invalid object name", "ora-00904", "ora-00942",
)  # fmt: skip
_CREDENTIAL_CODES = ("28000", "28P01", "42501", 1044, 1045, 18456)
_UNKNOWN_CODES = ("3D000", 1049, 1054, 1064, 1146, 207, 208)


@contextmanager
def plain_errors(where: str) -> Iterator[None]:
    """Raises our errors for SQLAlchemy's, each naming `where`.

    CredentialsError for a refused login or a right that is missing, ConfigError for an unknown
    table or column, a query that is no SQL, a driver that is not installed; Unreachable when there
    is no answer.
    """
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise _explain(error, where) from None
    except (sa.exc.NoSuchModuleError, ImportError) as error:
        raise ConfigError(
            f"{where}: the driver of the database cannot be loaded ({_first_line(error)}).",
            hint="Install it, or name another in the URL, as in postgresql+psycopg://.",
        ) from None
    except sa.exc.SQLAlchemyError as error:
        raise ConfigError(
            f"{where}: the database cannot be asked like this ({type(error).__name__}).",
            hint="Check 'url', 'table', 'query' and 'key'.",
        ) from None


def _explain(error: sa.exc.DBAPIError, where: str) -> Exception:
    cause = error.orig or error
    code, text = _code(cause), str(cause).lower()
    no_role = "role" in text and "does not exist" in text
    if code in _CREDENTIAL_CODES or no_role or any(phrase in text for phrase in _CREDENTIALS):
        return CredentialsError(
            f"{where}: the database refuses the account.",
            hint="Its password may be wrong or expired, or the right to read is missing.",
        )
    unknown = str(code).startswith("42") or code in _UNKNOWN_CODES
    if unknown or any(phrase in text for phrase in _UNKNOWN) or _no_database(text):
        return ConfigError(
            f"{where}: {_first_line(cause)}.",
            hint="Check 'url', 'table', 'query', 'key', 'cursor'.",
        )
    if code == "25006" or "readonly database" in text:
        return ConfigError(f"{where}: a query tries to write.", hint="Only reading is possible.")
    if isinstance(error, (sa.exc.OperationalError, sa.exc.InterfaceError)):
        return Unreachable(
            f"{where}: the database does not answer ({type(cause).__name__}).",
            hint="Is it running, and is host and port right? The next run goes on here.",
        )
    return BackendError(f"{where}: the database failed with {type(cause).__name__}.")


def _no_database(text: str) -> bool:
    return "database" in text and "does not exist" in text


def _code(cause: BaseException) -> object:
    """The SQLSTATE, or the vendor's number where the driver gives that."""
    state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    if state is not None:
        return state
    first = cause.args[0] if cause.args else None
    return first if isinstance(first, int) else None


def _first_line(error: BaseException) -> str:
    """The first line of a message about tables and columns; it holds names, never values."""
    return str(error).strip().split("\n", 1)[0].rstrip(".")
