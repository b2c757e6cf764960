"""The whole demo, small: three systems in, one customer base out, and what it tells at the end."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from crmsync.cli.main import run as run_cli
from crmsync.demo.findings import Findings
from crmsync.demo.render import render
from crmsync.demo.run import run_demo
from crmsync.demo.sample import point_to
from crmsync.demo.shop import Shop, load, opened
from crmsync.engine.project import open_project
from crmsync.engine.sync import sync
from crmsync.errors import ConfigError

DAY = "2025-03-31"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    return run_demo(tmp_path_factory.mktemp("demo") / "shop", people=200, seed=5, as_of=DAY)


def test_nobody_is_merged_wrongly_and_most_are_whole(found: Findings) -> None:
    assert found.check.wrong == 0
    assert found.check.whole / found.check.people > 0.85
    assert found.check.customers < found.check.records
    assert (found.parked, found.exit_code) == (0, 0)


def test_the_records_are_those_of_the_systems(found: Findings) -> None:
    assert sum(system.customers for system in found.systems) == found.check.records
    assert [system.name for system in found.systems] == ["crm", "erp", "shop"]


def test_the_doctor_is_one_customer_and_it_is_said_why(found: Findings) -> None:
    doctor = found.unified[0]
    assert doctor.name == "Dr. Annegret Mühlenbeck-Größ"
    assert [record.name for record in doctor.records[:2]] == [
        "Frau Dr. Annegret Mühlenbeck-Größ",
        "ANNEGRET MUEHLENBECK-GROESS",
    ]
    assert len({record.address for record in doctor.records}) > 1
    assert doctor.reasons[0].startswith("crm and erp: the same customer number")
    assert len(doctor.reasons) == len(doctor.records) - 1


def test_a_family_and_a_firm_with_its_employee_stay_apart(found: Findings) -> None:
    family, firm = found.refused
    assert family.reasons[0] == "different birth dates"
    assert "phone" in family.reasons[1]
    assert firm.reasons[0].startswith("a firm and a person")
    assert "Weinstube Rebenglück GmbH" in firm.first.name


def test_few_bring_most(found: Findings) -> None:
    assert 0.6 < found.top_share < 0.9


def test_the_silent_regular_with_a_complaint_leads_those_at_risk(found: Findings) -> None:
    first = found.at_risk[0]
    assert first.name == "Hannelore Brandtner"
    assert len(first.reasons) == 3
    assert found.at_risk_count >= len(found.at_risk) > 1


def test_the_till_greets_whom_it_may(found: Findings) -> None:
    assert [one.greeting for one in found.greetings] == [
        "Guten Tag, Frau Dr. Mühlenbeck-Größ!",
        "Guten Tag, Herr von der Heydenquitt!",
        "Guten Tag, Kim Neuhäuser!",
        "",
        "",
    ]
    assert found.greetings[3].found == "nobody"
    assert "namesakes" in found.greetings[4].note


def test_one_sound_finds_four_spellings(found: Findings) -> None:
    names = {f"Roswitha {family}" for family in ("Meier", "Maier", "Mayer", "Meyer")}
    assert names <= set(found.sounds_like)


def test_the_plan_apologizes_for_late_deliveries(found: Findings) -> None:
    parts = {part.play: part for part in found.plan}
    assert parts["late-delivery-apology"].contacts > 0
    assert parts["first-order-follow-up"].contacts > 0
    assert "Bitte entschuldigen Sie die Verspätung" in found.letter
    assert "basis: contract" in found.letter


def test_the_end_is_told_in_plain_text(found: Findings) -> None:
    text = render(found)
    for words in ("Guten Tag, Herr von der Heydenquitt!", "0 wrong merges", "Next, in"):
        assert words in text
    assert "\x1b[" not in text
    assert "\x1b[" in render(found, color=True)


def test_a_second_sync_changes_nothing(found: Findings) -> None:
    token = (found.folder / "shop" / "token").read_text("utf-8").strip()
    with opened(Shop(load(found.folder), token=token)) as shop:
        point_to(found.folder, shop.url)
        with open_project(found.folder) as project:
            report = sync(project, as_of=DAY)
    assert report.failures == []
    for counts in report.lands.values():
        assert counts["new"] == counts["changed"] == counts["deleted"] == 0
    for stage, counts in report.stages.items():
        assert counts["taken"] == 0, stage


def test_the_demo_can_be_run_again_in_its_folder(found: Findings) -> None:
    again = run_demo(found.folder, people=200, seed=5, as_of=DAY)
    assert replace(again, seconds=0, pauses=0) == replace(found, seconds=0, pauses=0)


def test_another_project_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "crmsync.toml").write_text("[crmsync]\n", "utf-8")
    with pytest.raises(ConfigError, match="another project"):
        run_demo(tmp_path, people=1, as_of=DAY)
    assert (tmp_path / "crmsync.toml").read_text("utf-8") == "[crmsync]\n"


def test_the_command_tells_it_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run_cli(["demo", str(tmp_path / "d"), "--people", "1", "--as-of", DAY, "--json"])
    told = json.loads(capsys.readouterr().out)
    assert code == 0
    assert told["check"]["wrong"] == 0
    assert told["greetings"][0]["greeting"] == "Guten Tag, Frau Dr. Mühlenbeck-Größ!"
