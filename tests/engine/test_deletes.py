"""Deletes come between the pages they were told on, and what is told and deleted at once is one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crmsync.engine import land
from crmsync.engine.gather import Batch
from crmsync.engine.sync import sync
from crmsync.model.stream import Page, Stream
from crmsync.store import Store, records, tables
from tests.engine.backend import NOW, Content, project

STREAM = Stream(name="customers", kind="customers")
ANNA, BERT = {"id": "1", "name": "Anna"}, {"id": "2", "name": "Bert"}


def landed(store: Store, *pages: Page) -> tuple[dict[str, int], list[str]]:
    """The counts of a batch, and the external ids that go on to normalize."""
    batch = Batch()
    for page in pages:
        batch.add(page)
    with store.work("test/land") as work:
        row = records.load_stream(work, "crm", "customers", "customers")
        landing = land.compare(work, row, STREAM, batch)
        if landing.new or landing.changed:
            land.number(work, row, landing)
        raws = land.raws(row, landing)
        land.write(work, row, landing, {})
        return landing.counts, list(raws.names)


def alive(store: Store) -> dict[str, bool]:
    with store.read() as work:
        rows = work.all(sa.select(tables.record.c.external_id, tables.record.c.deleted))
    return {name: not deleted for name, deleted in rows}


@pytest.mark.parametrize(
    "pages, living",
    [
        ((Page(records=[ANNA]), Page(deleted=["1"])), False),
        ((Page(records=[ANNA], deleted=["1"]),), False),
        ((Page(deleted=["1"]), Page(records=[ANNA])), True),
        ((Page(records=[ANNA], deleted=["1"]), Page(records=[BERT]), Page(records=[ANNA])), True),
        ((Page(deleted=["1"]), Page(records=[ANNA, {"id": None}]), Page(deleted=["1"])), False),
    ],
)
def test_what_was_said_last_counts(store: Store, pages: Sequence[Page], living: bool) -> None:
    for first in (True, False):
        _, names = landed(store, *pages)
        assert alive(store)["1"] is living
        assert ("1" in names) is (living and first)


def test_a_tombstone_told_and_deleted_again_changes_nothing(store: Store) -> None:
    page = Page(records=[ANNA, BERT], deleted=["1"])
    first, _ = landed(store, page)
    assert (first["new"], first["deleted"]) == (2, 1)
    with store.read() as work:
        log = work.all(sa.select(tables.change))
    again, names = landed(store, page)
    assert (again["unchanged"], again["changed"], again["deleted"]) == (2, 0, 0)
    assert names == []
    with store.read() as work:
        assert work.all(sa.select(tables.change)) == log


def test_orders_of_a_customer_who_was_gone_before_the_first_reading_wait_for_nobody(
    tmp_path: Path, store_url: str
) -> None:
    content = Content()
    content.deletes = "none"
    content.person(1)
    content.sale(1, 1)
    content.sale(2, 2)
    with project(tmp_path, store_url, content) as opened:

        def run() -> Any:
            return sync(opened, as_of="2026-11-21", now=NOW)

        assert run().pending == 1
        content.customers["2"] = {"id": "2", "active": False}
        content.deleted = ["2"]
        report = run()
        assert report.exit_code() == 0, report.as_json()
        assert report.pending == 0
        with opened.store.read() as work:
            assert len(work.all(sa.select(tables.orders))) == 2
            (source,) = work.all(sa.select(tables.source_customer))
            profiles = work.all(sa.select(tables.profile))
        assert source.doc
        assert len(profiles) == 1
        assert run().stages == {}
