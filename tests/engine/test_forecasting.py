"""Predictions of a whole retailer: kept in the store, made of what the habits are made of."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import orjson
import pytest

from crmsync.cli.main import run
from crmsync.demo.run import run_demo
from crmsync.engine import forecasting
from crmsync.engine.project import open_project
from crmsync.engine.sync import sync
from crmsync.model.prediction import Prediction
from crmsync.profile.habits import load_habits
from crmsync.profile.predicting import Bought, _add, bought
from crmsync.profile.predictions import load_predictions, seen_on
from crmsync.store import tables as t
from crmsync.store.customers import alive
from crmsync.store.facts import read_facts

DAY = "2026-11-21"


@pytest.fixture(scope="module")
def retailer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample retailer, large enough for the gate."""
    folder = tmp_path_factory.mktemp("forecast") / "shop"
    return run_demo(folder, people=800, seed=6, as_of=DAY).folder


@pytest.fixture
def shop(retailer: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(retailer, tmp_path / "shop"))


def predicted(folder: Path) -> dict[str, Prediction]:
    with open_project(folder) as project, project.store.read() as work:
        return load_predictions(work, alive(work))


def forecast(folder: Path, day: str = DAY) -> None:
    with open_project(folder) as project:
        forecasting.forecast(project, day)


def test_everybody_who_bought_has_a_prediction_that_can_be(shop: Path) -> None:
    forecast(shop)
    with open_project(shop) as project, project.store.read() as work:
        habits = load_habits(work, alive(work))
    buyers = {name for name, one in habits.items() if one.orders}
    found = predicted(shop)
    assert set(found) == buyers
    for name, one in found.items():
        assert 0 <= one.chance_90 <= one.chance_365 <= 1
        assert 0 <= one.orders_90 <= one.orders_365
        assert 0 <= one.value_90 <= one.value_365
        assert one.chance_90 <= one.orders_90 + 1e-9
        assert one.next_on is None or one.next_on > DAY
        assert one.overdue_since is None or one.overdue_since <= DAY
        assert one.currency == habits[name].currency
        assert (one.as_of, one.trained_to, one.reasons) == (DAY, DAY, ())
        assert one.n == len(buyers)


def test_purchases_are_those_of_the_habits_and_net_of_what_came_back(shop: Path) -> None:
    with open_project(shop) as project, project.store.read() as work:
        names = alive(work)
        habits = load_habits(work, names)
        told = bought(read_facts(work, names), as_of=DAY, deny=())
    for columns in told.values():
        days = [0] * len(columns.who)
        money = [0] * len(columns.who)
        for customer, worth in zip(columns.customer, columns.money, strict=True):
            days[customer] += 1
            money[customer] += worth
        for place, name in enumerate(columns.who):
            known = habits[name]
            assert days[place] == known.purchase_days
            if known.revenue_net >= 0:
                assert abs(money[place] - known.revenue_net) <= days[place]


def test_those_who_come_often_are_expected_more(shop: Path) -> None:
    forecast(shop)
    with open_project(shop) as project, project.store.read() as work:
        habits = load_habits(work, alive(work))
    found = predicted(shop)
    recent = [
        (habits[name].purchase_days, one.orders_365) for name, one in found.items()
        if str(habits[name].last_order_on) >= "2026-10-15"
    ]  # fmt: skip
    often = [orders for days, orders in recent if days >= 8]
    seldom = [orders for days, orders in recent if days <= 2]
    assert sum(often) / len(often) > 2 * sum(seldom) / len(seldom)


def test_portions_change_nothing_and_a_second_run_writes_the_same(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forecast(shop)
    whole = predicted(shop)
    monkeypatch.setattr(forecasting, "PORTION", 90)
    forecast(shop)
    assert predicted(shop) == whole


def test_who_loses_his_habits_loses_his_prediction(shop: Path) -> None:
    forecast(shop)
    gone = sorted(predicted(shop))[0]
    with open_project(shop) as project:
        with project.store.work() as work:
            sources = [row.source_id for row in work.all(
                t.link.select().where(t.link.c.customer_id == gone))]  # fmt: skip
            for table in (t.orders, t.delivery, t.interaction):
                work.delete(table.c.source_id, sources)
            work.log_customers("due", [gone])
        sync(project, as_of=DAY, read=False)
    assert gone not in predicted(shop)


def test_what_is_denied_later_leaves_the_predictions_with_the_next_sync(shop: Path) -> None:
    forecast(shop)
    assert predicted(shop)
    config = shop / "crmsync.toml"
    told = config.read_text(encoding="utf-8")
    head = "deny_categories = ["
    assert head in told
    config.write_text(told.replace(head, f'{head}"Wein", ', 1), encoding="utf-8")
    with open_project(shop) as project:
        sync(project, as_of=DAY, read=False)
    assert predicted(shop) == {}


def test_a_day_that_is_past_is_never_the_next_one(shop: Path) -> None:
    forecast(shop, "2026-05-01")
    found = predicted(shop)
    expected = next(one for one in found.values() if one.next_on is not None)
    day = str(expected.next_on)
    assert seen_on(expected, day, "2026-04-01") == expected
    late = seen_on(expected, "2027-11-21", "2026-04-01")
    assert (late.next_on, late.overdue_since) == (None, expected.overdue_since or day)
    since = seen_on(expected, "2026-11-21", "2026-05-02")
    assert (since.next_on, since.overdue_since) == (None, None)
    assert "has bought since" in since.reasons[-1]


def test_a_day_that_cost_money_takes_nothing_from_the_sum() -> None:
    columns = Bought()
    _add(columns, "c1", [(1, 1000), (2, -200), (3, 600)], back=400)
    assert columns.money == [625, 0, 375]


def test_too_few_customers_get_a_plain_rate_that_says_so(tmp_path: Path) -> None:
    folder = run_demo(tmp_path / "small", people=120, seed=2, as_of=DAY).folder
    forecast(folder)
    found = predicted(folder)
    assert found
    assert {one.model for one in found.values()} == {"rate"}
    assert all("are needed" in " ".join(one.reasons) for one in found.values())


def test_the_commands_say_what_it_rests_on(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["-p", str(shop)]
    assert run([*at, "forecast", "--show"]) == 0
    assert "nothing has been predicted yet" in capsys.readouterr().out
    assert run([*at, "forecast", "--as-of", DAY]) == 0
    assert "Judged by the last" in capsys.readouterr().out
    assert run([*at, "forecast", "--show", "--json"]) == 0
    basis = json.loads(capsys.readouterr().out)["beispiel"]["EUR"]
    assert basis["trained_to"] == DAY
    assert basis["parameters"]
    name, one = next(iter(sorted(predicted(shop).items())))
    assert run([*at, "habits", name, "--json"]) == 0
    told = orjson.loads(capsys.readouterr().out)["prediction"]
    assert told["value_365"] == one.value_365
    assert run([*at, "habits", name]) == 0
    assert one.model in capsys.readouterr().out
    assert date.fromisoformat(told["trained_from"]) < date.fromisoformat(DAY)


def test_a_look_does_not_need_scipy(shop: Path) -> None:
    import subprocess
    import sys

    forecast(shop)
    name = sorted(predicted(shop))[0]
    code = (
        "import sys; from crmsync.cli.main import run; "
        f"assert 0 == run(['-p', {str(shop)!r}, 'habits', {name!r}]); "
        "assert 'scipy' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
