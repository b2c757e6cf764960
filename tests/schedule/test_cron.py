"""Lines of a crontab: read by a reader of cron's fields, run by the shell that cron starts."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cronsim import CronSim

from crmsync.schedule.cron import crontab, fields
from crmsync.schedule.jobs import Daily, Every, Job, Rhythm
from tests.schedule.conftest import ODD, project

MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rhythm", "minutes"),
    [(Every(1), 1), (Every(15), 15), (Every(60), 60), (Every(360), 360), (Daily(2, 30), 24 * 60)],
)
def test_a_rhythm_is_understood(rhythm: Rhythm, minutes: int) -> None:
    when = CronSim(fields(rhythm), MIDNIGHT - timedelta(minutes=1))
    found = [next(when) for _ in range(100)]
    first = MIDNIGHT + (timedelta(hours=2, minutes=30) if rhythm == Daily(2, 30) else timedelta())
    assert found == [first + timedelta(minutes=minutes) * one for one in range(100)]


def _called(line: str) -> list[list[str]]:
    """Run the command of a line as cron would: what each call of the program was given."""
    command = line.split(" ", 5)[5].replace("\\%", "%")
    assert "%" not in line.split(" ", 5)[5].replace("\\%", "")
    said = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=True)
    assert said.stdout == ""
    return [json.loads(one) for one in said.stderr.splitlines()]


def test_the_shell_hands_over_what_was_meant(everything: list[Job]) -> None:
    told = "import json, sys; print(json.dumps(sys.argv[1:]), file=sys.stderr); print('a table')"
    here = project(Path("/srv") / ODD, sys.executable, "-c", told)
    lines = [line for line in crontab(here, everything).splitlines() if not line.startswith("#")]
    before = ["--project", str(here.folder)]
    assert [_called(line) for line in lines] == [
        [[*before, "sync"], [*before, "till", "build"]],
        [[*before, "forecast"], [*before, "value"]],
        [[*before, "status", "--max-age", "1h", "--max-parked", "3d"]],
    ]


def test_secrets_are_named(everything: list[Job]) -> None:
    head = crontab(project(Path("/srv/laden")), everything).splitlines()[:2]
    assert all(line.startswith("#") for line in head)
    assert "SHOP_KEY" in head[1]
