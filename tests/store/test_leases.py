"""Leases: one owner, lost at once by a dead one, fenced by a token."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from crmsync.errors import LeaseHeld
from crmsync.store import Store, open_store, tables

HOLDER = """
import sys, time
from crmsync.store import open_store
store = open_store(sys.argv[1])
with store.lease("resolve", holder="other"):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_second_owner_is_refused_with_exit_code_7(store: Store) -> None:
    other = open_store(store.engine.url.render_as_string(hide_password=False))
    with store.lease("resolve", holder="a"):
        with pytest.raises(LeaseHeld) as refused, other.lease("resolve", holder="b"):
            pass
        with other.lease("connection:crm", holder="b"):
            pass
    assert refused.value.exit_code == 7
    with other.lease("resolve", holder="b"):
        pass
    other.close()


def test_a_killed_owner_loses_the_lease_at_once(store: Store, tmp_path: Path) -> None:
    url = store.engine.url.render_as_string(hide_password=False)
    owner = subprocess.Popen([sys.executable, "-c", HOLDER, url], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    assert owner.stdout.readline() == "held\n"
    with pytest.raises(LeaseHeld), store.lease("resolve", holder="me"):
        pass
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    owner.stdout.close()
    for _ in range(200):  # PostgreSQL notices the closed connection within its own loop
        try:
            with store.lease("resolve", holder="me"):
                return
        except LeaseHeld:
            continue
    raise AssertionError("the dead owner still holds the lease")


def test_an_owner_that_was_asleep_cannot_write(store: Store) -> None:
    with store.lease("resolve", holder="sleeper") as old:
        with store.work() as work:
            work.run(sa.update(tables.lease).values(token=old.token + 1, holder="new"))
        with pytest.raises(LeaseHeld), store.work(lease=old) as work:
            work.log_records("raw", [1])
    with store.read() as work:
        assert work.changes("stage", ["raw"], 10) == []


def test_an_owner_out_of_reach_is_replaced_when_its_time_is_up(postgres_url: str) -> None:
    gone, new = open_store(postgres_url), open_store(postgres_url)
    with gone.lease("resolve", holder="out of reach") as old:
        with pytest.raises(LeaseHeld), new.lease("resolve", holder="new"):
            pass
        with new.work() as work:
            work.run(sa.update(tables.lease).values(expires_at="2020-01-01T00:00:00"))
        with new.lease("resolve", holder="new") as lease:
            with new.work(lease=lease) as work:
                work.log_records("raw", [1])
            with pytest.raises(LeaseHeld), gone.work(lease=old) as work:
                work.log_records("raw", [2])
    with new.read() as work:
        assert [one.record_id for one in work.changes("stage", ["raw"], 9)] == [1]
    gone.close()
    new.close()


def test_a_commit_renews_the_lease(postgres_url: str) -> None:
    store = open_store(postgres_url)
    with store.lease("resolve", holder="me") as lease:
        with store.work() as work:
            work.run(sa.update(tables.lease).values(expires_at="2020-01-01T00:00:00"))
        with store.work(lease=lease) as work:
            work.log_records("raw", [1])
        with store.read() as work:
            assert str(work.scalar(sa.select(tables.lease.c.expires_at))) > "2026"
    store.close()
