"""Runs the habits queries over Arrow columns in an in-process DuckDB and reads their rows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

from crmsync.model.habit import Favourite, Habits, Replenish, Risk, Usual
from crmsync.profile.deny import denied_among
from crmsync.store.facts import Facts, table

if TYPE_CHECKING:
    import pyarrow as pa

CONFIG: dict[str, str | bool | int | float | list[str]] = {"threads": 2, "temp_directory": ""}
"""Nothing is swapped out to a file: purchases do not belong into whatever folder we are in."""

EPOCH = date(1970, 1, 1).toordinal()
SUPPORT = 4
SHARE = 500
"""A usual place, time or size is told from this many cases, and from this share per thousand."""

WAKES = {
    "wake_fact": "fact_ahead", "wake_resolved": "complaint_resolved",
    "wake_call_back": "call_back_due_on", "wake_late": "late_window",
    "wake_again": "complaints_window", "wake_expected": "next_expected_on",
    "wake_at_risk": "at_risk_from",
}  # fmt: skip
"""Columns of the query and the reasons under which they wake a customer."""

RUNS_OUT = "replenish_due_on"
"""The reason under which a product that runs out wakes a customer."""

DAYS = (
    "first_order_on", "last_order_on", "next_expected_on", "overdue_since", "last_late_on",
    "call_back_due_on", "at_risk_from",
)  # fmt: skip
PLAIN = (
    "orders", "purchase_days", "last_order", "last_channel", "currency", "revenue_gross",
    "refund_gross", "revenue_net", "basket_avg", "basket_median", "foreign_orders",
    "repeat_days", "span_days", "kept_lines", "returned_lines", "cadence_days",
    "cadence_mean_days", "return_rate", "return_rate_money", "discount_affinity",
    "late_deliveries_90d", "open_complaints", "call_back_due",
)  # fmt: skip


class Computed(NamedTuple):
    """A customer's habits (None when nothing has happened yet) and its due days by reason."""

    customer_id: str
    habits: Habits | None
    due: dict[str, str]


Queries = Literal["habits", "replenish"]
SHARED = ("receipts", "goods", "baskets", "purse")
"""What goods.sql defines and the queries read: kept as tables, so that it is worked out once."""


@lru_cache(maxsize=8)
def text(name: str) -> str:
    """The text of a .sql file of this room."""
    return files("crmsync.profile").joinpath(f"{name}.sql").read_text(encoding="utf-8")


def query(name: Queries = "habits") -> str:
    """One of the queries as a whole: a single statement over the relations that goods.sql names."""
    return f"WITH\n\n{text('goods').rstrip()},\n\n{text(name)}"


def compute(facts: Facts, *, as_of: str, deny: Collection[str] = ()) -> list[Computed]:
    """The habits of every customer in `facts` as of a day (ISO), sorted by customer.

    Lines of a category in `deny`, and of those that everybody denies, enter nothing.
    """
    with goods(facts, as_of=as_of, deny=deny) as engine:
        return computed(engine, as_of)


@contextmanager
def goods(facts: Facts, *, as_of: str, deny: Collection[str]) -> Iterator[Any]:
    """A DuckDB that holds what counts of these facts: the tables of SHARED, beside the facts."""
    import duckdb

    with duckdb.connect(":memory:", config=CONFIG) as engine:
        for name, relation in relations(facts, as_of, deny):
            engine.register(name, relation)
        hold(engine)
        yield engine


def hold(engine: Any) -> None:
    """Work out the tables of SHARED in a DuckDB that has the relations, and keep them there."""
    for place, name in enumerate(SHARED):
        held = SHARED[:place]
        engine.execute(f"CREATE TEMP TABLE {name} AS {_without(held)} SELECT * FROM {name}")


def ask(engine: Any, name: Queries) -> Any:
    """Run one of the queries where `hold` has worked out what they share; gives DuckDB's result."""
    return engine.execute(f"WITH {text(name)}")


def _without(held: Sequence[str]) -> str:
    """The definitions of goods.sql; those that are held as tables already are left out."""
    parts = re.split(r"(?m)^(?=\w+ AS \($)", text("goods"))[1:]
    wanted = [part for part in parts if part.split(" ", 1)[0] not in held]
    return "WITH " + "".join(wanted).rstrip().rstrip(",")


