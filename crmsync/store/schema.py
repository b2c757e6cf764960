"""Brings a store's schema to this program's revision.

An empty store gets the tables as they are now; Alembic is loaded only for an older one.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from crmsync.errors import StoreError
from crmsync.store import points, turns
from crmsync.store.tables import LATE, metadata, store_id

HEAD = "0007"
"""The schema revision this program works with; the newest file in migrations/versions."""

_VERSION = sa.Table(
    "alembic_version", sa.MetaData(), sa.Column("version_num", sa.String(32), primary_key=True)
)
"""Alembic's own table, as it makes it itself."""

MIGRATIONS = Path(__file__).with_name("migrations")


def bring_up_to_date(engine: sa.Engine) -> None:
    """Migrate the store to HEAD; StoreError when it is of a newer or unknown revision."""
    found = revision(engine)
    if found == HEAD:
        return
    if found is None:
        _create(engine)
        return
    if not _known(found):
        raise StoreError(
            f"the store has schema revision {found}, this program knows up to {HEAD}.",
            hint="IT: update crmsync; the store was written by a newer one.",
        )
    migrate(engine)


def revision(engine: sa.Engine) -> str | None:
    """The store's schema revision, None for an empty store."""
    with engine.connect() as connection:
        return _revision(connection)


def _revision(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    found: str | None = connection.execute(sa.select(_VERSION.c.version_num)).scalar()
    return found


def _known(found: str) -> bool:
    return any(path.name.startswith(found) for path in (MIGRATIONS / "versions").glob("*.py"))


def _create(engine: sa.Engine) -> None:
    """Make every table, unless another program was quicker."""
    with _alone(engine) as connection:
        if _revision(connection) is None:
            make_tables(connection)
            _VERSION.create(connection, checkfirst=True)
            connection.execute(sa.insert(_VERSION).values(version_num=HEAD))


SCRIPT = Path(__file__).with_name("tables") / "sqlite.sql"
"""What SQLAlchemy says to SQLite for these tables; to ask it takes five times as long."""


def make_tables(connection: sa.Connection) -> None:
    """Make every table, and the store's id."""
    if connection.dialect.name == "sqlite":
        for statement in SCRIPT.read_text(encoding="utf-8").split(";\n\n"):
            connection.exec_driver_sql(statement)
    else:
        metadata.create_all(connection)
    connection.execute(sa.insert(store_id).values(id=str(uuid.uuid4())))


_IS_THERE = {
    "sqlite": "SELECT 1 FROM sqlite_master WHERE type = 'index' AND name = :name",
    "postgresql": "SELECT 1 WHERE to_regclass(:name) IS NOT NULL",
}
"""Asked at the end of every run: SQLAlchemy's inspector would take 10 ms."""


def complete(engine: sa.Engine) -> None:
    """Make the indexes that a store does without while it is filled for the first time.

    What SQLite sorts for them, numbers alone, lies in a file and not in memory.
    """
    with engine.connect() as connection:
        asked = sa.text(_IS_THERE[engine.dialect.name])
        if connection.execute(asked, {"name": LATE[-1].name}).first() is not None:
            return
    with _alone(engine, sorting_in="FILE") as connection:
        for one in LATE:
            connection.exec_driver_sql(one.statement)


def own_id(engine: sa.Engine) -> str:
    """The id by which this store and its copies are told from others."""
    with engine.connect() as connection:
        return str(connection.execute(sa.select(store_id.c.id)).scalar())


def migrate(engine: sa.Engine) -> None:
    """Run every migration that the store lacks; from nothing they make what a new store gets."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with _alone(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def _alone(engine: sa.Engine, *, sorting_in: str = "MEMORY") -> Iterator[sa.Connection]:
    """A transaction in which nobody else changes the schema."""
    with engine.connect() as connection, _sorting(connection, sorting_in):
        if engine.dialect.name == "sqlite":
            turns.begin(connection)
        else:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7236241)")
        yield connection
        with points.effect("store/schema"):
            connection.commit()


@contextmanager
def _sorting(connection: sa.Connection, place: str) -> Iterator[None]:
    """Where SQLite sorts in this block, FILE or MEMORY; PostgreSQL decides by itself."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA temp_store = {place}").close()
    try:
        yield
    finally:
        connection.rollback()  # within a transaction it cannot be set
        driver.execute("PRAGMA temp_store = MEMORY").close()
