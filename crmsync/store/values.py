"""What customers bring and cost, in the store: one document a customer, one a class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from crmsync.store.tables import class_value, customer_value, forecast, habit
from crmsync.store.work import Work


class ValueRow(NamedTuple):
    """A row of the table customer_value; `doc` is a model.value.CustomerValue as JSON."""

    customer_id: str
    controller: str
    verdict: str
    doc: str


class ClassRow(NamedTuple):
    """A row of the table class_value; `doc` is a model.value.ClassValue as JSON."""

    controller: str
    currency: str
    abc: str
    doc: str


def write_values(work: Work, rows: Sequence[ValueRow]) -> None:
    """Write what customers bring and cost."""
    work.upsert(customer_value, rows)


def write_classes(work: Work, controller: str, rows: Sequence[ClassRow]) -> None:
    """Make these the classes of a controller."""
    work.run(sa.delete(class_value).where(class_value.c.controller == controller))
    work.upsert(class_value, rows)


def start_over(work: Work, controller: str) -> None:
    """Take out everything that is known of a controller's customers."""
    for one in (customer_value, class_value):
        work.run(sa.delete(one).where(one.c.controller == controller))


def forget(work: Work) -> None:
    """Take out everything, of all controllers."""
    for one in (customer_value, class_value):
        work.run(sa.delete(one))


def value_docs(work: Work, customer_ids: Iterable[str]) -> dict[str, str]:
    """What these customers bring and cost, as JSON."""
    v = customer_value.c
    told = work.all_in(sa.select(v.customer_id, v.doc), v.customer_id, customer_ids)
    return {row[0]: row[1] for row in told}


def uneven(work: Work, controller: str) -> list[tuple[str, str]]:
    """The customers of a controller that get more or less than others of their class do: the id
    and the document of each, by id."""
    v = customer_value.c
    statement = sa.select(v.customer_id, v.doc).order_by(v.customer_id)
    found = work.all(statement.where(v.controller == controller, v.verdict.in_(("more", "less"))))
    return [(row[0], row[1]) for row in found]


def class_docs(work: Work, controller: str) -> dict[tuple[str, str], str]:
    """The classes of a controller as JSON, by currency and class, in that order."""
    c = class_value.c
    statement = sa.select(c.currency, c.abc, c.doc).where(c.controller == controller)
    rows = work.all(statement.order_by(c.currency, c.abc))
    return {(row[0], row[1]): row[2] for row in rows}


def standings(work: Work, customer_ids: Iterable[str]) -> list[tuple[str, str, str]]:
    """The currency and ABC class of these customers; who has no class is left out."""
    h = habit.c
    statement = sa.select(h.customer_id, h.currency, h.abc).where(h.abc.is_not(None))
    told = work.all_in(statement, h.customer_id, customer_ids)
    return sorted((row[0], row[1], row[2]) for row in told)


def expected(work: Work, customer_ids: Iterable[str]) -> dict[str, tuple[str, int]]:
    """The day on which each of these customers was predicted, and his net revenue from it on."""
    f = forecast.c
    statement = sa.select(f.customer_id, f.as_of, f.value_365)
    told = work.all_in(statement, f.customer_id, customer_ids)
    return {row[0]: (row[1], row[2]) for row in told}
