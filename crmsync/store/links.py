"""Links, customers, pairs and decisions: who is who, as the store keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from crmsync.model.words import Band
from crmsync.store.bulk import Same
from crmsync.store.tables import customer, decision, link, link_event, pair
from crmsync.store.work import Work

MANY = 1000
"""For more Refs than this all decisions are read: there are few."""


class Link(NamedTuple):
    """A source customer's link to its customer, in the column order of the table."""

    source_id: int
    customer_id: str
    rule: str


class Event(NamedTuple):
    """A change of a link; None stands for "no customer"."""

    source_id: int
    from_customer: str | None
    to_customer: str | None
    rule: str


class PastEvent(NamedTuple):
    """A change of a link as it was written, with its number and its run."""

    seq: int
    source_id: int
    from_customer: str | None
    to_customer: str | None
    rule: str
    run_id: str


class CustomerRow(NamedTuple):
    """A customer; `state` is alive, merged or gone."""

    customer_id: str
    controller: str
    state: str
    alias_of: str | None


class PairRow(NamedTuple):
    """The verdict on two source customers, a_id < b_id, in the column order of the table.

    `own` is the band of the two alone; `evidence` is JSON.
    """

    a_id: int
    b_id: int
    band: Band
    rule: str
    own: Band
    weight: int
    evidence: str


class DecisionRow(NamedTuple):
    """What was decided of two Refs, a_ref < b_ref."""

    a_ref: str
    b_ref: str
    band: Band
    by: str
    at: str
    note: str


def links_of(work: Work, source_ids: Iterable[int]) -> dict[int, Link]:
    """The links of these source customers."""
    rows = work.all_in(sa.select(link), link.c.source_id, source_ids)
    return {row[0]: Link(*row) for row in rows}


def links_to(work: Work, customer_ids: Iterable[str]) -> list[Link]:
    """Every link to these customers."""
    return [Link(*row) for row in work.all_in(sa.select(link), link.c.customer_id, customer_ids)]


def save_links(work: Work, rows: Sequence[Link]) -> None:
    """Write links."""
    work.upsert(link, rows)


def drop_links(work: Work, source_ids: Sequence[int]) -> None:
    """Take the links of these source customers out."""
    work.delete(link.c.source_id, source_ids)


def append_events(work: Work, events: Sequence[Event]) -> None:
    """Write what happened to links at the end of their history."""
    if events:
        seqs = list(work.numbers("link_event", len(events)))
        work.upsert_columns(link_event, [seqs, *zip(*events, strict=True), Same(work.run_id)])


def events_of(work: Work, source_ids: Iterable[int]) -> list[PastEvent]:
    """Everything that happened to the links of these source customers, the oldest first."""
    rows = work.all_in(sa.select(link_event), link_event.c.source_id, source_ids)
    return sorted(PastEvent(*row) for row in rows)


def ever_linked(work: Work, customer_ids: Iterable[str]) -> list[int]:
    """The source customers that ever were linked to one of these customers.

    It reads the whole history: there is no index, for nobody asks but a human.
    """
    statement = sa.select(link_event.c.source_id).distinct()
    rows = work.all_in(statement, link_event.c.to_customer, customer_ids)
    return sorted(row[0] for row in rows)


def left(work: Work, customer_ids: Iterable[str]) -> list[int]:
    """The source customers that left one of these customers for nowhere and are linked nowhere."""
    statement = (
        sa.select(link_event.c.source_id)
        .outerjoin(link, link.c.source_id == link_event.c.source_id)
        .where(link_event.c.to_customer.is_(None), link.c.source_id.is_(None))
    )
    rows = work.all_in(statement, link_event.c.from_customer, customer_ids)
    return sorted({row[0] for row in rows})


def last_customers(work: Work, source_ids: Iterable[int]) -> dict[int, str]:
    """The customer that each of these source customers was linked to last."""
    statement = sa.select(
        link_event.c.seq, link_event.c.source_id, link_event.c.from_customer,
        link_event.c.to_customer,
    )  # fmt: skip
    rows = work.all_in(statement, link_event.c.source_id, source_ids)
    named = ((row[1], row[3] or row[2]) for row in sorted(rows, key=lambda row: row[0]))
    return {source: name for source, name in named if name}


def load_customers(work: Work, customer_ids: Iterable[str]) -> dict[str, CustomerRow]:
    """These customers, whatever their state."""
    rows = work.all_in(sa.select(customer), customer.c.customer_id, customer_ids)
    return {row[0]: CustomerRow(*row) for row in rows}


def aliases_of(work: Work, customer_ids: Iterable[str]) -> list[CustomerRow]:
    """The merged customers that have become one of these."""
    rows = work.all_in(sa.select(customer), customer.c.alias_of, customer_ids)
    return [CustomerRow(*row) for row in rows]


def families(work: Work, customer_ids: Iterable[str]) -> dict[str, CustomerRow]:
    """The merged customers that have become one of these, also through others."""
    found: dict[str, CustomerRow] = {}
    level = sorted(customer_ids)
    while level:
        rows = [row for row in aliases_of(work, level) if row.customer_id not in found]
        found |= {row.customer_id: row for row in rows}
        level = [row.customer_id for row in rows]
    return found


def save_customers(work: Work, rows: Sequence[CustomerRow]) -> None:
    """Write customers."""
    work.upsert(customer, rows)


def pairs_of(work: Work, source_ids: Sequence[int]) -> dict[tuple[int, int], PairRow]:
    """Every verdict on a pair with one of these source customers."""
    found = [
        row
        for column in (pair.c.a_id, pair.c.b_id)
        for row in work.all_in(sa.select(pair), column, source_ids)
    ]
    return {(row[0], row[1]): PairRow(*row) for row in found}


def pairs_in(work: Work, band: str) -> list[PairRow]:
    """Every pair of a band."""
    return [PairRow(*row) for row in work.all(sa.select(pair).where(pair.c.band == band))]


def save_pairs(work: Work, rows: Sequence[PairRow]) -> None:
    """Write verdicts."""
    work.upsert(pair, rows)


def drop_pairs(work: Work, pairs: Sequence[tuple[int, int]]) -> None:
    """Take the verdicts on these pairs out."""
    if pairs:
        both = sa.and_(pair.c.a_id == sa.bindparam("a"), pair.c.b_id == sa.bindparam("b"))
        work.run(sa.delete(pair).where(both), [{"a": a, "b": b} for a, b in pairs])


def is_decided(work: Work) -> bool:
    """Whether anything was ever decided of a pair."""
    return bool(work.all(sa.select(decision.c.a_ref).limit(1)))


def decisions_on(work: Work, refs: Sequence[str]) -> list[DecisionRow]:
    """Every decision on a pair with one of these Refs."""
    if len(refs) > MANY:
        wanted = set(refs)
        rows = [DecisionRow(*row) for row in work.all(sa.select(decision))]
        return sorted(row for row in rows if row.a_ref in wanted or row.b_ref in wanted)
    found = {
        DecisionRow(*row)
        for column in (decision.c.a_ref, decision.c.b_ref)
        for row in work.all_in(sa.select(decision), column, refs)
    }
    return sorted(found)
