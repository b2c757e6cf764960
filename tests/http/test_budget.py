"""Never more is asked than the account may, by however many threads, processes and restarts."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmsync.errors import FileError, QuotaSpent, RateLimited
from crmsync.http import AtOnce, Budget, DailyQuota, FixedWindow, LeakyBucket, Standing
from crmsync.http.budget.budget import Permit, Priority
from crmsync.http.budget.limits import FIRST
from crmsync.model.stream import Connection
from tests.http.clocks import START, Turned

DAY = 86_400.0


def most_within(moments: Sequence[float], seconds: float) -> int:
    """The most moments that lie in any span of so many seconds, its end left out."""
    ordered = sorted(moments)
    return max(
        (sum(start <= one < start + seconds for one in ordered) for start in ordered), default=0
    )


def most_above(spent: Sequence[tuple[float, float]], rate: float) -> float:
    """The most points that any span saw, less what came back in it."""
    ordered = sorted(spent)
    return max(
        (
            sum(cost for at, cost in ordered[first : last + 1])
            - (ordered[last][0] - ordered[first][0]) * rate
            for first in range(len(ordered))
            for last in range(first, len(ordered))
        ),
        default=0.0,
    )


class Account:
    """A budget on a turned clock, which may be opened anew."""

    def __init__(self, *limits: Any, folder: Path | None = None, **more: Any) -> None:
        self.clock = Turned()
        self._made: Callable[[], Budget] = lambda: Budget(
            *limits, folder=folder, account="laden", clock=self.clock, sleep=self.clock.sleep,
            patience=1e9, **more
        )  # fmt: skip
        self.budget = self._made()

    def reopen(self) -> None:
        self.budget.close()
        self.budget = self._made()

    def take(self, route: str = "GET /x", **more: Any) -> Permit:
        return self.budget.take(route, **more)


priorities: st.SearchStrategy[Priority] = st.sampled_from(["bulk", "bulk", "till", "erasure"])
steps = st.lists(
    st.tuples(st.floats(0, 3), priorities, st.floats(0.5, 6), st.booleans()), max_size=60
)


@settings(deadline=None, max_examples=60)
@given(steps=steps, count=st.integers(1, 12), seconds=st.floats(0.5, 9), size=st.floats(6, 20))
def test_no_limit_is_ever_broken_whoever_asks_whenever_and_after_a_restart(
    steps: Any, count: int, seconds: float, size: float
) -> None:
    limits = (FixedWindow(count, seconds, margin=0.0), LeakyBucket(size, 2.0))
    with tempfile.TemporaryDirectory() as folder:
        account = Account(*limits, folder=Path(folder))
        taken: list[tuple[float, float]] = []
        for pause, priority, cost, restart in steps:
            account.clock.now += pause
            if restart:
                account.reopen()
            taken.append((account.take(cost=cost, priority=priority).at, cost))
        account.budget.close()
    assert most_within([at for at, _ in taken], seconds) <= count
    assert most_above(taken, 2.0) <= size + 1e-6


@settings(deadline=None, max_examples=15)
@given(count=st.integers(1, 9), seconds=st.floats(0.5, 9), places=st.integers(1, 4))
def test_no_limit_is_broken_by_threads(count: int, seconds: float, places: int) -> None:
    account = Account(FixedWindow(count, seconds, margin=0.0), AtOnce(places))
    moments: list[float] = []
    inside: list[int] = []
    now_inside: set[int] = set()

    def work(priority: Priority) -> None:
        for _ in range(12):
            permit = account.take(priority=priority)
            now_inside.add(threading.get_ident())
            inside.append(len(now_inside))
            moments.append(permit.at)
            now_inside.discard(threading.get_ident())
            permit.release()

    kinds: list[Priority] = ["bulk", "till", "bulk", "erasure"]
    threads = [threading.Thread(target=work, args=(kind,)) for kind in kinds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(moments) == 48
    assert most_within(moments, seconds) <= count
    assert max(inside) <= places


def test_a_full_window_is_used_without_waiting_and_then_waited_for() -> None:
    account = Account(FixedWindow(3, 10.0))
    assert [account.take().at - START for _ in range(3)] == [0.0] * 3
    assert account.clock.pauses == []
    assert account.take().at - START == pytest.approx(10.1)


def test_each_route_has_a_limit_of_its_own() -> None:
    account = Account(FixedWindow(1, 60, route="GET /api/profiles"), FixedWindow(3, 10))
    for route in ("GET /api/profiles/7", "POST /api/profiles", "GET /api/profiles-import"):
        account.take(route)
    assert account.clock.pauses == []
    assert account.take("GET /api/profiles").at - START == pytest.approx(60.1)


def test_what_concerns_no_limit_is_free() -> None:
    account = Account(FixedWindow(1, 60, route="/a"))
    for _ in range(5):
        account.take("GET /b").release(pause=9)
    assert account.clock.pauses == []


def test_points_come_back_at_the_rate_that_answers_tell() -> None:
    account = Account(LeakyBucket(1000, 50.0), reads=lambda answer: None)
    first = account.take(cost=1000, priority="till")
    account.budget._learn(first._kept, Standing(available=0, size=2000, restore=100), first._spent)
    assert account.take(cost=500, priority="till").at - START == pytest.approx(5.0)


def test_what_was_asked_after_an_answered_request_is_not_in_what_its_answer_tells() -> None:
    account = Account(LeakyBucket(100, 1.0))
    first = account.take(cost=10, priority="till")
    account.take(cost=60, priority="till")
    account.budget._learn(first._kept, Standing(available=95.0), first._spent)
    assert account.take(cost=40, priority="till").at - START == pytest.approx(5.0)


def test_a_request_larger_than_the_bucket_waits_for_a_full_one() -> None:
    account = Account(LeakyBucket(10, 1.0))
    assert account.take(cost=25).at - START == 0.0
    assert account.take(cost=1, priority="till").at - START == pytest.approx(16.0)


def test_bulk_leaves_a_small_share_free_that_the_till_may_take() -> None:
    account = Account(FixedWindow(20, 60.0))
    for _ in range(18):
        account.take()
    assert [account.take(priority="till").at for _ in range(2)] == [START, START]
    assert account.clock.pauses == []
    assert account.take().at - START == pytest.approx(60.1)


def test_a_place_is_left_free_where_there_are_ten() -> None:
    account = Account(AtOnce(10), share=0.1)
    held = [account.take() for _ in range(9)]
    till = account.take(priority="till")
    assert (account.clock.pauses, len(held)) == ([], 9)
    till.release()


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("limit", [FixedWindow(1, 60.0), AtOnce(1), LeakyBucket(5, 0.1)])
def test_bulk_takes_nothing_that_somebody_more_urgent_waits_for(
    tmp_path: Path, shared: bool, limit: Any
) -> None:
    order: list[str] = []
    clock = Turned()
    first_waits, bulk_waits = threading.Event(), threading.Event()

    def budget(sleep: Any) -> Budget:
        folder = tmp_path if shared else None
        return Budget(limit, folder=folder, clock=clock, sleep=sleep, patience=1e9)

    def till_sleeps(seconds: float) -> None:
        first_waits.set()
        assert bulk_waits.wait(20)
        clock.sleep(seconds)

    def bulk_sleeps(seconds: float) -> None:
        bulk_waits.set()
        clock.sleep(seconds)

    one = budget(till_sleeps)
    held = one.take("GET /x", cost=5, priority="till")
    till = threading.Thread(target=_take, args=(one, "till", order))
    till.start()
    assert first_waits.wait(20)
    held.release()
    clock.now += 600  # everything is free again, and both want it
    if shared:
        other = budget(bulk_sleeps)
    else:
        other = one
        one._sleep = lambda seconds: (
            bulk_sleeps(seconds) if threading.current_thread() is bulk else till_sleeps(seconds)
        )
    bulk = threading.Thread(target=_take, args=(other, "bulk", order))
    bulk.start()
    till.join(20)
    bulk.join(20)
    assert order == ["till", "bulk"]


def _take(budget: Budget, priority: Priority, order: list[str]) -> None:
    permit = budget.take("GET /x", cost=5, priority=priority)
    order.append(priority)
    permit.release()


def test_a_run_stops_at_its_share_and_the_day_at_its_own() -> None:
    account = Account(DailyQuota(100, total=0.8, run=0.25))
    runs = []
    for _ in range(4):
        done = 0
        with pytest.raises(QuotaSpent):
            while True:
                account.take()
                done += 1
        runs.append(done)
        account.budget._shared.kept[0].ran = 0.0  # type: ignore[union-attr]
    assert runs == [25, 25, 25, 5]
    assert [account.take(priority="erasure").at for _ in range(20)] == [START] * 20
    with pytest.raises(QuotaSpent):
        account.take(priority="till")
    account.clock.now += DAY
    account.take()


def test_a_days_quota_outlives_a_restart_and_is_what_the_backend_says(tmp_path: Path) -> None:
    account = Account(DailyQuota(100, run=1.0), folder=tmp_path)
    permit = account.take(cost=50)
    account.reopen()
    with pytest.raises(QuotaSpent):
        account.take(cost=31)
    permit = account.take()
    account.budget._learn(permit._kept, Standing(used=70, count=200), permit._spent)
    account.take(cost=90)
    with pytest.raises(QuotaSpent):
        account.take()


def test_a_pause_that_one_is_asked_for_holds_for_all_who_ask_alike(tmp_path: Path) -> None:
    account = Account(FixedWindow(100, 1.0, route="/a"), FixedWindow(100, 1.0, route="/b"),
                      folder=tmp_path)  # fmt: skip
    account.take("GET /a").release(pause=30)
    account.reopen()
    assert account.take("GET /b").at == START
    assert account.take("GET /a", priority="till").at - START == pytest.approx(30)


def test_a_wait_beyond_patience_is_left_to_the_caller() -> None:
    account = Account(FixedWindow(1, 300.0))
    account.take()
    with pytest.raises(RateLimited) as caught:
        account.take(patience=120)
    assert caught.value.retry_after == pytest.approx(300.1)
    assert account.clock.pauses == []


@pytest.mark.parametrize("back", [2.0, 4000.0])
def test_a_clock_that_goes_back_lets_nobody_ask_more_nor_wait_for_ever(back: float) -> None:
    account = Account(FixedWindow(2, 10.0, margin=0.0), LeakyBucket(2, 0.2))
    account.take()
    account.take()
    account.clock.now -= back
    before = account.clock.now
    account.take(priority="till")
    assert 5.0 <= account.clock.now - before <= 10.0 + 2.0


@pytest.mark.parametrize("many", [1, 7])
def test_requests_without_a_real_wait_wake_each_other(many: int) -> None:
    """The wait of the default is a condition, which a place that is freed ends."""
    budget = Budget(AtOnce(many))
    held = [budget.take() for _ in range(many)]
    order: list[str] = []
    thread = threading.Thread(target=_take, args=(budget, "bulk", order))
    thread.start()
    for permit in held:
        permit.release()
    thread.join(20)
    assert order == ["bulk"]


def test_limits_that_differ_share_nothing_and_those_alike_everything(tmp_path: Path) -> None:
    def budget(count: int) -> Budget:
        return Budget(FixedWindow(count, 60.0), folder=tmp_path, clock=Turned(), patience=0.0)

    budget(1).take()
    budget(2).take()
    with pytest.raises(RateLimited):
        budget(1).take()


def test_the_budget_lies_beside_its_configuration(tmp_path: Path) -> None:
    connection = Connection(name="shop köln", controller="laden", base=str(tmp_path))
    Budget.beside(connection, FixedWindow(1, 60.0)).take().release()
    (folder,) = (tmp_path / ".crmsync" / "budgets").iterdir()
    assert folder.name.startswith("shop_k_ln-")
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert (tmp_path / ".crmsync" / ".gitignore").exists()


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError):
        Budget(AtOnce(1), folder=tmp_path / "file").take()


def test_what_a_window_needs_is_a_number_for_each_request() -> None:
    assert FixedWindow(9, 1.0).cells() == FIRST + 10
