"""Units for systemd, read by systemd's own checker."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from crmsync.schedule.jobs import Daily, Every, Job, Rhythm
from crmsync.schedule.systemd import calendar, units
from tests.schedule.conftest import ODD, project

ANALYZE = shutil.which("systemd-analyze")
needed = pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not on this machine")


def _analyzed(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ANALYZE or "", *map(str, arguments)], capture_output=True, text=True, check=False
    )


def _argument(line: str) -> str:
    """What systemd makes of one word of a command line, by systemd.service(5)."""
    word = line[1:-1] if line.startswith('"') else line
    return word.replace('\\"', '"').replace("\\\\", "\\").replace("%%", "%").replace("$$", "$")


@needed
@pytest.mark.parametrize("name", ["laden", ODD])
def test_systemd_finds_no_fault(tmp_path: Path, everything: list[Job], name: str) -> None:
    folder, out = tmp_path / name, tmp_path / "units"
    folder.mkdir()
    out.mkdir()
    made = units(project(folder), everything, user="root", alarm="laden-alarm.service")
    for unit, text in made.items():
        (out / unit).write_text(text, encoding="utf-8")
    alarm = "[Service]\nType=oneshot\nExecStart=/bin/true\n"
    (out / "laden-alarm.service").write_text(alarm, encoding="utf-8")
    said = _analyzed("verify", *sorted(out.iterdir()))
    assert (said.returncode, said.stderr) == (0, "")


@needed
def test_the_checker_finds_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "broken.service"
    path.write_text("[Service]\nType=oneshot\nExecStart=crm sync\nNever=1\n", encoding="utf-8")
    said = _analyzed("verify", path)
    assert said.returncode or said.stderr


@needed
@pytest.mark.parametrize(
    ("rhythm", "normal"),
    [
        (Every(1), "*-*-* *:00/1:00"),
        (Every(15), "*-*-* *:00/15:00"),
        (Every(60), "*-*-* *:00:00"),
        (Every(360), "*-*-* 00/6:00:00"),
        (Daily(2, 30), "*-*-* 02:30:00 Europe/Berlin"),
    ],
)
def test_a_rhythm_is_understood(rhythm: Rhythm, normal: str) -> None:
    said = _analyzed("calendar", calendar(rhythm, "Europe/Berlin"))
    assert said.returncode == 0, said.stderr
    shown = said.stdout.split("Normalized form:")[1] if "Normalized form:" in said.stdout else (
        said.stdout.split("Original form:")[1]
    )  # fmt: skip
    assert shown.splitlines()[0].strip() == normal


def test_odd_names_reach_the_program_as_they_are(everything: list[Job]) -> None:
    folder = Path("/srv") / ODD
    made = units(project(folder), everything)["crmsync-laden-sync.service"]
    starts = [line for line in made.splitlines() if line.startswith("ExecStart=")]
    assert len(starts) == 2
    head, tail = starts[1].split(" --project ")
    assert head == "ExecStart=/usr/bin/env crmsync"
    assert _argument(tail.removesuffix(" till build")) == str(folder)
    assert f"WorkingDirectory={str(folder).replace('%', '%%')}" in made


def test_codes_that_wake_nobody_and_secrets_are_named(everything: list[Job]) -> None:
    made = units(project(Path("/srv/laden")), everything, user="crmsync", alarm="ruf.service")
    assert set(made) == {
        f"crmsync-laden-{job}.{kind}"
        for job in ("sync", "night", "check") for kind in ("service", "timer")
    }  # fmt: skip
    for name, text in made.items():
        if name.endswith(".service"):
            assert "SuccessExitStatus=3 5 7 130 143\n" in text
            assert "EnvironmentFile=/etc/crmsync/laden.env\n" in text
            assert "SHOP_KEY" in text
            assert "User=crmsync\n" in text
            assert "OnFailure=ruf.service\n" in text
    assert "Persistent=true" in made["crmsync-laden-night.timer"]
    assert "Persistent" not in made["crmsync-laden-sync.timer"]
