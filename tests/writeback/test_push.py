"""Each intent gets one result; no more calls at once than declared; no record twice at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmsync.errors import (
    CredentialsError,
    CrmsyncError,
    QuotaSpent,
    RateLimited,
    RecordError,
    Unreachable,
)
from crmsync.model.intent import Intent, Result
from crmsync.model.stream import Capabilities, Change
from crmsync.writeback import push


class Backend:
    """Remembers what was written, by whom at the same time, and does what it is told."""

    def __init__(self, then: Callable[[Sequence[Intent]], Sequence[Result]] | None = None) -> None:
        self.calls: list[list[str]] = []
        self.at_once = self.most = 0
        self.busy: set[str | None] = set()
        self.wrote: list[Intent] = []
        self._then, self._lock = then or all_done, threading.Lock()

    def write(self, intents: Sequence[Intent]) -> Sequence[Result]:
        names = [one.external_id or one.key for one in intents]
        with self._lock:
            assert not self.busy & set(names), "a record is changed twice at once"
            assert len(set(names)) == len(names)
            self.busy |= set(names)
            self.calls.append([one.id for one in intents])
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        try:
            found = self._then(intents)
            with self._lock:
                self.wrote += intents
            return found
        finally:
            with self._lock:
                self.at_once -= 1
                self.busy -= set(names)


def all_done(intents: Sequence[Intent]) -> Sequence[Result]:
    return [Result(id=one.id, outcome="done") for one in intents]


def intents(*records: str | None) -> list[Intent]:
    return [
        Intent(id=f"i{number}", key=f"k{number}", external_id=record)
        for number, record in enumerate(records)
    ]


def outcomes(backend: Backend, told: list[Intent], **more: int) -> dict[str, str]:
    generated = (one for one in told)
    results = list(push(backend, Capabilities(writes=("save",), **more), generated))
    assert len(results) == len(told) == len({one.id for one in results})
    return {one.id: one.outcome for one in results}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from("abcdefgh"), max_size=60), st.integers(1, 7), st.integers(1, 5))
def test_every_intent_is_written_once_and_in_the_order_of_its_record(
    records: list[str], batch: int, at_once: int
) -> None:
    backend, told = Backend(), intents(*records)
    assert set(outcomes(backend, told, batch=batch, at_once=at_once).values()) <= {"done"}
    assert backend.most <= at_once
    assert all(len(call) <= batch for call in backend.calls)
    assert sorted(one.id for one in backend.wrote) == sorted(one.id for one in told)
    for record in set(records):
        of_it = [int(one.id[1:]) for one in backend.wrote if one.external_id == record]
        assert all(one < other for one, other in pairwise(of_it))


def test_as_many_calls_at_once_as_declared_and_no_more() -> None:
    meeting = threading.Barrier(4, timeout=20)

    def meet(some: Sequence[Intent]) -> Sequence[Result]:
        meeting.wait()  # passes only when four are here together
        return all_done(some)

    backend = Backend(meet)
    outcomes(backend, intents(*map(str, range(16))), batch=2, at_once=4)
    assert backend.most == 4


def test_two_creations_of_one_customer_are_one_after_the_other() -> None:
    backend = Backend()
    told = [Intent(id="a", key="same"), Intent(id="b", key="same"), Intent(id="c", key="other")]
    outcomes(backend, told, batch=10, at_once=3)
    assert [sorted(call) for call in backend.calls] == [["a", "c"], ["b"]]


@pytest.mark.parametrize("error", [CredentialsError("no."), QuotaSpent("spent.")])
def test_what_concerns_everybody_ends_the_sending(error: CrmsyncError) -> None:
    def fail(some: Sequence[Intent]) -> Sequence[Result]:
        raise error

    backend = Backend(fail)
    found = outcomes(backend, intents(*map(str, range(50))), batch=5)
    assert set(found.values()) == {"again"}
    assert len(backend.calls) == 1


def test_a_pause_concerns_its_batch_alone() -> None:
    def pause(some: Sequence[Intent]) -> Sequence[Result]:
        if some[0].id == "i0":
            raise RateLimited("wait.", retry_after=7)
        return all_done(some)

    told = intents("a", "b", "c")
    results = list(push(Backend(pause), Capabilities(batch=2), told))
    assert [(one.outcome, one.retry_after) for one in results] == [
        ("again", 7), ("again", 7), ("done", None)
    ]  # fmt: skip


def lost() -> CrmsyncError:
    error = Unreachable("no answer in time.")
    error.maybe_done = True
    return error


@pytest.mark.parametrize("raised", [RecordError("bad"), KeyError("x"), SystemExit(3), lost()])
def test_a_connector_that_breaks_leaves_its_batch_unknown(raised: BaseException) -> None:
    def fail(some: Sequence[Intent]) -> Sequence[Result]:
        if some[0].id == "i0":
            raise raised
        return all_done(some)

    found = outcomes(Backend(fail), intents("a", "b", "c"), batch=2)
    assert found == {"i0": "unknown", "i1": "unknown", "i2": "done"}


def test_results_that_are_missing_are_unknown_and_strange_ones_count_for_nothing() -> None:
    def half(some: Sequence[Intent]) -> Sequence[Result]:
        return [Result(id="nobody", outcome="done"), Result(id=some[-1].id, outcome="refused")]

    assert outcomes(Backend(half), intents("a", "b"), batch=2) == {"i0": "unknown", "i1": "refused"}


@pytest.mark.parametrize("change", ["erase", "audience"])
@pytest.mark.parametrize("name", [None, ""])
def test_what_names_nobody_reaches_no_backend(change: Change, name: str | None) -> None:
    backend = Backend()
    said = [Intent(id="niemand", key="k", change=change, external_id=name), *intents("7")]
    found = {one.id: one.outcome for one in push(backend, Capabilities(batch=5), said)}
    assert found.pop("niemand") == "refused"
    assert list(found.values()) == ["done"]
    assert [one.external_id for one in backend.wrote] == ["7"]
