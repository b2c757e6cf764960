"""Who is who: match keys, pairs, links, customers, and what humans decided."""

from __future__ import annotations

import sqlalchemy as sa

from crmsync.store.tables.base import number, partial_index, table, text

match_key = table(
    "match_key",
    text("key", key=True),
    number("source_id", key=True),
    text("controller"),
    text("who"),
    sa.Index("match_key_source", "source_id"),
)
"""The index of match keys: `e:anna@example.org`, `p:+4930…`, `h:` an address (households).

`who` is a coarse sign of the person, '' for a nameless record: it counts who shares a key.
"""

customer = table(
    "customer",
    text("customer_id", key=True),
    text("controller"),
    text("state"),
    text("alias_of", null=True),
    sa.Index("customer_alias", "alias_of"),
)
"""`state` is alive, merged (then `alias_of` names the survivor) or gone. Never deleted."""

link = table(
    "link",
    number("source_id", key=True),
    text("customer_id"),
    text("rule"),
    sa.Index("link_customer", "customer_id"),
)

link_event = table(
    "link_event",
    number("seq", key=True),
    number("source_id"),
    text("from_customer", null=True),
    text("to_customer", null=True),
    text("rule"),
    text("run_id"),
    sa.Index("link_event_source", "source_id"),
)
"""Every change of a link, append-only: what unmerge and history read."""

partial_index("link_event_left", link_event, "from_customer", "to_customer IS NULL")

pair = table(
    "pair",
    number("a_id", key=True),
    number("b_id", key=True),
    text("band"),
    text("rule"),
    text("evidence"),
    sa.Index("pair_b", "b_id"),
    sa.Index("pair_band", "band"),
)
"""Verdicts on pairs of source customers, a_id < b_id; `evidence` is JSON, fields without values."""

decision = table(
    "decision",
    text("a_ref", key=True),
    text("b_ref", key=True),
    text("band"),
    text("by"),
    text("at"),
    text("note"),
    sa.Index("decision_b", "b_ref"),
)
"""What humans and backends decided; it survives every run. Keyed by Ref, a_ref < b_ref."""

decision_event = table(
    "decision_event",
    number("seq", key=True),
    text("a_ref"),
    text("b_ref"),
    text("band"),
    text("by"),
    text("at"),
    text("note"),
    text("run_id"),
    sa.Index("decision_event_a", "a_ref"),
    sa.Index("decision_event_b", "b_ref"),
)
"""Every decision ever made, append-only; `band` is review for one that was taken back."""
