"""schedule: prints units for the project that it is asked about, and installs nothing."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

from crmsync.cli.main import run

CONFIG = """
[crmsync]
store = "{store}"
zone = "Europe/Vienna"
[controllers.laden]
name = "Laden GmbH"
[connections.kasse]
connector = "files"
controller = "laden"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "Laden Süd"
    place.mkdir()
    (place / "crmsync.toml").write_text(CONFIG.format(store="env:STORE_URL"), encoding="utf-8")
    return place


def test_units_are_written_where_asked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder / "units"
    asked = ("schedule", "systemd", "--night", "03:15", "--every", "1h", "--out", str(out))
    assert run(["-p", str(folder), *asked]) == 0
    names = {path.name for path in out.iterdir()}
    assert names == {f"crmsync-laden-s-d-{job}.{kind}" for job in ("sync", "night", "check")
                     for kind in ("service", "timer")}  # fmt: skip
    assert set(capsys.readouterr().out.split("\n")) == {*(str(out / one) for one in names), ""}
    timer = (out / "crmsync-laden-s-d-night.timer").read_text(encoding="utf-8")
    assert "OnCalendar=*-*-* 03:15:00 Europe/Vienna" in timer
    service = (out / "crmsync-laden-s-d-sync.service").read_text(encoding="utf-8")
    assert "STORE_URL" in service
    assert f'--project "{folder.resolve()}" sync' in service
    assert not (folder / "crmsync.db").exists()


def test_units_are_printed_with_their_places(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["-p", str(folder), "schedule", "systemd", "--name", "sued"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("# /etc/systemd/system/crmsync-sued-sync.service\n[Unit]\n")
    assert out.count("# /etc/systemd/system/") == 4


def test_a_line_of_the_crontab_starts_this_very_crmsync(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["-p", str(folder), "schedule", "cron"]) == 0
    lines = capsys.readouterr().out.splitlines()
    line = next(one for one in lines if one.endswith(" sync >/dev/null"))
    command = shlex.split(line.split(" ", 5)[5])
    assert command[-3:] == [str(folder.resolve()), "sync", ">/dev/null"]
    program = command[: command.index("--project")]
    said = subprocess.run([*program, "--version"], capture_output=True, text=True, check=True)
    assert "crmsync" in said.stdout


@pytest.mark.parametrize(("store", "warned"), [("sqlite:///crmsync.db", True),
                                               ("env:STORE_URL", False)])  # fmt: skip
def test_a_file_on_a_shared_volume_is_warned_of(
    folder: Path, capsys: pytest.CaptureFixture[str], store: str, warned: bool
) -> None:
    (folder / "crmsync.toml").write_text(CONFIG.format(store=store), encoding="utf-8")
    assert run(["-p", str(folder), "schedule", "kubernetes", "--image", "x/crmsync:1"]) == 0
    printed = capsys.readouterr()
    assert ("PostgreSQL" in printed.err) is warned
    assert printed.out.startswith('apiVersion: "batch/v1"\n')
    assert "Europe/Vienna" in printed.out


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["cron", "--every", "7m"], "'7m' is no even rhythm"),
        (["cron", "--night", "2"], "'2' is no time of day"),
        (["systemd", "--name", "Süd"], "'Süd' is no name for units"),
        (["kubernetes"], "--image"),
        (["systemd", "--out", "crmsync.toml/units"], "cannot be written"),
    ],
)
def test_what_cannot_be_is_said(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    asked: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(folder)
    assert run(["-p", str(folder), "schedule", *asked]) == 2
    assert said in capsys.readouterr().err
