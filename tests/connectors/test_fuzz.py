"""A few hundred spoilt files a reader, always the same; `python -m bench.fuzz` takes many more."""

from __future__ import annotations

import random

import pytest

from bench import fuzz, mutate, rubbish

CASES = {"csv": 400, "jsonl": 400, "json": 400, "parquet": 300, "excel": 60, "http": 100}


@pytest.mark.parametrize("reader", fuzz.READERS)
def test_rubbish_raises_nothing_but_our_own_errors(reader: str) -> None:
    outcome = fuzz.fuzz(reader, seed=7, cases=CASES[reader])
    assert dict(outcome.bad) == {}
    assert outcome.cases == CASES[reader]
    assert outcome.memory


def test_what_goes_wrong_in_the_process_is_found() -> None:
    """A reader that there is not: the process dies at each case, and each is told of."""
    outcome = fuzz.fuzz("none", cases=2)
    assert outcome.cases == 2
    assert [what.split(":")[0] for what in outcome.bad] == ["dies with 1"]
    assert not outcome.good()


def test_a_hang_is_found() -> None:
    outcome = fuzz.fuzz("csv", cases=1, patience=0.0)
    assert dict(outcome.bad) == {"hangs": 1}


def test_growth_of_memory_is_found() -> None:
    assert fuzz.Outcome("csv", memory=[100.0] * 20).good()
    assert not fuzz.Outcome("csv", memory=[100.0 + 10 * n for n in range(20)]).good()


@pytest.mark.parametrize("reader", sorted(rubbish.MAKE))
def test_the_same_number_is_the_same_rubbish(reader: str) -> None:
    good = rubbish.goods(reader, 1, many=2)
    one, other = (rubbish.rubbish(reader, good, random.Random(5)) for _ in range(2))
    assert one == other
    assert one != rubbish.rubbish(reader, good, random.Random(6))


def test_every_mutation_takes_every_file() -> None:
    for mutation in dict.fromkeys(mutate.MUTATIONS):
        for data in (b"", b"x", b'[{"Nr": 1}]'):
            assert isinstance(mutation(data, random.Random(1)), bytes)
