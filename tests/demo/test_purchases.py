"""The purchases: two years, rhythms that mean something, a few who bring most of the money."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from datetime import date, timedelta
from statistics import median

import pytest

from crmsync.demo.people import invent
from crmsync.demo.person import Person
from crmsync.demo.purchases import HISTORY, Purchase, purchases

DAY = date(2025, 3, 31)


@pytest.fixture(scope="module")
def crowd() -> tuple[Person, ...]:
    return invent(2000, seed=2026, as_of=DAY)


@pytest.fixture(scope="module")
def bought(crowd: tuple[Person, ...]) -> list[Purchase]:
    return purchases(crowd, seed=2026, as_of=DAY)


def test_the_same_seed_buys_the_same(crowd: tuple[Person, ...], bought: list[Purchase]) -> None:
    assert purchases(crowd, seed=2026, as_of=DAY) == bought


def test_two_years_end_on_the_day_before(bought: list[Purchase]) -> None:
    days = [purchase.at.date() for purchase in bought]
    assert days == sorted(days)
    assert DAY - timedelta(days=3) < max(days) < DAY
    assert min(days) > DAY - timedelta(days=HISTORY + 5)


def test_branches_are_closed_on_sundays(bought: list[Purchase]) -> None:
    sunday = [purchase.place for purchase in bought if purchase.at.weekday() == 6]
    assert set(sunday) <= {"web", "phone"}
    assert "web" in sunday


def test_there_are_about_fifteen_thousand_orders(bought: list[Purchase]) -> None:
    assert 13_000 < len(bought) < 18_000


def test_a_fifth_of_the_customers_brings_about_four_fifths(bought: list[Purchase]) -> None:
    money: Counter[str] = Counter()
    for purchase in bought:
        money[purchase.person.key] += sum(line.amount for line in purchase.lines)
    ranked = sorted(money.values(), reverse=True)
    share = sum(ranked[: len(ranked) // 5]) / sum(ranked)
    assert 0.74 < share < 0.86


def test_those_at_risk_had_a_late_delivery_and_then_fell_silent(bought: list[Purchase]) -> None:
    history = defaultdict(list)
    for purchase in bought:
        if purchase.person.rhythm == "at_risk":
            history[purchase.person.key].append(purchase)
    assert len(history) >= 2
    for visits in history.values():
        days = [visit.at.date() for visit in visits]
        rhythm = median((b - a).days for a, b in itertools.pairwise(days))
        delivery = visits[-1].delivery
        assert len(days) >= 10
        assert (DAY - days[-1]).days > 2 * rhythm
        assert delivery is not None
        assert delivery.delivered is not None
        assert (delivery.delivered - delivery.promised).days >= 4


def test_regulars_keep_a_rhythm(bought: list[Purchase]) -> None:
    history = defaultdict(list)
    for purchase in bought:
        if purchase.person.rhythm == "champion":
            history[purchase.person.key].append(purchase.at.date())
    for days in history.values():
        gaps = [(b - a).days for a, b in itertools.pairwise(days)]
        near = [gap for gap in gaps if abs(gap - median(gaps)) <= median(gaps) / 2]
        assert len(near) > len(gaps) * 0.85


def test_new_customers_have_bought_once_and_lately(bought: list[Purchase]) -> None:
    visits = Counter(p.person.key for p in bought if p.person.rhythm == "new")
    assert len(visits) > 30
    assert set(visits.values()) == {1}
    assert all((DAY - p.at.date()).days <= 20 for p in bought if p.person.rhythm == "new")


def test_few_lines_come_back_and_few_parcels_come_late(bought: list[Purchase]) -> None:
    lines = [line for purchase in bought for line in purchase.lines]
    back = sum(1 for line in lines if line.returned)
    sent = [purchase.delivery for purchase in bought if purchase.delivery]
    late = sum(1 for d in sent if d.delivered is not None and d.delivered > d.promised)
    assert 0.01 < back / len(lines) < 0.04
    assert 0.03 < late / len(sent) < 0.09
    assert any(delivery.delivered is None for delivery in sent)
    assert all(delivery.shipped <= (delivery.delivered or DAY) for delivery in sent)


def test_only_those_whom_the_till_knows_buy_at_the_counter(bought: list[Purchase]) -> None:
    for purchase in bought:
        systems = purchase.person.systems
        if purchase.place == "web":
            assert systems & {"shop", "guest"}
        else:
            assert "erp" in systems
