"""From an order as a backend tells it to the habit: what counts, and on which day it was."""

from __future__ import annotations

import tempfile
from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmsync.model.habit import Habits
from crmsync.model.stream import Connection
from crmsync.model.told import ToldLine, ToldOrder
from crmsync.profile.compute import compute
from crmsync.store import Store, open_store
from crmsync.store import tables as t
from crmsync.store.facts import read_facts
from tests.normalize.one import clean_order
from tests.profile.books import Books

SOCKS = ToldLine(sku="S1", title="Socken", category="Wolle", amount="11.90", tax_rate="19")


def habits(store: Store, *told: ToldOrder, zone: str = "Europe/Berlin", of: str = "") -> Habits:
    """The habits of the customer of these orders; `of` is the zone of their store."""
    shop = Connection(name="shop", controller="Muster Mode GmbH", zone=zone)
    with store.work() as work:
        books = Books(work)
        source = books.source("c1", "shop", "1")
        for number, one in enumerate(told):
            record = books.record("shop", "orders", f"{number}")
            row = clean_order(
                one, connection=shop, record_id=record, source_id=source, zone=of or None
            )
            work.upsert(t.orders, [row])
        [found] = compute(read_facts(work, ["c1"]), as_of="2026-12-31")
    assert found.habits is not None
    return found.habits


def order(placed_at: str, **told: Any) -> ToldOrder:
    return ToldOrder(placed_at=placed_at, lines=told.pop("lines", [SOCKS]), **told)


@pytest.mark.parametrize(
    "told",
    [{"status": "cancelled"}, {"status": "draft"}, {"test": True}, {"staff_purchase": True}],
)
def test_cancelled_drafts_tests_and_staff_purchases_leave_no_trace(
    store: Store, told: dict[str, Any]
) -> None:
    found = habits(store, order("2026-11-02T10:00:00"), order("2026-11-09T10:00:00", **told))
    assert (found.orders, found.revenue_gross, found.last_order_on) == (1, 1190, "2026-11-02")
    assert (found.kept_lines, found.as_of) == (1, "2026-11-02")


def test_a_gift_card_counts_when_it_is_spent(store: Store) -> None:
    card = ToldLine(sku="G", title="Gutschein", amount="50", gift_card=True)
    found = habits(store, order("2026-11-02T10:00:00", lines=[card]), order("2026-11-09T10:00:00"))
    assert (found.orders, found.revenue_gross, found.first_order_on) == (1, 1190, "2026-11-09")


def test_a_line_given_back_at_the_till_is_a_return(store: Store) -> None:
    back = ToldLine(sku="S1", amount="-11.90", quantity=-1, tax_rate="19")
    found = habits(store, order("2026-11-02T10:00:00", lines=[SOCKS, SOCKS, back]))
    assert (found.revenue_gross, found.refund_gross, found.revenue_net) == (2380, 1190, 1000)
    assert (found.kept_lines, found.returned_lines, found.return_rate) == (2, 1, 333)


@pytest.mark.parametrize(
    "stamp, zone, day, weekday",
    [
        ("2026-11-01T22:59:59Z", "Europe/Berlin", "2026-11-01", 7),  # winter: 23:59:59
        ("2026-11-01T23:00:00Z", "Europe/Berlin", "2026-11-02", 1),  # winter: midnight
        ("2026-07-05T21:59:59Z", "Europe/Berlin", "2026-07-05", 7),  # summer: 23:59:59
        ("2026-07-05T22:00:00Z", "Europe/Berlin", "2026-07-06", 1),  # summer: midnight
        ("2026-07-05T22:00:00Z", "Europe/London", "2026-07-05", 7),
        ("2026-07-05T22:00:00Z", "America/New_York", "2026-07-05", 7),
        ("2026-07-05T22:00:00Z", "Asia/Tokyo", "2026-07-06", 1),
    ],
)
def test_the_shops_zone_decides_the_day(
    store: Store, stamp: str, zone: str, day: str, weekday: int
) -> None:
    found = habits(store, *[order(stamp, number=str(place)) for place in range(4)], zone=zone)
    assert (found.first_order_on, found.purchase_days) == (day, 1)
    assert found.usual_weekday is not None
    assert found.usual_weekday.value == weekday


def test_a_stores_own_zone_goes_before_that_of_the_connection(store: Store) -> None:
    found = habits(store, order("2026-07-05T22:00:00Z", store="Lissabon"), of="Europe/Lisbon")
    assert found.last_order_on == "2026-07-05"


def test_the_days_on_which_the_clock_changes_are_one_day_each(store: Store) -> None:
    """29 March 2026 has 23 hours and 25 October has 25; the gaps are counted in days all the same.

    Spring: 22:59 UTC is 00:59 of the next day, since the clock has just been put on. Autumn: the
    hour from 2 to 3 comes twice, and both are the same day.
    """
    spring = [f"2026-03-{day}T22:30:00Z" for day in (27, 28, 29)]
    found = habits(store, *map(order, spring))
    assert (found.first_order_on, found.last_order_on) == ("2026-03-27", "2026-03-30")
    assert (found.purchase_days, found.cadence_days, found.span_days) == (3, 1.5, 3)


def test_the_hour_that_comes_twice_is_one_hour_of_one_day(store: Store) -> None:
    stamps = ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T00:31:00Z",
              "2026-10-25T01:31:00Z")  # fmt: skip
    found = habits(store, *map(order, stamps))
    assert (found.purchase_days, found.orders) == (1, 4)
    assert found.usual_hour is not None
    assert (found.usual_hour.value, found.usual_hour.n) == (2, 4)


def test_a_day_without_an_hour_is_no_habit_of_midnight(store: Store) -> None:
    found = habits(store, *[order("2026-11-02", number=str(place)) for place in range(4)])
    assert (found.first_order_on, found.usual_hour) == ("2026-11-02", None)


def test_who_comes_after_midnight_does_so_at_zero(store: Store) -> None:
    found = habits(store, *[order(f"2026-11-02T00:0{minute}:07") for minute in range(4)])
    assert found.usual_hour is not None
    assert (found.usual_hour.value, found.first_order_on) == (0, "2026-11-02")


@settings(max_examples=15, deadline=None, derandomize=True, database=None)
@given(
    st.lists(
        st.datetimes(datetime(2026, 3, 27), datetime(2026, 3, 31))
        | st.datetimes(datetime(2026, 10, 23), datetime(2026, 10, 27)),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from(["Europe/Berlin", "Europe/Lisbon", "America/New_York", "Asia/Kolkata"]),
)
def test_the_days_are_those_of_the_wall_clock(moments: list[datetime], zone: str) -> None:
    """Around both changes of the clock, against the calendar of the standard library."""
    stamps = [moment.replace(microsecond=0, tzinfo=UTC) for moment in moments]
    days = sorted({stamp.astimezone(ZoneInfo(zone)).date() for stamp in stamps})
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(open_store(f"sqlite:///{folder}/store.db")) as store,
    ):
        found = habits(store, *[order(stamp.isoformat()) for stamp in stamps], zone=zone)
    assert (found.first_order_on, found.last_order_on) == (str(days[0]), str(days[-1]))
    assert found.purchase_days == len(days)
    assert found.span_days == (days[-1] - days[0]).days
