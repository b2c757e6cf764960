"""Rules of telling: what rows say arrives exactly, and a row that is strange costs only itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import datetime
from decimal import Decimal
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

from crmsync.model.stream import Stream
from crmsync.testing._rules import rule
from crmsync.testing._tables import Row, Table, drop, put
from crmsync.testing._trial import NotApplicable, Trial, require, said

AMOUNTS = ("0.00", "0.01", "0.07", "0.29", "1.10", "1.15", "4.35", "8.20", "10.99", "16.90",
           "19.99", "64.10", "78.95", "1111.11", "8029.35", "999999.99")  # fmt: skip
"""Amounts that floats and hundredths get wrong when they are multiplied, cut or added."""
MOMENTS = ("2026-10-24T22:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z",
           "2026-10-25T02:00:00Z", "2026-03-29T00:59:59Z", "2026-03-29T01:00:00Z",
           "2025-12-31T23:30:00Z", "2026-02-28T23:15:00Z")  # fmt: skip
"""Around both changes of the clocks, midnight and the turn of the year in Berlin."""
TWICE = ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")
"""Half past two, both times: a time without its zone cannot tell them apart."""
BERLIN = ZoneInfo("Europe/Berlin")
STRANGE = ({"unerwartet": True}, ["unerwartet"], 7.5, None)
"""What stands in a field one day that held something else before."""


@rule
def one_bad_record(trial: Trial) -> None:
    """A record that cannot be used parks alone, is named, and comes in once it is mended."""
    fake = trial.filled().fake
    for stream in _named(trial):
        row = fake.living(stream.name)[2]
        plain = deepcopy(row.data)
        fake.poison(stream.name, row)
        for _ in range(2):
            report = trial.sync()
            require(report.exit_code() == 3, f"one bad record ended {said(report)}")
            places = [one["place"] for one in trial.parked()]
            require(places == [row.id], f"{stream.name}: parked are {places}, not {row.id} alone")
            trial.complete(but=[row.id])
        fake.mend(stream.name, row, plain)
        trial.clean()
        trial.complete()


@rule
def fields_nobody_knows(trial: Trial) -> None:
    """Fields that the vendor adds one day do no harm."""
    fake = trial.filled().fake
    trial.clean()
    for stream in trial.streams:
        for row in fake.living(stream.name):
            fake.change(stream.name, row.id, {"neuesFeld": {"tief": [{"x": 1}]}, "neu": None})
    trial.clean()
    trial.complete()


@rule
def fields_of_another_type(trial: Trial) -> None:
    """A field that is of another type one day parks its record at worst."""
    for stream in trial.filled(customers=13, orders=9).streams:
        table, rows = trial.fake.tables[stream.name], trial.fake.living(stream.name)[1:]
        each = list(product(_fields(table, rows[0]), STRANGE))
        for some in _in_parts(each, len(rows)):
            spoils = [lambda data, f=field, s=one: put(data, f, s) for field, one in some]
            what = ", ".join(f"{field} as {type(one).__name__}" for field, one in some)
            _strange(trial, stream, rows, what, spoils)


@rule
def fields_that_are_missing(trial: Trial) -> None:
    """A field that is missing one day parks its record at worst."""
    for stream in trial.filled().streams:
        table, rows = trial.fake.tables[stream.name], trial.fake.living(stream.name)[1:]
        fields = _fields(table, rows[0]) if table.optional is None else table.optional
        for some in _in_parts(fields, len(rows)):
            spoils = [lambda data, f=field: drop(data, f) for field in some]
            _strange(trial, stream, rows, f"{', '.join(some)} missing", spoils)


def _in_parts(things: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """The things, at most `size` at once."""
    return (things[start : start + size] for start in range(0, len(things), size))


def _strange(
    trial: Trial, stream: Stream, rows: Sequence[Row], what: str, spoils: Sequence[Any]
) -> None:
    """Spoil as many rows, each in its way, and look at them and at all others."""
    spoilt = [(row, deepcopy(row.data)) for row, _ in zip(rows, spoils, strict=False)]
    for row, spoil in zip(rows, spoils, strict=False):
        spoil(row.data)
        trial.fake.bump(stream.name, row)
    report, ids = trial.sync(), {row.id for row, _ in spoilt}
    where = f"{stream.name}, {what}"
    require(report.exit_code() in (0, 3), f"{where}: one strange record ended {said(report)}")
    places = {one["place"] for one in trial.parked()}
    require(places <= ids, f"{where}: other records were parked too")
    require(ids <= trial.alive(stream.name), f"{where}: a record is gone")
    trial.complete(but=sorted(ids))
    for row, plain in spoilt:
        trial.fake.mend(stream.name, row, plain)


def _fields(table: Table, row: Row) -> list[str]:
    own = {path.partition(".")[0] for path in (table.id, table.stamp, table.version) if path}
    return [name for name in row.data if name not in own]


@rule
def what_is_not_visible(trial: Trial) -> None:
    """A field that is not shown, for lack of rights, does not overwrite what it once said."""
    fake = trial.filled().fake
    streams = trial.those(lambda one: fake.tables[one.name].hidden, "has fields that rights hide")
    trial.clean()
    for stream in streams:
        row = fake.living(stream.name)[0]
        before = _customer(trial, stream, row)
        fake.hide(stream.name, row)
        trial.clean()
        after = _customer(trial, stream, row)
        lost = [field for field in before if before[field] != after.get(field)]
        require(not lost, f"{stream.name}: what is not visible overwrote {', '.join(lost)}")


def _customer(trial: Trial, stream: Stream, row: Row) -> dict[str, Any]:
    told = trial.content()[f"{stream.name}/{row.id}"]["customer"] or {}
    return {name: value for name, value in told.items() if name not in ("hidden", "changed_at")}


@rule
def money_to_the_cent(trial: Trial) -> None:
    """Amounts arrive to the cent, also those that floats get wrong."""
    orders = _priced(trial, len(AMOUNTS))
    for row, amount in zip(orders, AMOUNTS, strict=True):
        trial.fake.price(row, amount)
    trial.clean()
    for row, amount in zip(orders, AMOUNTS, strict=True):
        found = _order(trial, row)["gross"]
        require(found == int(Decimal(amount) * 100), f"{amount} arrived as {found} cents")


@rule
def times_to_the_second(trial: Trial) -> None:
    """Times arrive exactly, with the right local day and hour, also when the clocks change."""
    moments = [one for one in MOMENTS if not (trial.fake.naive and one in TWICE)]
    orders = _priced(trial, len(moments))
    for row, told in zip(orders, moments, strict=True):
        trial.fake.place(row, datetime.fromisoformat(told))
    trial.clean()
    for row, told in zip(orders, moments, strict=True):
        moment, found = datetime.fromisoformat(told), _order(trial, row)
        local = moment.astimezone(BERLIN)
        right = (told, local.date().isoformat(), local.hour)
        arrived = (_second(found["placed_at"]), found["day"], found["hour"])
        require(arrived == right, f"{told} arrived as {arrived}, not as {right}")


def _priced(trial: Trial, count: int) -> list[Row]:
    table = trial.fake.tables.get("orders")
    if table is None or not table.placed:
        raise NotApplicable("there are no orders")
    return trial.filled(orders=count).fake.living("orders")


def _order(trial: Trial, row: Row) -> dict[str, Any]:
    facts = trial.content()[f"orders/{row.id}"]["facts"]
    orders: list[dict[str, Any]] = [one for one in facts if one["of"] == "orders"]
    require(orders, f"orders/{row.id} did not arrive as an order")
    return orders[0]


def _second(stamp: str) -> str:
    return datetime.fromisoformat(stamp).isoformat(timespec="seconds").replace("+00:00", "Z")


def _named(trial: Trial) -> list[Stream]:
    return trial.those(lambda one: trial.fake.tables[one.name].name, "has rows with a name")
