"""A client keeps to its budget: it learns from answers, and gives back what it held."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import httpx
import pytest

from crmsync.errors import BackendError, CrmsyncError, QuotaSpent
from crmsync.http import (
    AtOnce,
    Budget,
    Client,
    DailyQuota,
    FixedWindow,
    LeakyBucket,
    Response,
    Session,
    Standing,
)
from tests.http.clocks import START, Turned
from tests.http.server import Answers, Seen, Told, serving, told


@contextmanager
def budgeted(answers: Answers, budget: Budget, clock: Turned, **more: Any) -> Iterator[Client]:
    with serving(answers) as url:
        client = Client(url, budget=budget, sleep=clock.sleep, **more)
        yield client
        client.close()


def made(clock: Turned, *limits: Any, **more: Any) -> Budget:
    return Budget(*limits, clock=clock, sleep=clock.sleep, **more)


def test_requests_keep_to_the_window() -> None:
    clock, moments = Turned(), list[float]()

    def answers(seen: Seen) -> Told:
        moments.append(clock.now - START)
        return told(1)

    with budgeted(answers, made(clock, FixedWindow(2, 10.0, margin=0.0)), clock) as client:
        for _ in range(5):
            client.get("/")
    assert moments == pytest.approx([0, 0, 10, 10, 20])


def test_a_pause_holds_for_every_client_of_the_account() -> None:
    clock = Turned()
    budget = made(clock, FixedWindow(100, 1.0))
    script = [told({}, 429, Retry_After="30"), told(1)]
    with budgeted(lambda seen: script.pop(0), budget, clock, attempts=1) as client:
        with pytest.raises(CrmsyncError):
            client.get("/")
        assert client.get("/").data == 1
    assert clock.now - START == pytest.approx(30)


def _throttle(answer: Response) -> Standing:
    status = answer.json()["throttleStatus"]
    return Standing(
        available=status["currentlyAvailable"],
        size=status["maximumAvailable"],
        restore=status["restoreRate"],
    )


def test_points_are_those_that_the_answer_tells() -> None:
    clock = Turned()
    status = {"maximumAvailable": 2000, "currentlyAvailable": 100, "restoreRate": 100}
    budget = made(clock, LeakyBucket(1000, 50), reads=_throttle, share=0.0)
    with budgeted(lambda seen: told({"throttleStatus": status}), budget, clock) as client:
        client.post("/graphql", json={}, cost=900)
        client.post("/graphql", json={}, cost=600)
    assert clock.now - START == pytest.approx(5.0)


def test_a_quota_that_the_backend_counts_ends_the_run() -> None:
    def usage(answer: Response) -> Standing:
        used, _, count = answer.headers["sforce-limit-info"].partition("=")[2].partition("/")
        return Standing(used=float(used), count=float(count))

    clock = Turned()
    budget = made(clock, DailyQuota(100_000), reads=usage)
    answer = told(1, Sforce_Limit_Info="api-usage=12000/15000")
    with budgeted(lambda seen: answer, budget, clock) as client:
        client.get("/")
        with pytest.raises(QuotaSpent):
            client.get("/")
        budget.take("GET /", priority="till").release()


@pytest.mark.parametrize("answer", [Told(500), Told(cut=0), Told(404), told({})])
def test_a_place_is_given_back_however_a_request_ends(answer: Told) -> None:
    clock = Turned()
    budget = made(clock, AtOnce(1), patience=0.0)
    with budgeted(lambda seen: answer, budget, clock, attempts=1) as client:
        for _ in range(3):
            with suppress(BackendError):
                client.get("/")
    budget.take().release()


def test_a_stream_keeps_its_place_until_it_is_over() -> None:
    clock = Turned()
    budget = made(clock, AtOnce(1), patience=0.0)
    with budgeted(lambda seen: Told(200, b"1\n2\n", {}), budget, clock) as client:
        with client.stream("GET", "/result") as answer:
            with pytest.raises(CrmsyncError, match="budget"):
                client.get("/")
            assert len(list(answer.lines())) == 2
        budget.take().release()
        lines = client.lines("/result")
        next(lines)
        lines.close()  # type: ignore[attr-defined]
        budget.take().release()


def test_a_request_that_was_repeated_after_a_login_counts_twice() -> None:
    sessions = iter(["old", "new"])

    def answers(seen: Seen) -> Told:
        if seen.path == "/login":
            return told(next(sessions))
        return told(1, 200 if seen.headers["x-session"] == "new" else 401)

    clock = Turned()
    budget = made(clock, FixedWindow(3, 60.0), patience=0.0)
    with serving(answers) as url:
        auth = Session(
            login=lambda: httpx.Request("POST", f"{url}/login"),
            enter=lambda answer: {"X-Session": answer.json()},
            ended=lambda answer: answer.status_code == 401,
        )
        client = Client(url, auth=auth, budget=budget, attempts=1)
        client.get("/")
        client.get("/")
        with pytest.raises(CrmsyncError, match="budget"):
            client.get("/")
        client.close()


def test_a_till_is_not_kept_waiting_longer_than_its_patience() -> None:
    clock = Turned()
    budget = made(clock, FixedWindow(1, 60.0))
    with budgeted(lambda seen: told(1), budget, clock, priority="till", patience=2.0) as client:
        client.get("/")
        with pytest.raises(CrmsyncError, match="budget"):
            client.get("/")
    assert clock.now == START
