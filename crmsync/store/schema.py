"""Brings a store's schema to this program's revision; Alembic is loaded only when it differs."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from crmsync.errors import StoreError

HEAD = "0001"
"""The schema revision this program works with; the newest file in migrations/versions."""

MIGRATIONS = Path(__file__).with_name("migrations")


def bring_up_to_date(engine: sa.Engine) -> None:
    """Migrate the store to HEAD; StoreError when it is of a newer or unknown revision."""
    found = revision(engine)
    if found == HEAD:
        return
    if found is not None and not _known(found):
        raise StoreError(
            f"the store has schema revision {found}, this program knows up to {HEAD}.",
            hint="IT: update crmsync; the store was written by a newer one.",
        )
    _migrate(engine)


def revision(engine: sa.Engine) -> str | None:
    """The store's schema revision, None for an empty store."""
    with engine.connect() as connection:
        if not sa.inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _known(found: str) -> bool:
    return any(path.name.startswith(found) for path in (MIGRATIONS / "versions").glob("*.py"))


def _migrate(engine: sa.Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7236241)")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
