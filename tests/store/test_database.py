"""Opening a store: private files, clear errors, schema revisions."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from crmsync.errors import ConfigError, StoreError
from crmsync.store import Store, open_store, schema, tables


def test_a_new_store_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = open_store(f"sqlite:///{path}")
    with store.lease("x", holder="me"), store.work() as work:
        work.log_records("raw", [1])
        modes = {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    store.close()
    assert modes == {0o600}
    assert len(os.listdir(tmp_path)) >= 1


def differences(store: Store) -> list[object]:
    with store.engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), tables.metadata)
    ours = {one.name for one in (*tables.PARTIAL, *tables.LATE)}
    return [one for one in found if one[0] != "remove_index" or one[1].name not in ours]


def indexes(store: Store) -> set[str]:
    found = sa.inspect(store.engine)
    return {str(one["name"]) for name in found.get_table_names() for one in found.get_indexes(name)}


def test_late_indexes_come_when_the_store_is_filled(store: Store) -> None:
    late = {one.name for one in tables.LATE}
    partial = {one.name for one in tables.PARTIAL}
    assert partial <= indexes(store)
    assert not late & indexes(store)
    for _ in range(2):
        store.complete()
        assert late | partial <= indexes(store)
    assert differences(store) == []


def test_a_new_store_has_the_schema_that_the_program_uses(store: Store) -> None:
    assert differences(store) == []
    assert schema.revision(store.engine) == schema.HEAD


def test_the_migrations_make_the_schema_that_a_new_store_gets(store: Store) -> None:
    with store.engine.connect() as connection:
        if store.dialect == "sqlite":
            tables.metadata.drop_all(connection)
            connection.exec_driver_sql("DROP TABLE alembic_version")
        else:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        connection.commit()
    assert schema.revision(store.engine) is None
    schema.migrate(store.engine)
    assert differences(store) == []
    assert sa.inspect(store.engine).get_view_names() == ["order_line"]
    assert schema.revision(store.engine) == schema.HEAD


def made(connection: sa.Connection) -> list[tuple[str, ...]]:
    asked = (
        "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE tbl_name <> 'alembic_version' "
        "ORDER BY type, name"
    )
    found = connection.exec_driver_sql(asked).fetchall()
    return [tuple(" ".join(str(part).split()) for part in row) for row in found]


def test_the_script_makes_what_the_tables_say(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    plain = sa.create_engine("sqlite://")
    with store.engine.connect() as connection, plain.connect() as other:
        tables.metadata.create_all(other)
        assert made(connection) == made(other), "python tools/schema.py makes the script anew"
    plain.dispose()
    store.close()


OLD = """
DROP TABLE match_key; DROP TABLE pair; DROP TABLE face; DROP TABLE decision_event;
CREATE TABLE match_key (key TEXT, source_id BIGINT, controller TEXT NOT NULL, who TEXT NOT NULL,
    PRIMARY KEY (key, source_id));
CREATE TABLE pair (a_id BIGINT, b_id BIGINT, band TEXT NOT NULL, rule TEXT NOT NULL,
    evidence TEXT NOT NULL, PRIMARY KEY (a_id, b_id));
