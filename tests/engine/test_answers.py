"""What one record may tell: one customer, one order, and nothing twice under one name."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from crmsync.engine.answers import _sorted
from crmsync.engine.calls import Refusal
from crmsync.model.told import Told, ToldCustomer, ToldDelivery, ToldOrder

ORDER = ToldOrder(placed_at="2026-11-21")
GUEST = ToldOrder(placed_at="2026-11-21", guest=ToldCustomer(family_name="Weiß"))


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ((ToldCustomer(), ToldCustomer()), "two customers"),
        ((ToldCustomer(), GUEST), "two customers"),
        ((ORDER, ORDER), "two orders"),
        ((ORDER, ToldDelivery(), ToldDelivery()), "the part 'delivery'"),
    ],
)
def test_a_record_that_tells_a_thing_twice_is_refused(told: Sequence[Told], reason: str) -> None:
    refusals: dict[int, Refusal] = {}
    answers = _sorted({7: told, 8: [ORDER, ToldDelivery(), ToldDelivery(part="second")]}, refusals)
    assert answers.ids == [8]
    assert reason in refusals[7].reason


def test_what_records_tell_is_taken_in_halves() -> None:
    told = {n: [ToldOrder(placed_at=f"2026-11-{n}"), ToldDelivery()] for n in range(10, 15)}
    first, second = _sorted(told, {}).halves()
    assert (first.ids, second.ids) == ([10, 11], [12, 13, 14])
    assert first.groups[0].columns.cells == {"placed_at": ["2026-11-10", "2026-11-11"]}
    assert [number for number, _ in second.others] == [12, 13, 14]
