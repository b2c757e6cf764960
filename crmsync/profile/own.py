"""Computes the habits that plugins define, each by itself: one that fails leaves out the others."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from crmsync.errors import PluginError
from crmsync.model.habit import OwnHabit
from crmsync.model.own_habit import GivenHabit
from crmsync.profile.compute import CONFIG, Computed, iso
from crmsync.registry.asking import ask_habit

if TYPE_CHECKING:
    import pyarrow as pa

OWN = "own_habits"
"""The reason under which a plugin's habits wake a customer."""

SEEN = ("asked", "goods", "baskets", "deliveries", "interactions")
"""The tables that a plugin sees; orders and lines themselves hold what is denied."""

HINT = (
    "Its author must act: docs/reference/hooks.md, crmsync_register_habits. The other habits are "
    "computed; these customers are asked about again in every run until it works."
)


class Row(NamedTuple):
    """What a plugin said of a customer; `turns_on` is a day (ISO), None where no day matters."""

    habit: OwnHabit
    turns_on: str | None


@dataclass(slots=True)
class Found:
    """The rows by customer, and what went wrong."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    failures: list[PluginError] = field(default_factory=list)


def with_own(
    engine: Any,
    computed: Sequence[Computed],
    given: Sequence[GivenHabit],
    *,
    asked: Iterable[str],
    as_of: str,
) -> tuple[list[Computed], list[PluginError]]:
    """The computed habits with those of plugins beside them, and what went wrong with which.

    `engine` is that of `compute.goods` for the customers `asked`. Where one fails, its habit is
    left out, and the customers are due again on `as_of`: in the next run. Who has no habits gets
    none of plugins.
    """
    if not given or not computed:
        return list(computed), []
    known: dict[str, str | None] = dict.fromkeys(asked)
    known |= {one.customer_id: one.habits.as_of for one in computed if one.habits}
    found = _found(engine, known, given, as_of)
    return [_joined(one, found, as_of) for one in computed], found.failures


def _joined(one: Computed, found: Found, as_of: str) -> Computed:
    if one.habits is None:
        return one
    rows = found.rows.get(one.customer_id, [])
    days = [row.turns_on for row in rows if row.turns_on and row.turns_on > as_of]
    if found.failures:
        days.append(as_of)
    due = one.due | ({OWN: min(days)} if days else {})
    own = tuple(row.habit for row in rows)
    return Computed(one.customer_id, replace(one.habits, own=own), due)


def _found(
    engine: Any, known: Mapping[str, str | None], given: Sequence[GivenHabit], as_of: str
) -> Found:
    found = Found()
    tables = {name: _arrow(engine, name) for name in SEEN}
    for one in given:
        try:
            rows = dict(_read(one, _asked(one, tables, as_of), known))
        except PluginError as error:
            found.failures.append(error)
            continue
        for name, row in rows.items():
            found.rows[name].append(row)
    return found


def _arrow(engine: Any, name: str) -> pa.Table:
    """A table of the engine; the sums of the baskets, wider than any amount, as plain integers."""
    import pyarrow as pa

    told = engine.sql(f"SELECT * FROM {name}").to_arrow_table()
    plain = [
        pa.field(one.name, pa.int64() if pa.types.is_decimal(one.type) else one.type)
        for one in told.schema
    ]
    return told.cast(pa.schema(plain))


def _asked(one: GivenHabit, tables: Mapping[str, Any], as_of: str) -> list[dict[str, Any]]:
    """The rows that a plugin gives; PluginError where it fails."""
    if one.definition.function is not None:
        return ask_habit(one, tables, as_of)
    import duckdb

    with duckdb.connect(":memory:", config=CONFIG) as engine:
        engine.execute("SET enable_external_access = false")  # it reads tables, and no files
        for name, table in tables.items():
            engine.register(name, table)
        try:
            result = engine.execute(one.definition.sql)
            names = [column[0] for column in result.description or ()]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
        except duckdb.Error as error:
            raise PluginError(f"{one.where}: {_first_line(error)}", hint=HINT) from error


def _first_line(error: Exception) -> str:
    """What the engine says of the query; of a value it could not convert only that it could not."""
    kind = type(error).__name__
    told = str(error).strip().splitlines()[0] if str(error).strip() else kind
    return told if kind in ("ParserException", "BinderException", "CatalogException") else kind


def _read(
    one: GivenHabit, rows: Iterable[Mapping[str, Any]], known: Mapping[str, str | None]
) -> Iterable[tuple[str, Row]]:
    seen: set[str] = set()
    for row in rows:
        missing = {"customer_id", "value", "n"} - row.keys()
        if missing:
            raise _wrong(one, f"gives no column {', '.join(sorted(missing))}")
        name = row["customer_id"]
        if name not in known:
            raise _wrong(one, "tells of a customer that it was not asked about")
        if name in seen:
            raise _wrong(one, "tells two values of one customer")
        seen.add(name)
        as_of = known[name]
        if row["value"] is not None and as_of is not None:
            yield name, _row(one, row, as_of)


def _row(one: GivenHabit, row: Mapping[str, Any], as_of: str) -> Row:
    told = one.definition
    since = _day(one, row.get("since")) or as_of
    habit = OwnHabit(told.name, told.version, _value(one, row["value"]), _n(one, row["n"]), since)
    return Row(habit, _day(one, row.get("turns_on")))


def _value(one: GivenHabit, value: Any) -> bool | int | float | str:
    if isinstance(value, date):
        return value.isoformat()
    if not isinstance(value, bool | int | float | str):
        raise _wrong(one, f"gives a {type(value).__name__} as value; CAST it to one of its kinds")
    if isinstance(value, float) and not math.isfinite(value):
        raise _wrong(one, "gives a value that is no finite number; null means too little to tell")
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise _wrong(one, "gives a whole number beyond 64 bits as value")
    return value


def _n(one: GivenHabit, n: Any) -> int:
    if isinstance(n, bool) or not isinstance(n, int) or not 0 <= n < 2**63:
        raise _wrong(one, "gives an n that is no whole number from 0 on")
    return n


def _day(one: GivenHabit, day: Any) -> str | None:
    try:
        if day is None:
            return None
        if isinstance(day, int) and not isinstance(day, bool):
            return iso(day)
        told = day if isinstance(day, date) else date.fromisoformat(day)
        return date(told.year, told.month, told.day).isoformat()
    except (TypeError, ValueError, OverflowError):
        raise _wrong(one, "gives a since or turns_on that is no day") from None


def _wrong(one: GivenHabit, what: str) -> PluginError:
    return PluginError(f"{one.where} {what}.", hint=HINT)


def signs(given: Collection[GivenHabit]) -> list[str]:
    """What stands for these habits: another list has everybody computed anew."""
    return sorted(one.sign for one in given)