INSERT INTO match_key VALUES ('e:anna@example.org', 7, 'muster', 'a 65');
INSERT INTO source_customer (record_id, stream_id, controller, doc) VALUES (7, 1, 'muster', '{}');
INSERT INTO customer (customer_id, controller, state) VALUES ('c7', 'muster', 'alive');
UPDATE alembic_version SET version_num = '0001'
"""


def test_a_store_of_the_first_schema_compares_everybody_once(store: Store) -> None:
    with store.engine.connect() as connection:
        for statement in OLD.split(";"):
            connection.exec_driver_sql(statement)
        connection.commit()
    schema.bring_up_to_date(store.engine)
    assert differences(store) == []
    with store.read() as work:
        assert work.all(sa.select(tables.match_key)) == []
        told = work.changes("test", ["source", "profile"], 10)
    assert [(one.topic, one.record_id, one.customer_id) for one in told] == [
        ("source", 7, None), ("profile", None, "c7"),
    ]  # fmt: skip


def test_a_store_of_the_second_schema_draws_its_fifths(store: Store) -> None:
    row = ("c7", "muster", "shop/customers/7", "2026-11-02", b"", 1, "EUR", 1000, "2026-11-02",
           "A", "{}")  # fmt: skip
    with store.work() as work:
        work.upsert(tables.habit, [row])
    with store.engine.connect() as connection:
        connection.exec_driver_sql("DROP TABLE rfm_cut")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0002'")
        connection.commit()
    schema.bring_up_to_date(store.engine)
    assert differences(store) == []
    with store.read() as work:
        assert [tuple(one) for one in work.all(tables.habit.select())] == [row]
        assert [tuple(one) for one in work.all(tables.abc_due.select())] == [("muster",)]


def test_a_new_store_is_made_without_alembic(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom crmsync.store import open_store\n"
        "open_store(sys.argv[1]).close()\nsys.exit('alembic' in sys.modules)"
    )
    url = f"sqlite:///{tmp_path / 'store.db'}"
    assert subprocess.run([sys.executable, "-c", program, url]).returncode == 0


def test_a_newer_store_is_refused(store: Store) -> None:
    with store.work() as work:
        work.run(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="9999"):
        schema.bring_up_to_date(store.engine)


def test_alembic_stays_unloaded_when_the_revision_fits(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    open_store(url).close()
    program = (
        "import sys\nfrom crmsync.store import open_store\n"
        "open_store(sys.argv[1]).close()\nsys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program, url]).returncode == 0


def test_a_locked_store_is_said_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crmsync.store.turns.BUSY_SECONDS", 0.05)
    path = tmp_path / "store.db"
    store = open_store(f"sqlite:///{path}")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked by another program"), store.work():
        pass
    other.execute("ROLLBACK")
    other.close()
    with store.work() as work:
        work.log_records("raw", [1])
    store.close()


def test_a_writer_waits_half_a_minute_for_another_or_only_briefly(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    for soon in (False, True):
        with store.work(soon=soon) as work:
            assert work.scalar(sa.text("PRAGMA busy_timeout")) == 30_000
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked by another program"), store.work(soon=True):
        pass
    other.close()
    with store.work() as work:
        assert work.scalar(sa.text("PRAGMA busy_timeout")) == 30_000
    store.close()


def test_a_file_that_is_no_database_is_said_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"this is not a database at all, it is a letter" * 50)
    with pytest.raises(StoreError):
        open_store(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"this is not")


@pytest.mark.parametrize("url", ["nonsense", "mysql://localhost/x"])
def test_a_wrong_url_is_a_configuration_error(url: str) -> None:
    with pytest.raises(ConfigError):
        open_store(url)


def test_an_unreachable_server_is_a_store_error() -> None:
    with pytest.raises(StoreError):
        open_store("postgresql://nobody@127.0.0.1:1/nothing")


def test_a_full_disk_is_said_in_a_sentence(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}")
    with pytest.raises(StoreError, match="full"), store.work() as work:
        work.connection.exec_driver_sql("PRAGMA max_page_count=100")
        work.upsert(tables.counter, [(f"{number}" * 1000, number) for number in range(1000)])
    store.close()


def test_a_server_that_goes_away_in_a_bulk_write_is_said(postgres_url: str) -> None:
    store = open_store(postgres_url)
    with pytest.raises(StoreError), store.work() as work:
        pid = work.scalar(sa.text("SELECT pg_backend_pid()"))
        other = open_store(postgres_url)
        with other.read() as killer:
            killer.scalar(sa.text(f"SELECT pg_terminate_backend({pid})"))
        other.close()
        work.upsert(tables.watermark, [(f"s{number}", 1, "") for number in range(100)])
    store.close()


@pytest.mark.parametrize("rows", [1, 2, 100])
def test_a_transaction_that_stands_still_after_any_bulk_write_is_ended(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """Another one waits for the row that it has written, until the server ends it."""
    other = open_store(postgres_url)
    monkeypatch.setattr("crmsync.store.database.STILL_SECONDS", 0.2)
    still = open_store(postgres_url)
    told = [(f"s{number}", 1, "") for number in range(rows)]
    with pytest.raises(StoreError, match=r"stood still|ended the connection"), still.work() as work:
        work.upsert(tables.watermark, told)
        with other.work() as second:
            second.upsert(tables.watermark, [("s0", 2, "")])
        work.upsert(tables.watermark, told)
    with other.read() as work:
        assert work.scalar(sa.select(tables.watermark.c.seq)) == 2
    still.close()
    other.close()
