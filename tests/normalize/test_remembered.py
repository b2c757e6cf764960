"""What is remembered is bounded in bytes, however long the texts are."""

from __future__ import annotations

import pytest

from crmsync.normalize.fold import fold
from crmsync.normalize.remembered import ENOUGH, LONG, remembered, weigh


def test_the_last_answers_are_remembered_and_no_more() -> None:
    asked = []

    @remembered(2)
    def twice(text: str) -> str:
        asked.append(text)
        return text * 2

    assert [twice(one) for one in "aabcca"] == [one * 2 for one in "aabcca"]
    assert asked == ["a", "b", "c", "a"]


def test_what_is_equal_but_of_another_type_is_apart_where_it_matters() -> None:
    @remembered(10, typed=True)
    def kind(value: object) -> str:
        return type(value).__name__

    assert [kind(1), kind(True), kind(1.0)] == ["int", "bool", "float"]


@pytest.mark.parametrize("long", [b"x" * (LONG + 1), "x" * (LONG + 1)])
def test_after_enough_long_records_everything_is_forgotten(long: bytes | str) -> None:
    asked = []

    @remembered(10)
    def known(text: str) -> str:
        asked.append(text)
        return text

    known("Müller")
    weigh([b"short" * 100] * 100_000)
    weigh([None, {"a": 1}])
    known("Müller")
    assert asked == ["Müller"]
    weigh([long] * (ENOUGH // LONG))
    weigh([long])
    known("Müller")
    assert asked == ["Müller"] * 2
    assert fold("Müller") == "mueller"
