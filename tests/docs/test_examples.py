"""The small example does what it says: its expected output is what a sync makes of it."""

from __future__ import annotations

import csv
import re
import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from crmsync.engine.project import open_project
from crmsync.engine.sync import sync
from crmsync.identity.explain import explain
from crmsync.model.ref import Ref
from crmsync.profile.profiles import load_profiles
from crmsync.store.habits import everybody

EXAMPLE = Path(__file__).parents[2] / "examples" / "zwei-laeden"
FILES = ("crmsync.toml", "ehrenfeld.csv", "nippes.csv", "expected.csv")
DAY = "2025-11-21"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the example."""
    for name in FILES:
        shutil.copy(EXAMPLE / name, tmp_path)
    return tmp_path


def who_is_who(folder: Path) -> list[list[str]]:
    """Every customer after a sync: the name, the records, the rules that hold them together."""
    with open_project(folder) as project:
        report = sync(project, as_of=DAY)
        assert report.exit_code() == 0
        with project.store.read() as work:
            found, numbers = [], project.settings.numbers()
            for one in load_profiles(work, everybody(work)).values():
                person = one.customer.name.display if one.customer.name else one.customer.company
                refs = [Ref.parse(source) for source in one.sources]
                rules = [
                    explain(work, a, b, numbers=numbers).verdict.rule for a, b in pairwise(refs)
                ]
                found.append([person, " ".join(one.sources), " ".join(rules)])
    return sorted(found)


def test_a_sync_of_the_example_finds_what_is_expected(folder: Path) -> None:
    with (folder / "expected.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == ["customer", "records", "held together by"]
    assert who_is_who(folder) == rows
    assert len(rows) == 20


def test_every_file_the_readme_names_is_there() -> None:
    named = set(re.findall(r"^\| `([\w.]+)`", (EXAMPLE / "README.md").read_text("utf-8"), re.M))
    assert named == set(FILES)
