"""Merges that a backend made: kept as decisions, so that both records stay one customer."""

from __future__ import annotations

from crmsync.model.ref import Ref
from crmsync.store import decisions
from crmsync.store.links import DecisionRow
from crmsync.store.work import Work

BACKEND = "backend:"
"""How the `by` of a decision begins that a backend made, not a human."""


def backend_merge(work: Work, loser: Ref, winner: Ref) -> None:
    """Remember that the backend holds these two for one customer; what a human decided stays."""
    first, second = sorted((str(loser), str(winner)))
    before = decisions.held(work, first, second)
    if before is None or before.by.startswith(BACKEND):
        by = f"{BACKEND}{loser.connection}"
        row = DecisionRow(first, second, "same", by, "", "merged in the backend")
        decisions.decide(work, row)
