"""What a user sees of a store, in a form in which two stores that mean the same are equal.

Seen are living source customers, orders with their lines and what belongs to them, claims, who is
one customer (sets of Refs), profiles, habits, cards, and what is set aside. Not seen is how it came
about: record, customer and run ids, stamps, tombstones, aliases, the history of links, numbers of
attempts, and the day from which habits have held.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from crmsync.store import Store, Work, records, tables

FACTS = (
    tables.orders, tables.delivery, tables.consent_claim, tables.product, tables.match_key,
)  # fmt: skip
RECORD_IDS = {"record_id", "source_id", "order_record_id", "a_id", "b_id"}
SURROGATES = {"stream_id", "hash", "seq"}

View = dict[str, list[str]]


def view(store: Store) -> View:
    """Each kind of thing with its rows as sorted texts."""
    with store.read() as work:
        ids = [row[0] for row in work.all(sa.select(tables.record.c.id))]
        refs = {number: str(ref) for number, ref in records.refs(work, ids).items()}
        customers = _customers(work, refs)
        seen: dict[str, list[Any]] = {
            "source_customer": _rows(work, tables.source_customer, refs),
            "customers": sorted(customers.values()),
            "pair": [_pair(row) for row in _rows(work, tables.pair, refs)],
            "parked": _rows(work, tables.parked, refs),
        }
        seen |= {table.name: _rows(work, table, refs) for table in FACTS}
        for table in (tables.profile, tables.habit, tables.card):
            seen[table.name] = [_named(row, customers) for row in _rows(work, table, refs)]
        return {
            name: sorted(json.dumps(row, sort_keys=True, ensure_ascii=False) for row in found)
            for name, found in seen.items()
        }


def _customers(work: Work, refs: Mapping[int, str]) -> dict[str, str]:
    members: dict[str, list[str]] = {}
    for row in work.all(sa.select(tables.link.c.source_id, tables.link.c.customer_id)):
        members.setdefault(row.customer_id, []).append(refs[row.source_id])
    return {name: " ".join(sorted(found)) for name, found in members.items()}


def _rows(work: Work, table: sa.Table, refs: Mapping[int, str]) -> list[dict[str, Any]]:
    found = []
    for row in work.all(sa.select(table)):
        told = {name: one for name, one in row._mapping.items() if name not in SURROGATES}
        cells: dict[str, Any] = {name: _cell(name, one, refs) for name, one in told.items()}
        if table is tables.card and cells["doc"] is None:
            continue  # a tombstone
        found.append(cells)
    return found


def _cell(name: str, value: Any, refs: Mapping[int, str]) -> Any:
    if name in RECORD_IDS:
        return refs.get(value, value)
    return json.loads(value) if isinstance(value, str) and value[:1] in ("{", "[") else value


def _pair(row: dict[str, Any]) -> Any:
    return {**row, **dict(zip(("a_id", "b_id"), sorted((row["a_id"], row["b_id"])), strict=True))}


def _named(row: dict[str, Any], customers: Mapping[str, str]) -> dict[str, Any]:
    """A customer's row without ids and without the day it holds from."""
    text = json.dumps({name: one for name, one in row.items() if name != "as_of"})
    for name, members in customers.items():
        text = text.replace(name, members)
    told: dict[str, Any] = json.loads(text)
    if isinstance(told.get("doc"), dict):
        told["doc"].pop("as_of", None)
    return told


def differences(found: View, expected: View) -> list[str]:
    """The rows that only one side has: + what is there, - what should be."""
    return [
        f"{sign} {name}: {row}"
        for name in expected
        for sign, ours, theirs in (("+", found, expected), ("-", expected, found))
        for row in ours[name]
        if row not in theirs[name]
    ]
