"""Makes predictions of what the habits are made of: the same goods, the same currency, net."""

from __future__ import annotations

import importlib.util
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crmsync.errors import ConfigError
from crmsync.model.prediction import Prediction
from crmsync.profile.compute import goods
from crmsync.store.facts import Facts

if TYPE_CHECKING:
    from crmsync.profile.forecast import Basis, Forecasts

_DAYS = """
    SELECT b.customer_id, p.currency, b.day,
        SUM(CASE WHEN b.kept_lines > 0 AND b.currency = p.currency THEN b.net ELSE 0 END) AS net,
        MAX(CASE WHEN b.kept_lines > 0 THEN 1 ELSE 0 END) AS bought
    FROM baskets AS b JOIN purse AS p ON p.customer_id = b.customer_id
    GROUP BY b.customer_id, p.currency, b.day
"""
_BACK = """
    SELECT b.customer_id, SUM(CASE WHEN b.currency = p.currency THEN b.refund_net ELSE 0 END)
    FROM baskets AS b JOIN purse AS p ON p.customer_id = b.customer_id
    GROUP BY b.customer_id
"""


@dataclass(slots=True)
class Bought:
    """Purchase days of the customers of one currency, as columns; a customer is a place in `who`.

    What a customer brought back lowers the money of each of his days by the same share, so that
    the sum is his net revenue.
    """

    who: list[str] = field(default_factory=list)
    customer: list[int] = field(default_factory=list)
    day: list[int] = field(default_factory=list)
    money: list[int] = field(default_factory=list)


def bought(facts: Facts, *, as_of: str, deny: Collection[str]) -> dict[str, Bought]:
    """The purchase days of these customers until `as_of` (ISO), by currency."""
    found: defaultdict[str, Bought] = defaultdict(Bought)
    with goods(facts, as_of=as_of, deny=deny) as engine:
        back = {name: int(net) for name, net in engine.execute(_BACK).fetchall()}
        told: defaultdict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
        for name, currency, day, net, kept in engine.execute(_DAYS).fetchall():
            if kept:
                told[currency, name].append((day, int(net)))
    for (currency, name), days in sorted(told.items()):
        _add(found[currency], name, days, back[name])
    return dict(found)


def _add(columns: Bought, name: str, days: Sequence[tuple[int, int]], back: int) -> None:
    positive = sum(max(net, 0) for _, net in days)
    left = max(sum(net for _, net in days) - back, 0)
    columns.who.append(name)
    for day, net in days:
        columns.customer.append(len(columns.who) - 1)
        columns.day.append(day)
        columns.money.append(max(net, 0) * left // positive if positive else 0)


def join(columns: Bought, more: Bought) -> None:
    """Add the customers of another portion."""
    start = len(columns.who)
    columns.who += more.who
    columns.customer += [start + one for one in more.customer]
    columns.day += more.day
    columns.money += more.money


def need_scipy() -> None:
    """ConfigError where scipy (the extra `predict`) is missing."""
    if importlib.util.find_spec("scipy") is None:
        raise ConfigError(
            "Predictions need scipy, which is not installed.",
            hint="IT: pip install 'crmsync[predict]'",
        )


def predict(
    columns: Bought, as_of: str, currency: str
) -> tuple[dict[str, Prediction], dict[str, Any]]:
    """The prediction of every customer, and what all of them rest on, as plain values."""
    import numpy as np

    from crmsync.profile.forecast import forecast

    told = forecast(
        {
            "customer": np.array(columns.customer, dtype=np.int64),
            "day": np.array(columns.day, dtype=np.int64),
            "money": np.array(columns.money, dtype=np.int64),
        },
        as_of,
    )
    return _each(columns.who, told, as_of, currency), _basis(told.basis)


def _each(who: Sequence[str], told: Forecasts, as_of: str, currency: str) -> dict[str, Prediction]:
    basis = told.basis
    columns = [getattr(told, name).tolist() for name in _COLUMNS]
    same = (basis.model.name, basis.version, str(basis.trained_from), str(basis.trained_to),
            basis.customers, basis.gate.reasons)  # fmt: skip
    found = {}
    for place, *values in zip(told.customers.tolist(), *columns, strict=True):
        plain: Any = [*values[:-2], *(one and str(one) for one in values[-2:]), *same]
        found[who[place]] = Prediction(as_of, currency, *plain)
    return found


_COLUMNS = (
    "orders_90", "orders_365", "chance_90", "chance_365", "value_90", "value_365", "next_on",
    "overdue_since",
)  # fmt: skip


def _basis(basis: Basis) -> dict[str, Any]:
    from crmsync.profile.forecast import show

    parameters: Mapping[str, float] = basis.model.parameters
    return {
        "model": basis.model.name,
        "parameters": dict(parameters),
        "spend": basis.spend.name,
        "version": basis.version,
        "trained_from": str(basis.trained_from),
        "trained_to": str(basis.trained_to),
        "customers": basis.customers,
        "reasons": list(basis.gate.reasons),
        "said": show(basis),
    }
