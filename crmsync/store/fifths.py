"""Where the fifths of all customers begin: the cuts behind recency, frequency and money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import orjson
import sqlalchemy as sa

from crmsync.model.habit import Cuts
from crmsync.store.tables import habit, rfm_cut
from crmsync.store.work import Work

BY = {"r": habit.c.last_order_on, "f": habit.c.orders, "m": habit.c.revenue_net}
"""What is cut into fifths: the last purchase day, orders, net revenue."""


def draw_cuts(work: Work, controller: str) -> None:
    """Draw the cuts of a controller again, each currency by itself.

    A customer's fifth follows from how many of the customers with an order stand strictly below
    him, so equal values are in the same fifth, however many they are.
    """
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for what in BY:
        for currency, n, *cuts in work.all(_cut(controller, BY[what])):
            found[currency] |= {"n": int(n), what: [_plain(cut) for cut in cuts]}
    work.run(sa.delete(rfm_cut).where(rfm_cut.c.controller == controller))
    rows = [(controller, currency, orjson.dumps(told).decode()) for currency, told in found.items()]
    work.upsert(rfm_cut, rows)


def _plain(cut: Any) -> Any:
    return cut if cut is None or isinstance(cut, str) else int(cut)


def _cut(controller: str, column: sa.Column[Any]) -> sa.Select[*tuple[Any, ...]]:
    """Of each currency: the customers, and the values from which fifths two to five begin."""
    counted = (
        sa.select(habit.c.currency, column.label("value"), sa.func.count().label("many"))
        .where(habit.c.controller == controller, habit.c.orders > 0)
        .group_by(habit.c.currency, column)
        .subquery()
    )
    c = counted.c
    so_far = sa.func.sum(c.many).over(partition_by=c.currency, order_by=c.value, rows=(None, 0))
    total = sa.func.sum(c.many).over(partition_by=c.currency)
    stood = sa.select(
        c.currency, c.value, (so_far - c.many).label("below"), total.label("total")
    ).subquery()
    s = stood.c
    cuts = [
        sa.func.min(sa.case((5 * s.below >= fifth * s.total, s.value))) for fifth in range(1, 5)
    ]
    return sa.select(s.currency, sa.func.max(s.total), *cuts).group_by(s.currency)


def load_cuts(work: Work, controllers: Iterable[str]) -> dict[tuple[str, str], Cuts]:
    """The cuts of these controllers by controller and currency."""
    statement = sa.select(rfm_cut.c.controller, rfm_cut.c.currency, rfm_cut.c.doc)
    rows = work.all_in(statement, rfm_cut.c.controller, controllers)
    return {(row[0], row[1]): _cuts(orjson.loads(row[2])) for row in rows}


def _cuts(told: dict[str, Any]) -> Cuts:
    return Cuts(told["n"], *(tuple(told[what]) for what in BY))
