"""Habits in the store, the days that wake customers, and the ABC shares across all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from crmsync.store.fifths import draw_cuts
from crmsync.store.tables import (
    abc_due,
    change,
    customer,
    customer_value,
    due,
    forecast,
    habit,
    link,
    watermark,
)
from crmsync.store.work import CHUNK, Work

BASIS = "habits-basis"
"""Under this name the watermarks keep what the stored habits were computed by."""


class Stored(NamedTuple):
    """What is stored of a customer's habits: the controller, the output hash and the ABC class."""

    controller: str
    hash: bytes
    abc: str | None


class HabitRow(NamedTuple):
    """A row of the table habit."""

    customer_id: str
    controller: str
    customer_key: str
    as_of: str
    hash: bytes
    orders: int
    currency: str
    revenue_net: int
    last_order_on: str | None
    abc: str | None
    doc: str


def stored_habits(work: Work, customer_ids: Iterable[str]) -> dict[str, Stored]:
    """What is stored of these customers."""
    h = habit.c
    statement = sa.select(h.customer_id, h.controller, h.hash, h.abc)
    rows = work.all_in(statement, h.customer_id, customer_ids)
    return {row[0]: Stored(row[1], bytes(row[2]), row[3]) for row in rows}


def write_habits(work: Work, rows: Sequence[HabitRow]) -> None:
    """Write habits."""
    work.upsert(habit, rows)


def remove_habits(work: Work, customer_ids: Sequence[str]) -> None:
    """Take out the habits of these customers, their value, and what was predicted of them."""
    for one in (habit, forecast, customer_value):
        work.delete(one.c.customer_id, customer_ids)


class HabitDoc(NamedTuple):
    """A customer's stored habits: the controller, the document (JSON) and the ABC class."""

    controller: str
    doc: str
    abc: str | None


def habit_docs(work: Work, customer_ids: Iterable[str]) -> dict[str, HabitDoc]:
    """The stored habits of these customers."""
    h = habit.c
    statement = sa.select(h.customer_id, h.controller, h.doc, h.abc)
    rows = work.all_in(statement, h.customer_id, customer_ids)
    return {row[0]: HabitDoc(*row[1:]) for row in rows}


def set_due(work: Work, days: Mapping[str, Mapping[str, str]], *, reasons: Sequence[str]) -> None:
    """Make `days` (customer to reason to day) all that is due for these customers by `reasons`."""
    statement = sa.select(due).where(due.c.reason.in_(reasons))
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for name, reason, day in work.all_in(statement, due.c.customer_id, days):
        found[name][reason] = day
    moved = [name for name, wanted in days.items() if found.get(name, {}) != wanted]
    for start in range(0, len(moved), CHUNK):
        chunk = moved[start : start + CHUNK]
        where = sa.and_(due.c.customer_id.in_(chunk), due.c.reason.in_(reasons))
        work.run(sa.delete(due).where(where))
    work.upsert(due, [(name, *row) for name in moved for row in sorted(days[name].items())])


def take_due(work: Work, day: str) -> list[str]:
    """The customers whose due day has come; their rows of that day are taken out."""
    where = due.c.on_day <= day
    statement = sa.select(due.c.customer_id).where(where).distinct().order_by(due.c.customer_id)
    names = [row[0] for row in work.all(statement)]
    if names:
        work.run(sa.delete(due).where(where))
    return names


def everybody(work: Work) -> list[str]:
    """Every customer that has source customers or stored habits."""
    living = sa.select(link.c.customer_id).join(
        customer, customer.c.customer_id == link.c.customer_id
    )
    return sorted(row[0] for row in work.all(living.union(sa.select(habit.c.customer_id))))


def load_basis(work: Work) -> str:
    """What the stored habits were computed by, as `save_basis` got it; '' before the first time."""
    statement = sa.select(watermark.c.detail).where(watermark.c.stage == BASIS)
    return str(work.scalar(statement) or "")


def save_basis(work: Work, basis: str) -> None:
    """Remember what the stored habits are computed by."""
    work.advance(BASIS, 0, basis)


def more_behind(work: Work, seq: int, topics: Sequence[str]) -> bool:
    """Whether the change log goes on behind `seq` in these topics."""
    where = sa.and_(change.c.seq > seq, change.c.topic.in_(topics))
    return work.one(sa.select(change.c.seq).where(where).limit(1)) is not None


def mark_draw(work: Work, controllers: Iterable[str]) -> None:
    """Say that habits of these controllers changed, so that classes and fifths must be drawn."""
    work.upsert(abc_due, [(name,) for name in sorted(set(controllers))])


def draw(work: Work) -> list[str]:
    """Draw classes and fifths of the marked controllers again; gives who changed ABC class.

    Customers stand by revenue_net, the highest first, ties by customer_key. A is who stands
    before 80 % of the revenue is reached, B before 95 %, C the rest and whoever brought nothing;
    each controller and currency by itself, in integers.
    """
    moved: dict[str | None, list[str]] = defaultdict(list)
    for (controller,) in work.all(sa.select(abc_due.c.controller)):
        draw_cuts(work, controller)
        for name, drawn in work.all(_drawn(controller, work.connection.dialect.name)):
            moved[drawn].append(name)
    for drawn, names in moved.items():
        for start in range(0, len(names), CHUNK):
            chunk = habit.c.customer_id.in_(names[start : start + CHUNK])
            work.run(sa.update(habit).where(chunk).values(abc=drawn))
    work.run(sa.delete(abc_due))
    return sorted(name for names in moved.values() for name in names)


def _drawn(controller: str, dialect: str) -> sa.Select[*tuple[Any, ...]]:
    """The customers of a controller whose class differs from the stored one, with the class."""
    h = habit.c
    key = sa.collate(h.customer_key, "BINARY" if dialect == "sqlite" else "C")
    brought = sa.case((h.revenue_net > 0, h.revenue_net), else_=0)
    order = (brought.desc(), key)
    before = sa.func.sum(brought).over(partition_by=h.currency, order_by=order, rows=(None, -1))
    total = sa.func.sum(brought).over(partition_by=h.currency)
    ranked = (
        sa.select(
            h.customer_id, h.orders, brought.label("brought"), h.abc,
            sa.func.coalesce(before, 0).label("before"), total.label("total"),
        )
        .where(h.controller == controller)
        .subquery()
    )  # fmt: skip
    r = ranked.c
    drawn = sa.case(
        (r.orders == 0, None),
        (r.brought == 0, "C"),
        (100 * r.before < 80 * r.total, "A"),
        (100 * r.before < 95 * r.total, "B"),
        else_="C",
    )
    return sa.select(r.customer_id, drawn).where(r.abc.is_distinct_from(drawn))
