"""Whatever happened on the way, the store is as one made from what the backends hold now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.properties.house import CONNECTIONS
from tests.properties.machine import AnyHistory, crashing

KARL: dict[str, Any] = {
    "given": "Karl", "family": "Huber", "born": "1951-03-04", "junior": True,
    "email": "a@beispiel.example", "greeting": "granted",
}  # fmt: skip
LINES = [("TEE", "19.90"), ("KAFFEE", "5.00")]
SMALL = settings(
    max_examples=20, stateful_step_count=16, deadline=None, derandomize=True, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
"""The same histories every time; `python -m bench.properties` looks for others."""


def test_any_history_ends_like_a_first_run() -> None:
    run_state_machine_as_test(AnyHistory, settings=SMALL)


@pytest.fixture
def history() -> Iterator[AnyHistory]:
    """One customer; at the end the store is compared with one made from nothing."""
    told = AnyHistory()
    told.begin(("snapshot", "log"), KARL)
    yield told
    told.teardown()


def test_an_order_that_goes_to_another_customer_leaves_the_first(history: AnyHistory) -> None:
    history.person("shop", "2", {**KARL, "given": "Anna"})
    history.sale("shop", "1", "1", LINES, 30)
    history.run_all()
    history.sale("shop", "1", "2", LINES, 30)
    history.run_all()
    history.sale("shop", "1", None, LINES, 30)


def test_what_is_given_back_follows_its_order(history: AnyHistory) -> None:
    history.person("shop", "2", {**KARL, "given": "Anna"})
    history.sale("shop", "1", "1", LINES, 30)
    history.giving_back("shop", "1", "1", "5.00")
    history.run_all()
    history.sale("shop", "1", "2", LINES, 30)


def test_a_product_that_comes_later_names_what_was_bought(history: AnyHistory) -> None:
    for number in "123456":
        history.sale("shop", number, "1", LINES, 30 * int(number))
    history.run_all()
    history.product("shop", "TEE", "A")
    history.run_all()
    history.product("shop", "TEE", "B")


@pytest.mark.parametrize("where", CONNECTIONS)
def test_a_merge_is_kept_whatever_the_records_say_later(history: AnyHistory, where: str) -> None:
    history.person(where, "1", KARL)
    history.person(where, "2", {**KARL, "given": "Anna", "born": "1979-09-12"})
    history.run_all()
    history.house[where].merge("2", "1")
    history.run_all()
    history.person(where, "2", {**KARL, "given": "Berta", "email": ""})
    with crashing(6, after=True):
        history.run_all()
    assert len(history.look(history.path)["customers"]) == 1 + (where == "kasse")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("commits", range(0, 30, 3))
def test_a_run_that_dies_at_a_commit_is_made_good(
    history: AnyHistory, commits: int, after: bool
) -> None:
    history.sale("shop", "1", "1", LINES, 30)
    history.run_all()
    history.sale("shop", "1", "2", LINES, 30)
    history.person("kasse", "1", KARL)
    history.giving_back("shop", "1", "1", "5.00")
    history.house["shop"].version = "2"
    history.crash(2, commits, after)


def test_who_was_merged_away_is_mapped_again_with_the_others(history: AnyHistory) -> None:
    history.person("shop", "2", {**KARL, "junior": False})
    history.run_all()
    history.house["shop"].merge("1", "2")
    history.run_all()
    history.new_mapper("shop", "2")
