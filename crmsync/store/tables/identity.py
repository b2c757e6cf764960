"""Who is who: match keys, pairs, links, customers, and what humans decided."""

from __future__ import annotations

import sqlalchemy as sa

from crmsync.store.tables.base import blob, number, partial_index, table, text

face = table(
    "face",
    number("source_id", key=True),
    number("content"),
    number("who"),
    blob("keys"),
)
"""What is compared of a source customer, as numbers: all of it in one (`content`: records of equal
content cannot be told apart), a coarse sign of the person (`who`, 0 for a nameless record: it
counts who shares a key), and its match keys (64 bits each, the lowest byte first)."""

match_key = table(
    "match_key",
    number("key", key=True),
    number("source_id", key=True),
    number("content"),
    number("who"),
)
"""The index of match keys: who holds a key. A key is a hash of the controller and a text such as
`e:anna@example.org` (identity.keys); its last four bits are the letter."""

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
    text("own"),
    number("weight"),
    text("evidence"),
    sa.Index("pair_b", "b_id"),
    sa.Index("pair_band", "band"),
)
"""Verdicts on pairs of source customers, a_id < b_id. `own` is the band that the two alone would
have, `weight` what the model says (tenths of a bit), `evidence` JSON: fields without values."""

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
