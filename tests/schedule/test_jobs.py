"""What runs by itself, and how a rhythm is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmsync.config import variables
from crmsync.errors import ConfigError
from crmsync.schedule.jobs import (
    Daily,
    Every,
    jobs,
    name_of,
    read_at,
    read_every,
    read_folder,
    read_name,
)


@pytest.mark.parametrize(
    ("told", "minutes"),
    [("1m", 1), ("5m", 5), ("30m", 30), ("60m", 60), ("1h", 60), ("6h", 360), ("12h", 720)],
)
def test_a_rhythm_that_is_even(told: str, minutes: int) -> None:
    assert read_every(told) == Every(minutes)


@pytest.mark.parametrize(
    "told", ["", "0m", "7m", "45m", "90m", "120m", "5h", "24h", "25h", "1d", "15", "m", "-5m", "١m"]
)
def test_a_rhythm_that_is_none(told: str) -> None:
    with pytest.raises(ConfigError, match="is no even rhythm"):
        read_every(told)


def test_a_time_of_day() -> None:
    assert read_at("02:30") == Daily(2, 30)
    for told in ("2:30", "24:00", "02:60", "02:30:00", "night"):
        with pytest.raises(ConfigError, match="is no time of day"):
            read_at(told)


def test_units_are_called_after_the_folder() -> None:
    assert name_of(Path("/srv/Feinkost Berger")) == "feinkost-berger"
    assert name_of(Path("/")) == "project"
    assert read_name(name_of(Path("/srv") / ("a" * 31 + "-b"))) == "a" * 31
    for told in ("", "Laden", "-a", "a-", "a" * 33, "a b", "ä"):
        with pytest.raises(ConfigError, match="is no name for units"):
            read_name(told)


def test_a_folder_that_no_line_can_hold_is_refused() -> None:
    assert read_folder(Path("/srv/Läden & Büro 100%")) == Path("/srv/Läden & Büro 100%")
    for told in ("/srv/a\nExecStart=/bin/x", "/srv/a\tb", "/srv/a\u2028b"):
        with pytest.raises(ConfigError, match="holds a line break"):
            read_folder(Path(told))


def test_the_check_waits_for_three_runs_and_an_hour() -> None:
    ages = {
        minutes: jobs(every=Every(minutes), night=None, till=False)[-1].commands[0][2]
        for minutes in (1, 15, 20, 30, 60, 360)
    }
    assert ages == {1: "1h", 15: "1h", 20: "1h", 30: "2h", 60: "3h", 360: "18h"}


def test_what_is_not_asked_for_does_not_run() -> None:
    found = jobs(every=Every(15), night=None, till=False)
    assert [one.name for one in found] == ["sync", "check"]
    assert found[0].commands == (("sync",),)


def test_secrets_of_the_environment_are_named() -> None:
    told = {
        "crmsync": {"store": "env:STORE_URL"},
        "connections": {"a": {"keys": ["env:B", {"c": "env:A"}], "file": "file:x", "n": 1}},
    }
    assert variables(told) == ("A", "B", "STORE_URL")
