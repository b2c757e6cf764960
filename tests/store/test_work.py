"""The unit of work: what it wrote is there afterwards, whichever way it was written."""

import sqlalchemy as sa

from crmsync.store import Store
from crmsync.store.tables import shop


def test_bulk_writes_alone_are_committed(store: Store) -> None:
    with store.work() as work:
        work.upsert(
            shop, [(1, "store", "erp", "M1", "Mitte", "Europe/Berlin", "10117", "Berlin", "")]
        )
    with store.read() as work:
        assert work.scalar(sa.select(shop.c.name)) == "Mitte"
    with store.work() as work:
        work.delete(shop.c.record_id, [1])
    with store.read() as work:
        assert work.scalar(sa.select(shop.c.name)) is None
