"""Habits read on a day: how long ago, how overdue."""

from crmsync.model.habit import Habits, Today, seen_on

REGULAR = Habits(
    as_of="2026-10-26", orders=5, purchase_days=4, last_order_on="2026-10-26", cadence_days=28.0,
    next_expected_on="2026-11-23",
)  # fmt: skip


def test_what_depends_on_today_is_worked_out_when_it_is_read() -> None:
    assert seen_on(REGULAR, "2026-11-09") == Today(14, 0, 0.5)
    assert seen_on(REGULAR, "2026-12-21") == Today(56, 28, 2.0)


def test_without_a_rhythm_nobody_is_overdue() -> None:
    new = Habits(as_of="2026-10-26", orders=1, purchase_days=1, last_order_on="2026-10-26")
    assert seen_on(new, "2026-12-21") == Today(56, 0, None)
    assert (new.first_order, new.regular) == (True, False)
    assert seen_on(Habits(as_of="2026-10-26"), "2026-12-21") == Today(None, 0, None)


def test_somebody_who_buys_twice_a_day_has_no_ratio() -> None:
    hasty = Habits(as_of="2026-01-01", purchase_days=4, last_order_on="2026-01-01", cadence_days=0)
    assert seen_on(hasty, "2026-01-03").overdue_ratio is None
