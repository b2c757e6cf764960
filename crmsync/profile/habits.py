"""Keeps the habits: computes whoever changed or whom the calendar wakes, writes what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import cast

import orjson

from crmsync.errors import PluginError
from crmsync.model.document import read_document
from crmsync.model.habit import Abc, Cuts, Habits, rfm
from crmsync.model.own_habit import GivenHabit
from crmsync.profile.compute import (
    RUNS_OUT,
    SHARE,
    SUPPORT,
    WAKES,
    Computed,
    computed,
    goods,
    query,
)
from crmsync.profile.deny import SENSITIVE
from crmsync.profile.own import OWN, signs, with_own
from crmsync.store import Change, Work, fifths, forecasts, values
from crmsync.store import habits as kept
from crmsync.store.facts import Living, customers_of_sources, living, read_facts

TOPICS = ("customer", "facts", "due")
REASONS = (*WAKES.values(), RUNS_OUT, OWN)
BATCH = 1_000
"""Customers computed at once: their facts are held in memory as columns."""


def _raise(error: PluginError) -> None:
    raise error


def wake(
    work: Work, *, as_of: str, deny: Collection[str] = (), own: Sequence[GivenHabit] = ()
) -> int:
    """Log the customers whose due day has come by `as_of` under the topic "due"; gives how many.

    Call it once a run, before the stage. When the definition of the habits, those of plugins
    (`own`) or the denied categories changed, or the calendar was turned back, it logs everybody,
    and forgets what was predicted and what they were worth.
    """
    told, _, day = kept.load_basis(work).partition(" ")
    names = kept.take_due(work, as_of)
    if told and (told != definition(deny, own) or as_of < day):
        names = kept.everybody(work)
        forecasts.forget(work)  # what is denied now may be in them
        values.forget(work)
    work.log_customers("due", names)
    if names:
        kept.save_basis(work, f"{definition(deny, own)} {as_of}")
    return len(names)


def habits(
    work: Work,
    changes: Sequence[Change],
    *,
    as_of: str,
    deny: Collection[str] = (),
    own: Sequence[GivenHabit] = (),
    failed: Callable[[PluginError], None] = _raise,
) -> dict[str, int]:
    """Bring the habits of everybody in `changes` up to date as of a day (ISO).

    Returns the counts: taken = changed + unchanged + removed + regraded, where regraded are
    customers whose ABC class moved because of others. Categories in `deny` enter nothing, nor do
    those denied for everybody. The classes and the fifths are drawn once the change log is read
    to its end. `own` are the habits of plugins; what goes wrong with one is told to `failed`.
    """
    concerned = _concerned(work, changes)
    counts = Counter(taken=0, changed=0, unchanged=0, removed=0, regraded=0)
    for start in range(0, len(concerned), BATCH):
        batch = concerned[start : start + BATCH]
        alive = living(work, batch)
        computed, failures = _compute(work, sorted(alive), as_of, deny, own)
        counts.update(bring_up(work, batch, alive, computed))
        for error in failures:
            failed(error)
    if concerned:
        kept.save_basis(work, f"{definition(deny, own)} {as_of}")
    last = max((change.seq for change in changes), default=0)
    if not kept.more_behind(work, last, TOPICS):
        regraded = kept.draw(work)
        work.log_customers("habits", regraded)
        counts.update(taken=len(regraded), regraded=len(regraded))
    return dict(counts)


def _compute(
    work: Work,
    names: Sequence[str],
    as_of: str,
    deny: Collection[str],
    own: Sequence[GivenHabit],
) -> tuple[list[Computed], list[PluginError]]:
    """The habits of these customers with those of plugins, and what went wrong with the latter."""
    with goods(read_facts(work, names), as_of=as_of, deny=deny) as engine:
        return with_own(engine, computed(engine, as_of), own, asked=names, as_of=as_of)


def load_habits(work: Work, customer_ids: Iterable[str]) -> dict[str, Habits]:
    """The stored habits of these customers, with where they stand today among all the others.

    Who has none is left out.
    """
    docs = kept.habit_docs(work, customer_ids)
    cuts = fifths.load_cuts(work, {one.controller for one in docs.values()})
    return {name: _read(one, cuts) for name, one in docs.items()}


def _concerned(work: Work, changes: Sequence[Change]) -> list[str]:
    named = {change.customer_id for change in changes if change.customer_id is not None}
    sources = {change.record_id for change in changes if change.record_id is not None}
    return sorted(named | customers_of_sources(work, sorted(sources)))


def bring_up(
    work: Work,
    customer_ids: Sequence[str],
    alive: Mapping[str, Living],
    computed: Sequence[Computed],
) -> dict[str, int]:
    """Write what was computed of these customers where it differs; who has nothing loses his."""
    before = kept.stored_habits(work, customer_ids)
    rows = [
        row
        for one in computed
        if (row := _row(one, alive[one.customer_id], before.get(one.customer_id))) is not None
    ]
    changed = [row for row in rows if _differs(row, before.get(row.customer_id))]
    removed = sorted(set(before) - {row.customer_id for row in rows})
    kept.write_habits(work, changed)
    kept.remove_habits(work, removed)
    due = {one.customer_id: one.due for one in computed}
    kept.set_due(work, {name: due.get(name, {}) for name in customer_ids}, reasons=REASONS)
    _tell(work, changed, removed, before)
    return {
        "taken": len(customer_ids),
        "changed": len(changed),
        "removed": len(removed),
        "unchanged": len(customer_ids) - len(changed) - len(removed),
    }


def _tell(
    work: Work,
    changed: Sequence[kept.HabitRow],
    removed: Sequence[str],
    before: dict[str, kept.Stored],
) -> None:
    names = sorted([*(row.customer_id for row in changed), *removed])
    controllers = [row.controller for row in changed]
    controllers += [before[name].controller for name in names if name in before]
    kept.mark_draw(work, controllers)
    work.log_customers("habits", names)


def _row(one: Computed, who: Living, before: kept.Stored | None) -> kept.HabitRow | None:
    """The row to store; its ABC class stays what it was until the classes are drawn again."""
    found = one.habits
    if found is None:
        return None
    doc = orjson.dumps(found)
    digest = blake2b(orjson.dumps(tuple(who)) + doc, digest_size=16).digest()
    same_books = before is not None and before.controller == who.controller
    return kept.HabitRow(
        one.customer_id, who.controller, who.key, found.as_of, digest, found.orders,
        found.currency or "", found.revenue_net, found.last_order_on,
        before.abc if before is not None and same_books else None, doc.decode(),
    )  # fmt: skip


def _differs(row: kept.HabitRow, before: kept.Stored | None) -> bool:
    return before is None or before.hash != row.hash


def _read(told: kept.HabitDoc, cuts: Mapping[tuple[str, str], Cuts]) -> Habits:
    found = read_document(Habits, told.doc)
    place = told.controller, found.currency or ""
    return replace(found, abc=cast(Abc | None, told.abc), rfm=rfm(found, cuts.get(place)))


def definition(deny: Collection[str], own: Collection[GivenHabit]) -> str:
    """What the habits are computed by, as a hash: queries, denied categories, plugins."""
    queries = query("habits"), query("replenish")
    text = orjson.dumps((queries, SUPPORT, SHARE, SENSITIVE, sorted(deny), signs(own)))
    return blake2b(text, digest_size=8).hexdigest()
