"""The content of a store in a canonical form: two stores that mean the same compare equal.

Record ids become Refs, stream ids the streams' names, customer ids the Refs of their source
customers; rows are sorted, and the two of a pair too, which are in the order of their record ids;
run ids, stamps, log numbers and counters are left out: they say how it came about, not what is.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from crmsync.store import Store, records, tables

WITHOUT = {
    "alembic_version", "change", "counter", "lease", "run", "watermark", "stream", "link_event",
    "ledger_key", "store_id", "dictionary", "decision_event", "search_person", "search_term",
    "search_cut", "search_sound", "search_posting",
}  # fmt: skip
"""Tables about how, not what. The index of people numbers them and their words as they came; what
it finds is compared in tests/identity/search. Of `stream` the cursor is compared apart; a
`dictionary` is made of the first commit that is large enough, and how large one is follows the
clock."""

LEFT_OUT = {
    "id", "seq", "run_id", "landed_run", "first_run", "last_run", "attempts", "hash", "prev_hash",
    "commitment", "salt", "recorded_at", "customer_hash", "facts_hash", "payload", "subject",
    "told",
}  # fmt: skip

RECORD_IDS = {
    "record_id", "source_id", "order_record_id", "a_id", "b_id", "merged_into",
}  # fmt: skip


def canon(store: Store) -> dict[str, list[str]]:
    """Table name to its sorted rows as texts."""
    with store.read() as work:
        ids = [row[0] for row in work.all(sa.select(tables.record.c.id))]
        refs = {number: str(ref) for number, ref in records.refs(work, ids).items()}
        names, streams = _customers(work, refs), _streams(work)
        return {
            table.name: sorted(
                _text(row, refs, names, streams) for row in work.all(sa.select(table))
            )
            for table in tables.metadata.sorted_tables
            if table.name not in WITHOUT
        }


def cursors(store: Store) -> dict[str, Any]:
    """Where each stream will be read on; which runs took part in a reading is chance."""
    with store.read() as work:
        return {
            f"{one.connection}/{one.name}": {**one.state, "runs": len(one.state.get("runs", ()))}
            for one in records.all_streams(work).values()
        }


def _streams(work: Any) -> dict[int, str]:
    return {one.id: f"{one.connection}/{one.name}" for one in records.all_streams(work).values()}


def _customers(work: Any, refs: dict[int, str]) -> dict[str, str]:
    """Customer id to the Refs of its source customers; an alias to those of whom it became."""
    members: dict[str, list[str]] = {}
    for source_id, customer_id in work.all(
        sa.select(tables.link.c.source_id, tables.link.c.customer_id)
    ):
        members.setdefault(customer_id, []).append(refs[source_id])
    names = {name: "{" + " ".join(sorted(found)) + "}" for name, found in members.items()}
    rows = work.all(sa.select(tables.customer.c.customer_id, tables.customer.c.alias_of))
    aliases = {row.customer_id: row.alias_of for row in rows if row.customer_id not in names}
    for name in aliases:
        end = name
        while end in aliases:
            end = aliases[end]
        names[name] = f"alias of {names.get(end, 'nobody')}"
    return names


def _text(row: Any, refs: dict[int, str], names: dict[str, str], streams: dict[int, str]) -> str:
    cells = {}
    for name, value in row._mapping.items():
        if name in LEFT_OUT:
            continue
        cells[name] = refs.get(value, value) if name in RECORD_IDS else value
        if name == "stream_id":
            cells[name] = streams[value]
    if "b_id" in cells:
        cells["a_id"], cells["b_id"] = sorted((str(cells["a_id"]), str(cells["b_id"])))
    text = repr(sorted(cells.items()))
    for customer_id, name in names.items():
        text = text.replace(customer_id, name)
    return text
