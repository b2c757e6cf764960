"""Value of a whole retailer: kept in the store, made of what the habits are made of."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from crmsync.cli.main import run
from crmsync.demo.run import run_demo
from crmsync.engine import valuing
from crmsync.engine.project import open_project
from crmsync.engine.sync import sync
from crmsync.model.value import ClassValue, CustomerValue
from crmsync.profile.habits import load_habits
from crmsync.profile.value.classes import usual
from crmsync.profile.value.read import load_classes, load_uneven, load_values
from crmsync.store import tables as t
from crmsync.store.customers import alive

DAY = "2026-11-21"
PLACE = ("EUR", "A")


@pytest.fixture(scope="module")
def retailer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("value") / "shop"
    return run_demo(folder, people=500, seed=6, as_of=DAY).folder


@pytest.fixture
def shop(retailer: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(retailer, tmp_path / "shop"))


def weigh(folder: Path, day: str = DAY) -> dict[str, CustomerValue]:
    with open_project(folder) as project:
        valuing.value(project, day)
        with project.store.read() as work:
            return load_values(work, alive(work))


def told(folder: Path, setting: str, value: str) -> None:
    """Set something in the table [value]."""
    config = folder / "crmsync.toml"
    lines = config.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(f"{setting} =")]
    place = kept.index("[value]") + 1
    config.write_text("\n".join([*kept[:place], value, *kept[place:]]), encoding="utf-8")


def test_everybody_with_a_class_has_a_value_made_of_the_same_goods(shop: Path) -> None:
    found = weigh(shop)
    with open_project(shop) as project, project.store.read() as work:
        habits = load_habits(work, alive(work))
        classes = load_classes(work, "beispiel")
    assert set(found) == {name for name, one in habits.items() if one.abc is not None}
    for name, one in found.items():
        known = habits[name]
        assert (one.currency, one.abc) == (known.currency, known.abc)
        if known.first_order_on is not None and known.first_order_on > "2025-11-22":
            assert (one.revenue_net, one.returned_lines) == (
                known.revenue_net, known.returned_lines)  # fmt: skip
        assert one.contribution == (one.margin or 0) - one.handling
        assert one.cost_to_serve == one.discount + one.handling
    assert sum(one.n for one in classes.values()) == len(found)
    mine = [one for one in found.values() if (one.currency, one.abc) == PLACE]
    whole = classes[PLACE]
    assert whole.revenue_net == sum(one.revenue_net for one in mine)
    assert whole.contribution == sum(one.contribution or 0 for one in mine)
    assert whole.returned_lines > 0 < whole.deliveries
    assert any(0 < one.costed < 1000 for one in mine)
    assert any(one.privileges for one in mine)
    assert sum(whole.privileges.values()) == sum(len(one.privileges) for one in mine)


def test_portions_change_nothing_and_a_second_run_writes_the_same(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = weigh(shop)
    monkeypatch.setattr(valuing, "PORTION", 77)
    assert weigh(shop) == whole


def test_costs_that_nobody_tells_are_unknown_unless_assumed(shop: Path) -> None:
    assumed = weigh(shop)
    told(shop, "margin_percent", "")
    found = weigh(shop)
    unknown = {name for name, one in found.items() if one.margin is None}
    assert unknown
    assert all(found[name].costed < 900 and found[name].contribution is None for name in unknown)
    assert all(assumed[name].margin is not None for name in unknown)
    for name in set(found) - unknown:
        if found[name].costed == 1000:
            assert found[name].margin == assumed[name].margin
    with open_project(shop) as project, project.store.read() as work:
        assert load_classes(work, "beispiel")[PLACE].margin is None
    assert {one.brought for one in found.values() if one.abc == "A"} == {"revenue_net"}


def test_a_prediction_is_shown_beside_it_while_it_is_fresh(shop: Path) -> None:
    rows = []
    with open_project(shop) as project:
        with project.store.read() as work:
            fresh, old, ahead = sorted(load_habits(work, alive(work)))[:3]
        for name, day in ((fresh, "2026-10-21"), (old, "2026-10-20"), (ahead, "2026-11-22")):
            rows.append((name, "beispiel", day, 4711, "{}"))
        with project.store.work() as work:
            work.upsert(t.forecast, rows)
    found = weigh(shop)
    assert [found[name].predicted_365 for name in (fresh, old, ahead)] == [4711, None, None]
    with open_project(shop) as project, project.store.read() as work:
        classes = load_classes(work, "beispiel")
    told = [one.predicted_365 for one in classes.values() if one.predicted_365 is not None]
    assert told == [4711]


def test_who_loses_his_habits_loses_his_value_and_denied_goods_leave_it(shop: Path) -> None:
    gone = sorted(weigh(shop))[0]
    with open_project(shop) as project:
        with project.store.work() as work:
            sources = [row.source_id for row in work.all(
                t.link.select().where(t.link.c.customer_id == gone))]  # fmt: skip
            for table in (t.orders, t.delivery, t.interaction):
                work.delete(table.c.source_id, sources)
            work.log_customers("due", [gone])
        sync(project, as_of=DAY, read=False)
        with project.store.read() as work:
            left = load_values(work, alive(work))
    assert left
    assert gone not in left
    config = shop / "crmsync.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("deny_categories = [", 'deny_categories = ["Wein"'), "utf-8")
    with open_project(shop) as project:
        sync(project, as_of=DAY, read=False)
        with project.store.read() as work:
            assert load_values(work, alive(work)) == {}
            assert load_classes(work, "beispiel") == {}
    without = weigh(shop)
    assert sum(one.revenue_net for one in without.values()) < sum(
        one.revenue_net for one in left.values()
    )


def test_the_commands_show_both_sides(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["-p", str(shop)]
    assert run([*at, "value", "--show"]) == 0
    assert "none" in capsys.readouterr().out
    assert run([*at, "value", "--as-of", DAY]) == 0
    assert "Value of beispiel, 365 days until 2026-11-21" in capsys.readouterr().out
    assert run([*at, "value", "--show", "--json"]) == 0
    classes = json.loads(capsys.readouterr().out)["beispiel"]
    assert [one["abc"] for one in classes] == ["A", "B", "C"]
    with open_project(shop) as project, project.store.read() as work:
        values = load_values(work, alive(work))
        uneven = load_uneven(work, "beispiel")
    assert {one.verdict for one in uneven.values()} <= {"more", "less"}
    name = next(name for name in sorted(values) if values[name].privileges)
    assert run([*at, "value", name, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["contribution"] == values[name].contribution
    assert any(one["his"] for one in shown["usual"])
    assert run([*at, "value", name]) == 0
    out = capsys.readouterr().out
    assert "treated" in out
    assert values[name].privileges[0] in out
    assert run([*at, "value", "--uneven", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) <= set(uneven)


def test_a_customer_without_a_value_is_told_what_to_do(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_project(shop) as project, project.store.read() as work:
        name = alive(work)[0]
    assert run(["-p", str(shop), "value", name]) == 2
    assert "`crmsync value` works it out" in capsys.readouterr().err
    assert run(["-p", str(shop), "value", name, "--as-of", DAY]) == 2
    assert "--as-of goes with" in capsys.readouterr().err


def test_what_serving_costs_must_be_an_amount(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told(shop, "return_cost", "return_cost = -1")
    assert run(["-p", str(shop), "value"]) == 2
    assert "value.return_cost" in capsys.readouterr().err


def test_usual_privileges_are_his_own_and_those_of_a_quarter_of_the_class() -> None:
    privileges = {"Kauf auf Rechnung": 10, "Parkplatz": 2, "Vorabinfo": 9}
    others = ClassValue(DAY, 40, *[0] * 12, privileges=privileges)
    assert usual(("PARKPLATZ",), others) == [
        ("Kauf auf Rechnung", 10, False),
        ("Parkplatz", 2, True),
    ]
