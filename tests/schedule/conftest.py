"""Jobs, and a project in a folder whose name no format takes as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmsync.schedule.jobs import Daily, Every, Job, Project, jobs

ODD = "Läden & Büro 100% $HOME 'a' \"b\""
"""A name that means something to every shell and every unit file."""


@pytest.fixture
def everything() -> list[Job]:
    """Every job that there is."""
    return jobs(every=Every(15), night=Daily(2, 30), till=True)


def project(folder: Path, *program: str) -> Project:
    """A project in this folder."""
    started = program or ("/usr/bin/env", "crmsync")
    return Project(folder, "laden", started, "Europe/Berlin", ("SHOP_KEY",))
