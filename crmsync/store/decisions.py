"""Decisions of humans and backends: what holds now, and everything that was ever decided."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa

from crmsync.model.words import Band
from crmsync.store.links import DecisionRow
from crmsync.store.tables import decision, decision_event
from crmsync.store.work import Work


class PastDecision(NamedTuple):
    """A decision as it was made; `band` is review where one was taken back."""

    seq: int
    a_ref: str
    b_ref: str
    band: Band
    by: str
    at: str
    note: str
    run_id: str


def held(work: Work, a_ref: str, b_ref: str) -> DecisionRow | None:
    """The decision that holds on this pair, a_ref < b_ref; None where there is none."""
    both = sa.and_(decision.c.a_ref == a_ref, decision.c.b_ref == b_ref)
    row = work.one(sa.select(decision).where(both))
    return None if row is None else DecisionRow(*row)


def decide(work: Work, row: DecisionRow) -> None:
    """Let this hold on its pair; the band review takes back what held."""
    before = held(work, row.a_ref, row.b_ref)
    if before == row or (before is None and row.band == "review"):
        return
    if row.band == "review":
        both = sa.and_(decision.c.a_ref == row.a_ref, decision.c.b_ref == row.b_ref)
        work.run(sa.delete(decision).where(both))
    else:
        work.upsert(decision, [row])
    _append(work, [row])


def decide_many(work: Work, rows: Iterable[DecisionRow]) -> None:
    """Let each of these hold on its pair; none takes back."""
    told = list(rows)
    work.upsert(decision, told)
    _append(work, told)


def past(work: Work, refs: Iterable[str]) -> list[PastDecision]:
    """Every decision ever made on a pair with one of these Refs, the oldest first."""
    wanted = list(refs)
    found = {
        PastDecision(*row)
        for column in (decision_event.c.a_ref, decision_event.c.b_ref)
        for row in work.all_in(sa.select(decision_event), column, wanted)
    }
    return sorted(found)


def _append(work: Work, rows: list[DecisionRow]) -> None:
    if rows:
        seqs = work.numbers("decision_event", len(rows))
        told = [(seq, *row, work.run_id) for seq, row in zip(seqs, rows, strict=True)]
        work.upsert(decision_event, told)
