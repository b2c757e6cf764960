"""Ids of one run follow each other, so that the older customer is the one made first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from crmsync.engine.newid import ids_in_order, new_id
from crmsync.model.ids import stamp_of

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def test_ids_of_a_run_are_in_order_and_all_different() -> None:
    following = ids_in_order(NOW)
    ids = [following() for _ in range(70_000)]
    assert ids == sorted(set(ids))
    assert {UUID(one).version for one in (ids[0], ids[-1])} == {7}
    assert ids[-1] < ids_in_order(NOW + timedelta(milliseconds=1))()
    assert ids[0] != ids_in_order(NOW)()


def test_an_id_tells_its_time() -> None:
    for one in (new_id(NOW), ids_in_order(NOW)()):
        assert stamp_of(one) == "2026-11-22T09:30:00.000000Z"
    assert stamp_of("r1") == stamp_of("6ba7b810-9dad-11d1-80b4-00c04fd430c8") == ""
