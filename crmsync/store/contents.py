"""What a store holds of a connection, record by record: two stores that mean the same are equal.

Record ids become Refs; what says how it came about (run ids, hashes, numbers) is left out.
"""

from __future__ import annotations

from typing import Any

import orjson
import sqlalchemy as sa

from crmsync.store import models, parking, records
from crmsync.store.tables import pending, record
from crmsync.store.work import Work

RECORD_IDS = ("record_id", "source_id", "order_record_id")
TOLD = ("place", "source", "field", "code", "reason", "stage")


def contents(work: Work, connection: str) -> dict[str, dict[str, Any]]:
    """Each record by its stream and external id ("customers/7"): whether it is `deleted`, its
    `state`, what it was `merged_into`, `waits_for`, and yields: its `customer` and `facts`."""
    columns = (record.c.id, record.c.state, record.c.deleted, record.c.merged_into)
    streams = [row.id for row in records.streams_of(work, connection)]
    rows = list(work.all_in(sa.select(*columns), record.c.stream_id, streams))
    refs = {number: f"{ref.stream}/{ref.external_id}" for number, ref in
            records.refs(work, [row[0] for row in rows]).items()}  # fmt: skip
    told = models.load_told(work, list(refs))
    waiting = {row[0]: row[1] for row in work.all(sa.select(pending.c.record_id,
                                                            pending.c.waits_for))}  # fmt: skip
    return {
        refs[number]: {
            "state": state,
            "deleted": bool(deleted),
            "merged_into": refs.get(merged),
            "waits_for": waiting.get(number),
            "customer": _document(told.customers.get(number)),
            "facts": sorted((_fact(*one, refs) for one in told.facts.get(number, ())), key=repr),
        }
        for number, state, deleted, merged in rows
    }


def parked(work: Work) -> list[dict[str, str]]:
    """Everything that is set aside: where it stands, and why."""
    rows = ({name: str(row[name]) for name in TOLD} for row in parking.entries(work))
    return sorted(rows, key=repr)


def _document(customer: models.Customer | None) -> Any:
    return None if customer is None else orjson.loads(customer.doc)


def _fact(name: str, row: tuple[Any, ...], refs: dict[int, str]) -> dict[str, Any]:
    columns = [column.name for column in models.FACTS[name].columns]
    cells = dict(zip(columns, row, strict=True))
    own = {key: refs.get(value, value) if key in RECORD_IDS else value
           for key, value in cells.items()}  # fmt: skip
    return {"of": name, **own}
