"""The stage that links source customers to customers: keys, verdicts, clusters, stable ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from crmsync.identity import reach
from crmsync.identity.cluster import Clusters
from crmsync.identity.decisions import Decided
from crmsync.identity.house import Ask, House
from crmsync.identity.links import Outcome, Reached, relink
from crmsync.identity.outcome import Rows, alone, final
from crmsync.identity.reach import Book, members
from crmsync.identity.scene import compose
from crmsync.identity.study import Spread
from crmsync.identity.weights import Weights, default
from crmsync.identity.whole import Walk, Whole
from crmsync.manner import uncollected
from crmsync.store import Change, Work
from crmsync.store import keys as key_store
from crmsync.store import links as link_store

TOPICS = ("source",)
"""What the stage listens to."""


def resolve(
    work: Work,
    changes: Sequence[Change],
    *,
    numbers: Mapping[str, str],
    new_id: Callable[[], str],
    model: Weights | None = None,
    ask: Ask | None = None,
    spread: Spread = map,
) -> dict[str, int]:
    """Link the source customers that changed, and whoever that touches, to their customers.

    `numbers` maps a connection to the namespace of its customer numbers, `new_id` gives a fresh
    UUIDv7, `model` weighs pairs (the one that crmsync brings), `ask` asks the rules of the house,
    where there are any; what it raises ends the batch. `spread` hands out what several may read at
    once (see study). The counts are of changed records:
    taken = new + joined + kept + moved + withdrawn.
    """
    taken = sorted({one.record_id for one in changes if one.record_id is not None})
    model = model or default()
    house = House(work, ask, model) if ask else None
    with uncollected():
        found, outcome = _clusters(Book(work, numbers, house, spread), taken, model)
        return relink(work, taken, found, outcome, new_id=new_id)


def _clusters(book: Book, taken: Sequence[int], model: Weights) -> tuple[Reached, Outcome]:
    """Judge and cluster whoever is touched, and write the verdicts."""
    work = book.work
    seeds, rows = reach.refresh(book, taken)
    gone = set(taken) - seeds
    people, rows = members(book, seeds, rows)
    asked = Decided()
    refs = book.refs_of(seeds)
    asked.ask(work, [refs[one] for one in seeds])
    decided = asked.among(people.keys(), book.owners_of(people.keys()))
    scene = compose(book.cast, rows, people, seeds=seeds, decided=decided, model=model)
    old = link_store.pairs_of(work, sorted({*seeds, *gone}))
    new = alone(book, scene, seeds)
    walk = Walk(book, seeds, gone, {pair: row for pair, row in new.items() if row.own == "same"})
    start = {*seeds, *(one for pair in old for one in pair), *walk.tied_to(gone)}
    whole = walk.from_(start, scene)
    clusters = whole.settle(book)
    told = final(whole, clusters, new)
    before = old | {pair: row for pair, row in whole.bonds.items() if pair not in new}
    link_store.drop_pairs(work, sorted(before.keys() - told.keys()))
    link_store.save_pairs(work, [row for pair, row in told.items() if before.get(pair) != row])
    return _reached(book, whole, walk.decided), _outcome(whole, clusters, told)


def _reached(book: Book, whole: Whole, decided: Decided) -> Reached:
    ids = whole.node.keys()
    return Reached(ids, book.refs_of(ids), book.owners_of(ids), decided.refs)


def _outcome(whole: Whole, clusters: Clusters, told: Rows) -> Outcome:
    groups: dict[int, list[int]] = defaultdict(list)
    for home, some in zip(clusters.home.tolist(), whole.nodes, strict=True):
        groups[home] += some
    pairs = {pair: row for pair, row in told.items() if row.band == "same"}
    return Outcome(list(groups.values()), pairs)


def refresh(work: Work) -> int:
    """Log every source customer as changed, so that the stage works them all; gives how many.

    Wanted when the configuration of customer numbers changes.
    """
    ids = key_store.all_source_ids(work)
    work.log_records("source", ids)
    return len(ids)
