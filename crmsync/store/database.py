"""Opens a store by URL, keeps its schema current, and gives out units of work."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from crmsync.errors import ConfigError, StoreError
from crmsync.store import leases, points, schema, turns
from crmsync.store.complaints import plain_errors, unwritable
from crmsync.store.leases import Lease
from crmsync.store.marker import Marker
from crmsync.store.work import Work

STILL_SECONDS = 600.0
"""So long a transaction on PostgreSQL may stand still between two statements.

A process that was stopped, or whose machine is gone, would keep its locks for ever. The longest
that ours compute in between are seconds.
"""
SOON_SECONDS = 0.5
"""So long waits who first wants to know whether it is a run of the same work that is committing."""


class Store:
    """An open store. `work()` is a transaction, `lease()` the right to do a piece of work."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.dialect = engine.dialect.name

    @contextmanager
    def work(
        self,
        point: str = "store/work",
        *,
        lease: Lease | None = None,
        run_id: str = "",
        soon: bool = False,
    ) -> Iterator[Work]:
        """A writing transaction: commits at the end, rolls back on an error.

        `point` names the commit for crash tests (see `crmsync.store.points`).

        StoreError when another program keeps the store locked (for half a minute, or `soon` for
        half a second); LeaseHeld when `lease` was lost.
        """
        with self._connect() as connection, plain_errors(self.engine):
            if self.dialect == "sqlite":
                turns.begin(connection, SOON_SECONDS if soon else None)
            else:
                connection.begin()  # what only the driver wrote is committed too
            points.reach(f"{point}:begin")
            if lease is not None:
                lease.check(connection)  # nobody can take it from here to the commit
            work = Work(connection, run_id=run_id)
            yield work
            work.flush()
            with points.effect(point):
                connection.commit()

    @contextmanager
    def read(self) -> Iterator[Work]:
        """A consistent look at the store, without writing."""
        with self._connect() as connection, plain_errors(self.engine):
            if self.dialect == "sqlite":
                connection.exec_driver_sql("BEGIN")
            yield Work(connection)

    @contextmanager
    def lease(self, name: str, *, holder: str) -> Iterator[Lease]:
        """Hold the lease `name`; LeaseHeld when a living owner has it."""
        with plain_errors(self.engine), leases.hold(self.engine, name, holder=holder) as lease:
            yield lease

    def refuse_beside(self, names: Iterable[str]) -> None:
        """LeaseHeld when a living owner has one of these leases; they are not taken."""
        leases.refuse_beside(self.engine, names)

    def complete(self) -> None:
        """Make what a store does without while it is filled for the first time."""
        with plain_errors(self.engine):
            schema.complete(self.engine)

    def damage(self) -> str:
        """What SQLite's own quick check finds wrong, '' for nothing; PostgreSQL checks itself."""
        if self.dialect != "sqlite":
            return ""
        with self._connect() as connection:
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        return "" if found == "ok" else str(found)

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextmanager
    def _connect(self) -> Iterator[sa.Connection]:
        with plain_errors(self.engine), self.engine.connect() as connection:
            yield connection


def open_store(url: str, *, base: Path | None = None, marker: Marker | None = None) -> Store:
    """The store at `url`, its schema brought up to date.

    A relative SQLite path counts from `base`. ConfigError for a URL nobody understands,
    StoreError when the store cannot be opened, is locked, or is newer than this program, and when
    it is gone, empty or another one although `marker` knows it.
    """
    parsed = _parse(url, base)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        _make_file(Path(parsed.database), marker)
    try:
        engine = _engine(parsed)
    except ImportError as error:
        raise ConfigError(
            f"the store's driver is missing: {error.name}.",
            hint="IT: pip install 'crmsync[postgres]'",
        ) from error
    store = Store(engine)
    try:
        with plain_errors(engine):
            _bring_up(engine, marker)
    except StoreError:
        store.close()
        raise
    return store


def _parse(url: str, base: Path | None) -> sa.URL:
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):  # its cause may hold the URL's password
        raise ConfigError(
            "the store's URL cannot be read.",
            hint="Write for instance sqlite:///crmsync.db or postgresql://user@host/name",
        ) from None
    name = parsed.get_backend_name()
    if name == "postgresql" and parsed.drivername == "postgresql":
        return parsed.set(drivername="postgresql+psycopg")
    if name == "sqlite" and parsed.database and base is not None:
        return parsed.set(database=str(base / parsed.database))
    if name not in ("sqlite", "postgresql"):
        raise ConfigError(f"a store cannot be kept in {name}.", hint="Use SQLite or PostgreSQL.")
    return parsed


def _bring_up(engine: sa.Engine, marker: Marker | None) -> None:
    """Bring the schema up to date, unless the store is not the one that `marker` knows."""
    place = f"the database {engine.url.database}"
    if marker and marker.known and schema.revision(engine) is None:
        raise marker.refuse(f"{place} holds no store")
    schema.bring_up_to_date(engine)
    if marker:
        marker.compare(schema.own_id(engine), place)


def _make_file(path: Path, marker: Marker | None) -> None:
    if path.exists() and path.stat().st_size:
        return
    if marker and marker.known:
        raise marker.refuse(f"{path} is {'empty' if path.exists() else 'gone'}")
    if not path.parent.is_dir():
        raise StoreError(f"there is no folder {path.parent}.", hint="Check the store's URL.")
    try:
        with points.effect("store/file"):
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise unwritable("the store", path, error) from error


def _engine(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() != "sqlite":
        engine = sa.create_engine(url, pool_pre_ping=True, hide_parameters=True)
        sa.event.listen(engine, "connect", _set_up_postgres)
        return engine
    engine = sa.create_engine(
        url, connect_args={"timeout": turns.BUSY_SECONDS}, hide_parameters=True
    )
    sa.event.listen(engine, "connect", _set_up_sqlite)
    return engine


def _set_up_postgres(driver: Any, _record: Any) -> None:
    """Let the server end a transaction of ours that stands still, unless it has a limit already."""
    driver.autocommit = True
    driver.execute(
        "SELECT set_config('idle_in_transaction_session_timeout', %s, false) "
        "WHERE current_setting('idle_in_transaction_session_timeout') = '0'",
        (f"{STILL_SECONDS * 1000:.0f}",),
    )
    driver.autocommit = False


def _set_up_sqlite(driver: Any, _record: Any) -> None:
    driver.isolation_level = None  # crmsync begins its transactions itself
    for pragma in (  # documents fill more of a page of 8 kB; a store that is there keeps its own
        "page_size=8192", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=OFF",
        "cache_size=-8000", "temp_store=MEMORY", "secure_delete=FAST",
    ):  # fmt: skip
        driver.execute(f"PRAGMA {pragma}").close()
