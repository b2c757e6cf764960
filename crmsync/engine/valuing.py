"""Works out what every customer brings and costs, and keeps it in the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import orjson

from crmsync.config.settings import Settings
from crmsync.engine.newid import new_id
from crmsync.engine.project import Project
from crmsync.model.customer import SourceCustomer
from crmsync.model.value import CustomerValue
from crmsync.normalize.money import minor
from crmsync.profile.profiles import load_profiles
from crmsync.profile.value.classes import Adding
from crmsync.profile.value.sides import Terms, proportion, sides
from crmsync.store import Work, values
from crmsync.store.facts import read_facts
from crmsync.store.leases import Lease
from crmsync.store.survey import customers_of

PORTION = 20_000
"""Customers whose purchases are in memory at once."""

FRESH = 31
"""A prediction older than so many days is not shown beside a value."""

Classes = dict[tuple[str, str], Adding]


def value(project: Project, as_of: str) -> dict[str, int]:
    """Weigh every customer of each controller as of a day (ISO), against others of his class.

    Gives how many customers of each controller have a value; what was known before is gone.
    LeaseHeld while a sync is at work.
    """
    with project.store.lease("resolve", holder=new_id(datetime.now(UTC))) as lease:
        return {
            name: _of_controller(project, lease, name, as_of)
            for name in sorted(project.settings.controllers)
        }


def terms(settings: Settings) -> Terms:
    """The table [value] in minor units of the project's currency."""
    told, currency = settings.value, settings.crmsync.currency
    costs = (told.return_cost, told.contact_cost, told.delivery_cost)
    return Terms(told.margin_percent, currency, *(minor(one, currency) for one in costs))


def _of_controller(project: Project, lease: Lease, controller: str, as_of: str) -> int:
    import pyarrow as pa

    deny = project.settings.crmsync.deny_categories
    with project.store.read() as work:
        names = customers_of(work, controller)
        portions = [names[start : start + PORTION] for start in range(0, len(names), PORTION)]
        read = [_sides(work, portion, as_of, deny) for portion in portions]
    classes: Classes = defaultdict(Adding)
    with project.store.work("value/write", lease=lease) as work:
        values.start_over(work, controller)
        rows: list[dict[str, Any]] = []
        for row in proportion(pa.concat_tables(read), terms(project.settings)) if read else ():
            rows.append(row)
            if len(rows) == PORTION:
                _write(work, controller, rows, as_of, classes)
                rows = []
        _write(work, controller, rows, as_of, classes)
        values.write_classes(work, controller, [
            values.ClassRow(controller, *place, orjson.dumps(one.done(as_of)).decode())
            for place, one in sorted(classes.items())
        ])  # fmt: skip
    return sum(one.n for one in classes.values())


def _sides(work: Work, names: Sequence[str], as_of: str, deny: Sequence[str]) -> Any:
    standing = values.standings(work, names)
    mine = [one[0] for one in standing]
    held = {name: len(one.privileges) for name, one in _said(work, mine).items()}
    return sides(read_facts(work, mine), standing, held, as_of=as_of, deny=deny)


def _said(work: Work, names: Sequence[str]) -> dict[str, SourceCustomer]:
    return {name: profile.customer for name, profile in load_profiles(work, names).items()}


def _write(
    work: Work, controller: str, rows: Sequence[dict[str, Any]], as_of: str, classes: Classes
) -> None:
    """Write these customers and add them to their classes."""
    names = [row.pop("customer_id") for row in rows]
    said, ahead = _said(work, names), _expected(work, names, as_of)
    written = []
    for name, row in zip(names, rows, strict=True):
        known = said.get(name, SourceCustomer())
        one = CustomerValue(
            as_of=as_of, predicted_365=ahead.get(name), privileges=known.privileges,
            marks=known.marks, **row,
        )  # fmt: skip
        classes[one.currency, one.abc].add(one)
        doc = orjson.dumps(one).decode()
        written.append(values.ValueRow(name, controller, one.verdict, doc))
    values.write_values(work, written)


def _expected(work: Work, names: Sequence[str], as_of: str) -> dict[str, int]:
    """The net revenue of the next 365 days, of whom a prediction was made lately."""
    oldest = (date.fromisoformat(as_of) - timedelta(FRESH)).isoformat()
    told = values.expected(work, names)
    return {name: net for name, (day, net) in told.items() if oldest <= day <= as_of}
