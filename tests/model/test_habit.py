"""Habits read on a day: how long ago, how overdue."""

from __future__ import annotations

from itertools import product
from typing import get_args

import pytest

from crmsync.model.habit import Cuts, Habits, Rfm, RfmGroup, Today, rfm, rfm_group, seen_on

REGULAR = Habits(
    as_of="2026-10-26", orders=5, purchase_days=4, first_order_on="2026-08-03",
    last_order_on="2026-10-26", cadence_days=28.0, next_expected_on="2026-11-23",
)  # fmt: skip


def test_what_depends_on_today_is_worked_out_when_it_is_read() -> None:
    assert seen_on(REGULAR, "2026-11-09") == Today(14, 0, 0.5, 98)
    assert seen_on(REGULAR, "2026-12-21") == Today(56, 28, 2.0, 140)


def test_without_a_rhythm_nobody_is_overdue() -> None:
    new = Habits(as_of="2026-10-26", orders=1, purchase_days=1, last_order_on="2026-10-26")
    assert seen_on(new, "2026-12-21") == Today(56, 0, None, 56)
    assert (new.first_order, new.regular) == (True, False)
    assert seen_on(Habits(as_of="2026-10-26"), "2026-12-21") == Today(None, 0, None)


def test_somebody_who_buys_twice_a_day_has_no_ratio() -> None:
    hasty = Habits(as_of="2026-01-01", purchase_days=4, last_order_on="2026-01-01", cadence_days=0)
    assert seen_on(hasty, "2026-01-03").overdue_ratio is None


CUTS = Cuts(20, ("2026-01-01", "2026-06-01", None, "2026-11-01"), (2, 2, 3, None), (1, 2, 3, 4))


def placed(day: str, orders: int, revenue: int) -> Rfm | None:
    one = Habits("2026-11-21", orders=orders, last_order_on=day, revenue_net=revenue)
    return rfm(one, CUTS)


def test_a_fifth_follows_from_the_cuts_and_equal_values_stand_alike() -> None:
    assert placed("2025-12-31", 1, 0) == Rfm("dormant", 1, 1, 1, 20)
    assert placed("2026-06-01", 2, 1) == Rfm("needs_attention", 3, 3, 2, 20)
    assert placed("2026-11-02", 9, 99) == Rfm("champions", 4, 4, 5, 20)


def test_among_few_customers_nobody_is_placed_and_without_an_order_one_is_a_prospect() -> None:
    one = Habits("2026-11-21", orders=1, last_order_on="2026-11-02")
    assert rfm(one, CUTS._replace(n=19)) is None
    assert rfm(one, None) is None
    assert rfm(Habits("2026-11-21"), None) == Rfm("prospects")


@pytest.mark.parametrize(
    "r, f, m, orders, group",
    [
        (5, 5, 4, 9, "champions"), (4, 4, 5, 9, "champions"), (3, 5, 5, 9, "loyal"),
        (5, 4, 4, 3, "loyal"), (3, 4, 3, 3, "loyal"), (5, 1, 5, 1, "new"),
        (4, 1, 2, 1, "promising"),
        (5, 3, 3, 2, "active"), (4, 1, 1, 2, "active"), (3, 3, 3, 2, "needs_attention"),
        (2, 4, 4, 9, "previously_loyal"), (1, 5, 3, 9, "previously_loyal"),
        (2, 2, 3, 2, "at_risk"), (2, 2, 2, 1, "almost_lost"), (1, 3, 4, 2, "dormant"),
    ],
)  # fmt: skip
def test_the_groups(r: int, f: int, m: int, orders: int, group: RfmGroup) -> None:
    assert rfm_group(r, f, m, orders) == group


def test_every_place_has_a_group_and_every_group_a_place() -> None:
    found = {rfm_group(*place) for place in product(*[range(1, 6)] * 3, (1, 2))}
    assert found == set(get_args(RfmGroup)) - {"prospects"}
