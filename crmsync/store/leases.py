"""Leases: the right to do a piece of work, lost at once by a dead owner, fenced by a token.

SQLite: a lock on a file beside the database, which the operating system frees with its process.
PostgreSQL: a session lock, which the server frees with its connection, and an expiry by the
server's clock for an owner whose machine is unreachable. Each new owner raises the token, and
every transaction that writes begins by comparing it: an owner that was only asleep cannot write any
more. From there to the commit nobody can take the lease: SQLite has one writer, and on PostgreSQL
its row is locked.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from crmsync.errors import LeaseHeld
from crmsync.store import locks, points, turns
from crmsync.store.complaints import unwritable
from crmsync.store.log import numbers
from crmsync.store.tables import lease as lease_table

CLASS = 7236
"""The first key of our PostgreSQL advisory locks."""

CLOCK = sa.text("to_char(timezone('utc', clock_timestamp()), 'YYYY-MM-DD\"T\"HH24:MI:SS')")
"""PostgreSQL's own clock."""
EXPIRY = sa.text(
    "to_char(timezone('utc', clock_timestamp()) + interval '60 minutes', "
    "'YYYY-MM-DD\"T\"HH24:MI:SS')"
)
"""When a lease ends that is not renewed by a commit, by PostgreSQL's own clock."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A held lease: its name and the token that every writing transaction compares."""

    name: str
    token: int

    def check(self, connection: sa.Connection) -> None:
        """LeaseHeld when somebody else has taken the lease since; on PostgreSQL also renews it."""
        held = sa.and_(lease_table.c.name == self.name, lease_table.c.token == self.token)
        if connection.dialect.name == "sqlite":
            found = connection.execute(sa.select(lease_table.c.token).where(held)).first()
        else:
            renewed = sa.update(lease_table).where(held).values(expires_at=EXPIRY)
            found = connection.execute(renewed.returning(lease_table.c.token)).first()
        if found is None:
            raise LeaseHeld(
                f"the lease '{self.name}' was taken over by another run.",
                hint="Nothing was written by this one; the other run goes on.",
            )


@contextmanager
def hold(engine: sa.Engine, name: str, *, holder: str) -> Iterator[Lease]:
    """Hold the lease `name` while the block runs; LeaseHeld when a living owner has it."""
    if engine.dialect.name == "sqlite":
        with _file_lock(engine, name):
            yield _take(engine, name, holder)
    else:
        with _session_lock(engine, name, holder):
            yield _take(engine, name, holder)


def refuse_beside(engine: sa.Engine, names: Iterable[str]) -> None:
    """LeaseHeld when a living owner has one of these leases.

    Asked when the store is locked: on SQLite the lock may be that run's commit. PostgreSQL lets
    two runs write side by side.
    """
    if engine.dialect.name == "sqlite":
        for name in names:
            with _file_lock(engine, name):
                pass


def _take(engine: sa.Engine, name: str, holder: str) -> Lease:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            turns.begin(connection)
        token = numbers(connection, "lease", 1)[0]
        connection.execute(sa.delete(lease_table).where(lease_table.c.name == name))
        expiry = "" if engine.dialect.name == "sqlite" else EXPIRY
        row = {"name": name, "token": token, "holder": holder, "expires_at": expiry}
        connection.execute(sa.insert(lease_table).values(row))
        with points.effect("lease/take"):
            connection.commit()
    return Lease(name, token)


def _held(name: str) -> LeaseHeld:
    return LeaseHeld(
        f"another run holds the lease '{name}'.",
        hint="Wait for it to end; a dead run loses its lease at once.",
    )


@contextmanager
def _file_lock(engine: sa.Engine, name: str) -> Iterator[None]:
    database = engine.url.database
    if not database or database == ":memory:":
        yield
        return
    path = Path(f"{database}.lease-{zlib.crc32(name.encode()):08x}")
    try:
        descriptor = locks.open_lock(path, point="lease/file")
    except OSError as error:
        raise unwritable("the lease beside the store,", path, error) from error
    try:
        if not locks.take(descriptor):
            raise _held(name)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _session_lock(engine: sa.Engine, name: str, holder: str) -> Iterator[None]:
    key = zlib.crc32(name.encode()) - 2**31
    with engine.connect() as connection:
        taken = connection.execute(sa.select(sa.func.pg_try_advisory_lock(CLASS, key))).scalar()
        free = taken or _expired(connection, name)
        with points.effect("lease/lock"):
            connection.commit()
        if not free:
            raise _held(name)
        try:
            yield
        finally:
            with _unless_gone(connection):
                if taken:
                    connection.execute(sa.select(sa.func.pg_advisory_unlock(CLASS, key)))
                else:
                    _let_go(connection, name, holder)
                with points.effect("lease/unlock"):
                    connection.commit()


@contextmanager
def _unless_gone(connection: sa.Connection) -> Iterator[None]:
    """A session that its server has ended holds no lock any more: nothing is left to be done.

    The run may have gone on without it, for every commit has compared the token.
    """
    try:
        yield
    except sa.exc.DBAPIError as error:
        if not error.connection_invalidated:
            raise
        connection.invalidate()


def _let_go(connection: sa.Connection, name: str, holder: str) -> None:
    """End a lease that was taken over: who was out of reach may still have the session's lock."""
    ours = sa.and_(lease_table.c.name == name, lease_table.c.holder == holder)
    connection.execute(sa.update(lease_table).where(ours).values(expires_at="2000-01-01T00:00:00"))


def _expired(connection: sa.Connection, name: str) -> bool:
    """Whether the owner has not committed for so long that its machine must be gone."""
    statement = sa.select(lease_table.c.expires_at < CLOCK).where(lease_table.c.name == name)
    return bool(connection.execute(statement).scalar())
