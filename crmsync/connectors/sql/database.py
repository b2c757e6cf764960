"""A foreign database, opened for reading alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from crmsync.connectors.sql.complaints import plain_errors
from crmsync.connectors.sql.settings import SqlSettings
from crmsync.connectors.sql.stamps import to_moment
from crmsync.errors import Unreachable

CONNECT_SECONDS = 10

_CLOCKS = {
    "sqlite": "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')",
    "mysql": "SELECT UTC_TIMESTAMP(6)",
    "mariadb": "SELECT UTC_TIMESTAMP(6)",
    "mssql": "SELECT SYSUTCDATETIME()",
    "oracle": "SELECT SYS_EXTRACT_UTC(SYSTIMESTAMP) FROM dual",
}
_READ_ONLY = {
    "sqlite": "PRAGMA query_only = ON",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "mariadb": "SET SESSION TRANSACTION READ ONLY",
}


class Database:
    """Asks a database; every answer is read in a short read-only transaction of its own."""

    def __init__(self, settings: SqlSettings, *, name: str, base: Path) -> None:
        self.name = name
        with plain_errors(name):
            self._url = _url(settings, base)
            self._engine = _engine(self._url)

    def rows(
        self, statement: sa.Executable, **values: Any
    ) -> tuple[Sequence[str], Sequence[sa.Row[Any]]]:
        """The names of the columns and every row of a short answer."""
        self._check_file()
        with plain_errors(self.name), self._engine.connect() as connection:
            result = connection.execute(statement, values)
            return list(result.keys()), result.all()

    def value(self, statement: sa.Executable) -> Any:
        """The first value of the first row; None where there is no row."""
        _, rows = self.rows(statement)
        return rows[0][0] if rows else None

    def clock(self) -> datetime:
        """The database's clock, with zone."""
        asked = _CLOCKS.get(self._engine.dialect.name, "SELECT CURRENT_TIMESTAMP")
        return to_moment(self.value(sa.text(asked)))

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def _check_file(self) -> None:
        """SQLite would make an empty database of a file that is not there."""
        path = self._url.database if self._url.get_backend_name() == "sqlite" else None
        if path and not path.startswith("file:") and not Path(path).is_file():
            raise Unreachable(
                f"{self.name}: there is no database file {Path(path).name}.",
                hint="Is the folder there? The path is below the folder of crmsync.toml.",
            )


def _url(settings: SqlSettings, base: Path) -> sa.URL:
    url = _parse(settings.url.get_secret_value())
    if settings.password is not None:
        url = url.set(password=settings.password.get_secret_value())
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    path = url.database
    if url.get_backend_name() == "sqlite" and path and not path.startswith("file:"):
        url = url.set(database=str(base / path))
    return url


def _parse(text: str) -> sa.URL:
    try:
        return sa.make_url(text)
    except ValueError:  # a port that is no number; the text may hold a password
        raise sa.exc.ArgumentError from None


def _engine(url: sa.URL) -> sa.Engine:
    patient = url.get_backend_name() == "postgresql" and "connect_timeout" not in url.query
    arguments = {"connect_timeout": CONNECT_SECONDS} if patient else {}
    engine = sa.create_engine(url, connect_args=arguments, hide_parameters=True)
    command = _READ_ONLY.get(engine.dialect.name)

    def only_read(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        cursor.execute(command)
        cursor.close()

    if command:
        sa.event.listen(engine, "connect", only_read)
    return engine.execution_options(postgresql_readonly=True)
