"""Merges that a backend made: kept as decisions, so that both records stay one customer."""

from __future__ import annotations

from crmsync.model.ref import Ref
from crmsync.store.tables import decision
from crmsync.store.work import Work


def backend_merge(work: Work, loser: Ref, winner: Ref) -> None:
    """Remember that the backend holds these two records for one customer."""
    first, second = sorted((str(loser), str(winner)))
    by = f"backend:{loser.connection}"
    work.upsert(decision, [(first, second, "same", by, "", "merged in the backend")])
