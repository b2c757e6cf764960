"""Merges that a backend made: kept as decisions, so that both records stay one customer."""

from __future__ import annotations

import sqlalchemy as sa

from crmsync.model.ref import Ref
from crmsync.store.tables import decision
from crmsync.store.work import Work

BACKEND = "backend:"
"""How the `by` of a decision begins that a backend made, not a human."""


def backend_merge(work: Work, loser: Ref, winner: Ref) -> None:
    """Remember that the backend holds these two for one customer; what a human decided stays."""
    first, second = sorted((str(loser), str(winner)))
    if not _decided_by_human(work, first, second):
        by = f"{BACKEND}{loser.connection}"
        work.upsert(decision, [(first, second, "same", by, "", "merged in the backend")])


def _decided_by_human(work: Work, first: str, second: str) -> bool:
    both = sa.and_(decision.c.a_ref == first, decision.c.b_ref == second)
    by = work.scalar(sa.select(decision.c.by).where(both))
    return by is not None and not by.startswith(BACKEND)
