"""What connections left in the store that the configuration no longer names."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from crmsync.store.tables import record, stream
from crmsync.store.work import Work


def leftover(work: Work, configured: Collection[str]) -> dict[str, int]:
    """How many living records each connection has that is not one of `configured`."""
    names = {name for (name,) in work.all(sa.select(stream.c.connection).distinct())}
    gone = names - set(configured)
    if not gone:
        return {}
    statement = (
        sa.select(stream.c.connection, sa.func.count())
        .join_from(record, stream, stream.c.id == record.c.stream_id)
        .where(stream.c.connection.in_(gone), sa.not_(record.c.deleted))
        .group_by(stream.c.connection)
        .order_by(stream.c.connection)
    )
    return {row[0]: row[1] for row in work.all(statement)}
