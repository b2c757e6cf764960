"""The stage that links source customers to customers: keys, clusters, stable ids, history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import orjson

from crmsync.identity.cluster import Outcome, cluster
from crmsync.identity.compare import Verdict
from crmsync.identity.components import components
from crmsync.identity.links import relink
from crmsync.identity.reach import Reached, reach, refresh_keys
from crmsync.model.ref import Ref
from crmsync.store import Change, Work
from crmsync.store import keys as key_store
from crmsync.store import links as link_store
from crmsync.store.links import PairRow

TOPICS = ("source",)
"""What the stage listens to."""


def resolve(
    work: Work, changes: Sequence[Change], *, numbers: Mapping[str, str], new_id: Callable[[], str]
) -> dict[str, int]:
    """Link the source customers that changed, and whoever that touches, to their customers.

    `numbers` maps a connection to the namespace of its customer numbers, `new_id` gives a fresh
    UUIDv7. The counts are of changed records: taken = new + joined + kept + moved + withdrawn.
    """
    taken = sorted({one.record_id for one in changes if one.record_id is not None})
    seeds = refresh_keys(work, taken, numbers) | _partners(work, taken)
    found = reach(work, seeds, numbers)
    outcome = _cluster_all(found)
    _write_pairs(work, sorted({*found.records, *taken}), found.ids, outcome.pairs)
    return relink(work, taken, found, outcome, new_id=new_id)


def refresh(work: Work) -> int:
    """Log every source customer as changed, so that the stage works them all; gives how many.

    Wanted when the configuration of customer numbers changes.
    """
    ids = key_store.all_source_ids(work)
    work.log_records("source", ids)
    return len(ids)


def _partners(work: Work, taken: Iterable[int]) -> set[int]:
    """Whom decisions tie to these records, withdrawn ones included."""
    refs = key_store.refs_of(work, taken).values()
    rows = link_store.decisions_on(work, sorted(str(ref) for ref in refs))
    tied = {Ref.parse(text) for row in rows for text in (row.a_ref, row.b_ref)}
    return set(key_store.record_ids(work, sorted(tied)).values())


def _cluster_all(found: Reached) -> Outcome:
    parts = components(found.records.values(), found.keys, found.decisions)
    outcomes = [cluster(*part) for part in parts]
    clusters = sorted(group for one in outcomes for group in one.clusters)
    return Outcome(tuple(clusters), {pair: v for one in outcomes for pair, v in one.pairs.items()})


def _write_pairs(
    work: Work,
    touched: Sequence[int],
    ids: Mapping[Ref, int],
    pairs: Mapping[tuple[Ref, Ref], Verdict],
) -> None:
    """Let the verdicts on pairs of touched records be exactly these."""
    old = link_store.pairs_of(work, touched)
    new = {(row.a_id, row.b_id): row for row in _pair_rows(ids, pairs)}
    link_store.drop_pairs(work, sorted(old.keys() - new.keys()))
    link_store.save_pairs(work, [row for pair, row in new.items() if old.get(pair) != row])


def _pair_rows(
    ids: Mapping[Ref, int], pairs: Mapping[tuple[Ref, Ref], Verdict]
) -> Iterator[PairRow]:
    for (a, b), found in pairs.items():
        first, second = sorted((ids[a], ids[b]))
        evidence = orjson.dumps({"agree": found.agree, "differ": found.differ}).decode()
        yield PairRow(first, second, found.band, found.rule, evidence)