def computed(engine: Any, as_of: str) -> list[Computed]:
    """The habits of everybody in `engine` (of `goods`), sorted by customer."""
    return assembled(_rows(engine, "habits"), _rows(engine, "replenish"), as_of)


def assembled(
    habits: Iterable[dict[str, Any]], replenish: Iterable[dict[str, Any]], as_of: str
) -> list[Computed]:
    """The habits made of rows of the two queries, whichever engine gave them; in that order."""
    today = day_number(as_of)
    again: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in replenish:
        again[row["customer_id"]].append(row)
    return [_computed(row, again[row["customer_id"]], today) for row in habits]


def _rows(engine: Any, name: Queries) -> list[dict[str, Any]]:
    result = ask(engine, name)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def relations(facts: Facts, as_of: str, deny: Collection[str]) -> Iterator[tuple[str, pa.Table]]:
    """What the queries read, by name: the facts, the day, and which of their categories are denied.

    An engine that holds the facts itself needs these two tables beside them.
    """
    told = [*_distinct(facts.lines), *_distinct(facts.products)]
    yield from facts._asdict().items()
    yield "asked", table({"as_of": "day"}, [(as_of,)])
    yield "denied", table({"category": "text"}, [(name,) for name in denied_among(told, deny)])


def _distinct(lines: pa.Table) -> list[str]:
    return list(lines["category"].unique().to_pylist())


def _computed(row: dict[str, Any], again: Iterable[Mapping[str, Any]], today: int) -> Computed:
    due = {reason: iso(row[name]) for name, reason in WAKES.items() if row[name] is not None}
    if row["since"] is None:
        return Computed(row["customer_id"], None, due)
    again = list(again)
    turns = [one["due_on"] + 1 for one in again]
    ahead = [day for day in turns if day > today]
    if ahead:
        due[RUNS_OUT] = iso(min(ahead))
    row["since"] = max([row["since"], *(day for day in turns if day <= today)])
    return Computed(row["customer_id"], _habits(row, again, today), due)


def _habits(row: dict[str, Any], again: Iterable[Mapping[str, Any]], today: int) -> Habits:
    values = {name: row[name] for name in PLAIN}
    values |= {name: None if row[name] is None else iso(row[name]) for name in DAYS}
    risks = [row[f"at_risk_{why}"] for why in ("late", "complaint", "repeated", "silent")]
    return Habits(
        as_of=iso(row["since"]),
        top_category=_favourite(row, "top_category"),
        top_product=_favourite(row, "top_product"),
        top_brand=_favourite(row, "top_brand"),
        usual_store=_favourite(row, "store", usual=True),
        usual_size=_favourite(row, "size", usual=True),
        usual_weekday=_usual(row, "weekday"),
        usual_hour=_usual(row, "hour"),
        channel_preference=_favourite(row, "contact", usual=True),
        replenish=tuple(_replenish(one, today) for one in again),
        at_risk=tuple(risk for risk, holds in zip(get_args(Risk), risks, strict=True) if holds),
        **values,
    )


def _replenish(row: Mapping[str, Any], today: int) -> Replenish:
    due, past = iso(row["due_on"]), row["due_on"] < today
    return Replenish(
        row["product"], row["name"], row["n"], int(row["every_days"]), iso(row["last_on"]),
        None if past else due, due if past else None,
    )  # fmt: skip


def _favourite(row: dict[str, Any], name: str, *, usual: bool = False) -> Favourite | None:
    key, share, n = row[name], row[f"{name}_share"], row[f"{name}_n"]
    if key is None or (usual and not _often(share, n)):
        return None
    return Favourite(key, int(share), int(n), row.get(f"{name}_name") or "")


def _usual(row: dict[str, Any], name: str) -> Usual | None:
    value, share, n = row[name], row[f"{name}_share"], row[f"{name}_n"]
    return Usual(value, int(share), int(n)) if value is not None and _often(share, n) else None


def _often(share: int, n: int) -> bool:
    return n >= SUPPORT and share >= SHARE


def day_number(day: str) -> int:
    """The number of an ISO day: 1970-01-01 is 0."""
    return date.fromisoformat(day).toordinal() - EPOCH


def iso(day: int) -> str:
    """The ISO text of a day number."""
    return date.fromordinal(EPOCH + int(day)).isoformat()
