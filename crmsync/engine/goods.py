"""Finds who bought the products that changed: all of a run's at once, for it walks through orders.

The lines of an order lie in its row. An index over their numbers would cost every order that is
ever written; one walk costs less than a microsecond a line, and only a run in which a product came,
went or changed makes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from crmsync.engine.stages import BATCH
from crmsync.store import Work, models, records


class Buyers(NamedTuple):
    """The source customers concerned, and the last number of the log that they follow from."""

    sources: set[int]
    seq: int


def topic(connection: str) -> str:
    """The topic under which a connection's changed skus are logged."""
    return f"sku/{connection}"


def readers(connections: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The names of the watermarks, and what each reads."""
    return {f"goods/{name}": (topic(name),) for name in connections}


def find(look: Work) -> dict[str, Buyers]:
    """Who bought what changed since the last time, by watermark; nothing is written."""
    streams: dict[str, list[int]] = {}
    for row in records.all_streams(look).values():
        streams.setdefault(row.connection, []).append(row.id)
    found = {}
    for stage, topics in readers(list(streams)).items():
        changes = look.changes(stage, topics, ALL)
        if changes:
            skus = {str(one.customer_id) for one in changes}
            mine = streams[stage.partition("/")[2]]
            buyers = models.sources_of_skus(look, mine, skus)
            found[stage] = Buyers(buyers, changes[-1].seq)
    return found


ALL = 1000 * BATCH
"""More skus than any connection has."""


def ask_again(work: Work, found: Mapping[str, Buyers]) -> None:
    """Log that the facts of these source customers changed."""
    for stage, (sources, seq) in found.items():
        work.log_records("facts", sorted(sources))
        work.advance(stage, seq)
