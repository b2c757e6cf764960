"""What stands inside a record is found, or the error names the field that is none of its kind."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from crmsync.errors import RecordError
from crmsync.mapping import amount_in, cost_in, inner, rows


def test_what_is_there_is_told_and_what_is_not_is_nothing() -> None:
    raw = {"address": {"city": "Köln"}, "lines": [{"sku": "A"}], "meta": [], "none": None}
    assert inner(raw, "address") == {"city": "Köln"}
    assert inner(raw, "meta") == inner(raw, "none") == inner(raw, "absent") == {}
    assert list(rows(raw, "lines")) == [{"sku": "A"}]
    assert not rows(raw, "none")
    assert not rows(raw, "absent")


@pytest.mark.parametrize("told", ["Köln", 7, ["Köln"], True])
def test_what_is_no_object_names_its_field(told: Any) -> None:
    with pytest.raises(RecordError) as wrong:
        inner({"address": told}, "address")
    assert wrong.value.field == "address"


@pytest.mark.parametrize("told", ["A", 7, {"sku": "A"}, ["A"], [{"sku": "A"}, None]])
def test_what_is_no_list_of_objects_names_its_field(told: Any) -> None:
    with pytest.raises(RecordError) as wrong:
        rows({"lines": told}, "lines")
    assert wrong.value.field == "lines"


@pytest.mark.parametrize(
    ("told", "amount"),
    [("19.90", "19.90"), (19.9, "19.9"), (0.1, "0.1"), (3, "3"), (None, "0"), ("", "0"), (0, "0")],
)
def test_an_amount_is_the_decimal_that_was_meant(told: Any, amount: str) -> None:
    assert amount_in({"total": told}, "total") == Decimal(amount)


@pytest.mark.parametrize(
    "told", ["19,90", "viel", [19.9], True, "NaN", "Infinity", float("nan"), float("-inf")]
)
def test_what_is_no_amount_names_its_field(told: Any) -> None:
    with pytest.raises(RecordError) as wrong:
        amount_in({"total": told}, "total")
    assert wrong.value.field == "total"


@pytest.mark.parametrize(
    ("told", "cost"),
    [("12.3456", "12.3456"), (7.1, "7.1"), (0, None), ("0.00", None), (False, None), (None, None),
     (-3.5, None)],
)  # fmt: skip
def test_a_cost_of_nothing_is_one_that_nobody_knows(told: Any, cost: str | None) -> None:
    assert cost_in({"cost": told}, "cost") == (None if cost is None else Decimal(cost))
    assert cost_in({}, "cost") is None


def test_what_is_no_cost_names_its_field() -> None:
    with pytest.raises(RecordError) as wrong:
        cost_in({"standard_price": "teuer"}, "standard_price")
    assert wrong.value.field == "standard_price"
