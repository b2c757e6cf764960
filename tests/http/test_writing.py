"""What a backend says of a batch goes to the right intents, in every shape it says it in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.errors import (
    BackendError,
    CredentialsError,
    CrmsyncError,
    QuotaSpent,
    RateLimited,
    RecordError,
    Unreachable,
)
from crmsync.http.writing import (
    attempted,
    failed,
    halved,
    keyed,
    looked_up,
    named,
    of_another,
    ordered,
)
from crmsync.model.intent import Intent, Result, done, refused


def some(count: int) -> list[Intent]:
    return [Intent(id=f"i{number}", key=f"k{number}") for number in range(count)]


def read(intent: Intent, answer: Any) -> Result:
    if "error" in answer:
        return refused(intent, answer["error"])
    return done(intent, answer["id"], version=answer.get("v"))


def outcomes(results: Sequence[Result]) -> list[tuple[str, str]]:
    return [(one.id, one.outcome) for one in results]


def test_an_array_is_read_in_the_order_of_the_batch() -> None:
    results = ordered(some(3), [{"id": 7, "v": 2}, {"error": "no_such_tag"}, {"id": 9}], read)
    assert outcomes(results) == [("i0", "done"), ("i1", "refused"), ("i2", "done")]
    assert (results[0].external_id, results[0].version, results[2].version) == ("7", "2", "")


@pytest.mark.parametrize("answers", [[], [{"id": 1}], [{"id": 1}] * 4])
def test_an_array_of_another_length_says_nothing(answers: list[Any]) -> None:
    assert outcomes(ordered(some(3), answers, read)) == [(f"i{n}", "unknown") for n in range(3)]


def test_a_map_is_read_by_key() -> None:
    answers = {"k2": {"id": 2}, "k0": {"error": "gone"}, "k9": {"id": 9}}
    assert outcomes(keyed(some(3), answers, read)) == [
        ("i0", "refused"), ("i1", "unknown"), ("i2", "done")
    ]  # fmt: skip


def test_results_and_errors_apart_are_read_by_their_names() -> None:
    results = named(
        some(4),
        [{"for": "i0", "id": 1}, {"for": "i3", "id": 4}, {"id": 5}],
        [{"for": "i2", "error": "bad"}, {"for": "i3", "error": "both"}],
        name=lambda one: one.get("for"),
        read=read,
        refuse=read,
    )
    assert [one.outcome for one in results] == ["done", "unknown", "refused", "refused"]


@given(st.integers(0, 40).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n)))))
def test_a_batch_is_halved_until_what_is_wrong_stands_alone(shape: tuple[int, set[int]]) -> None:
    count, bad = shape
    wrong, taken, calls = {f"i{number}" for number in bad}, list[str](), 0

    def send(batch: Sequence[Intent]) -> Sequence[Result]:
        nonlocal calls
        calls += 1
        if any(one.id in wrong for one in batch):
            raise RecordError("is too long", field="city")
        taken.extend(one.id for one in batch)
        return [done(one, one.id) for one in batch]

    results = halved(some(count), send)
    assert [one.id for one in results] == [f"i{number}" for number in range(count)]
    assert {one.id for one in results if one.outcome == "refused"} == wrong & {
        f"i{number}" for number in range(count)
    }
    assert sorted(taken) == sorted(one.id for one in results if one.outcome == "done")
    assert len(set(taken)) == len(taken)
    assert calls <= 1 + 2 * len(bad) * (count.bit_length() + 1)


@pytest.mark.parametrize(
    "error", [Unreachable("away."), RateLimited("wait.", retry_after=3), QuotaSpent("spent."),
              CredentialsError("no.")]
)  # fmt: skip
def test_what_concerns_all_is_not_asked_again_in_halves(error: CrmsyncError) -> None:
    calls = []

    def send(batch: Sequence[Intent]) -> Sequence[Result]:
        calls.append(len(batch))
        if len(batch) == 8:
            raise BackendError("one is wrong.")
        if len(calls) == 3:
            raise error
        return [done(one, one.id) for one in batch]

    results = halved(some(8), send)
    assert calls == [8, 4, 4]
    assert [one.outcome for one in results] == ["done"] * 4 + ["again"] * 4


def test_after_a_pause_in_the_first_half_the_second_is_not_sent() -> None:
    calls = []

    def send(batch: Sequence[Intent]) -> Sequence[Result]:
        calls.append(len(batch))
        raise BackendError("no.") if len(batch) == 8 else RateLimited("wait.", retry_after=3)

    results = halved(some(8), send)
    assert calls == [8, 4]
    assert [one.retry_after for one in results] == [3] * 8


def test_what_may_have_been_done_is_unknown() -> None:
    lost = Unreachable("shop.example does not answer in time.")
    lost.maybe_done = True
    (intent,) = some(1)
    assert failed(intent, lost).outcome == "unknown"
    assert failed(intent, Unreachable("away.")).outcome == "again"
    assert failed(intent, RecordError("is too long", field="city")).field == "city"
    assert [one.outcome for one in halved(some(2), lambda _: raise_(lost))] == ["unknown"] * 2


def raise_(error: BaseException) -> Any:
    raise error


@pytest.mark.parametrize(
    ("there", "expected", "made"),
    [([], "done", ["make"]), ([5], "done", ["change 5"]), ([5, 6], "refused", [])],
)
def test_a_customer_is_looked_for_before_he_is_made(
    there: list[int], expected: str, made: list[str]
) -> None:
    (intent,) = some(1)
    did: list[str] = []

    def make(one: Intent) -> Result:
        did.append("make")
        return done(one, 1)

    def change(one: Intent, external_id: str) -> Result:
        did.append(f"change {external_id}")
        return done(one, external_id)

    result = looked_up(intent, lambda _: there, make, change)
    assert (result.outcome, did) == (expected, made)
    assert list(result.found) == ([] if expected == "done" else ["5", "6"])


def test_what_an_intent_alone_raises_is_its_result() -> None:
    def act(intent: Intent) -> Result:
        if intent.id == "i1":
            raise Unreachable("connection reset", maybe_done=True)
        return done(intent, "7")

    assert [attempted(intent, act).outcome for intent in some(2)] == ["done", "unknown"]
    with pytest.raises(ZeroDivisionError):
        attempted(some(1)[0], lambda _: 1 // 0)  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize(
    ("contact", "held"),
    [
        ("Eva@Laden.example ", ["eva@laden.example"]),
        ("030 / 90 18-20", ["0309018-20", None]),
        ("0049 30 901820", ["+49 30 901820"]),
        (None, ["eva@laden.example"]),
        ("", []),
    ],
)
def test_a_consent_for_what_is_held_is_of_no_other(contact: Any, held: list[Any]) -> None:
    assert not of_another(contact, held)


@pytest.mark.parametrize(
    ("contact", "held"),
    [
        ("eva@laden.example", []),
        ("eva@laden.example", ["eva.alt@laden.example"]),
        ("030 901821", ["030 901820", "eva@laden.example", None]),
    ],
)
def test_a_consent_for_what_is_not_held_is_of_another(contact: Any, held: list[Any]) -> None:
    assert of_another(contact, held)
