"""Runs the habits query over Arrow columns in an in-process DuckDB and reads its rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from crmsync.model.habit import Favourite, Habits, Risk, Usual
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
    "wake_expected": "next_expected_on", "wake_at_risk": "at_risk_from",
}  # fmt: skip
"""Columns of the query and the reasons under which they wake a customer."""

DAYS = (
    "first_order_on", "last_order_on", "next_expected_on", "overdue_since", "last_late_on",
    "call_back_due_on", "at_risk_from",
)  # fmt: skip
PLAIN = (
    "orders", "purchase_days", "last_order", "last_channel", "currency", "revenue_gross",
    "refund_gross", "revenue_net", "basket_avg", "basket_median", "foreign_orders",
    "cadence_days", "cadence_mean_days", "return_rate", "return_rate_money", "discount_affinity",
    "late_deliveries_90d", "open_complaints", "call_back_due",
)  # fmt: skip


class Computed(NamedTuple):
    """A customer's habits (None when nothing has happened yet) and its due days by reason."""

    customer_id: str
    habits: Habits | None
    due: dict[str, str]


@lru_cache(maxsize=1)
def query() -> str:
    """The text of the habits query."""
    return files("crmsync.profile").joinpath("habits.sql").read_text(encoding="utf-8")


def compute(facts: Facts, *, as_of: str, deny: Collection[str] = ()) -> list[Computed]:
    """The habits of every customer in `facts` as of a day (ISO), sorted by customer.

    Lines of a category in `deny` enter nothing.
    """
    import duckdb

    with duckdb.connect(":memory:", config=CONFIG) as engine:
        for name, relation in _relations(facts, as_of, deny):
            engine.register(name, relation)
        result = engine.execute(query())
        names = [column[0] for column in result.description]
        rows = result.fetchall()
    return [_computed(dict(zip(names, row, strict=True))) for row in rows]


def _relations(facts: Facts, as_of: str, deny: Collection[str]) -> Iterator[tuple[str, pa.Table]]:
    told = [*_distinct(facts.lines), *_distinct(facts.products)] if deny else []
    yield from facts._asdict().items()
    yield "asked", table({"as_of": "day"}, [(as_of,)])
    yield "denied", table({"category": "text"}, [(name,) for name in denied_among(told, deny)])


def _distinct(lines: pa.Table) -> list[str]:
    return list(lines["category"].unique().to_pylist())


def _computed(row: dict[str, Any]) -> Computed:
    due = {reason: iso(row[name]) for name, reason in WAKES.items() if row[name] is not None}
    return Computed(row["customer_id"], None if row["since"] is None else _habits(row), due)


def _habits(row: dict[str, Any]) -> Habits:
    values = {name: row[name] for name in PLAIN}
    values |= {name: None if row[name] is None else iso(row[name]) for name in DAYS}
    risks = (row["at_risk_late"], row["at_risk_complaint"], row["at_risk_silent"])
    return Habits(
        as_of=iso(row["since"]),
        top_category=_favourite(row, "top_category"),
        top_product=_favourite(row, "top_product"),
        top_brand=_favourite(row, "top_brand"),
        usual_store=_favourite(row, "store", usual=True),
        usual_size=_favourite(row, "size", usual=True),
        usual_weekday=_usual(row, "weekday"),
        usual_hour=_usual(row, "hour"),
        at_risk=tuple(risk for risk, holds in zip(get_args(Risk), risks, strict=True) if holds),
        **values,
    )


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


def iso(day: int) -> str:
    """The ISO text of a day number."""
    return date.fromordinal(EPOCH + day).isoformat()
