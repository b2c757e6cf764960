"""The example folder is what the sample's generator builds, and stays so."""

from __future__ import annotations

import csv
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crmsync.demo.sample import TOKEN, build, point_to
from crmsync.demo.shop import Shop, load, opened
from crmsync.engine.project import open_project
from crmsync.engine.sync import sync
from crmsync.model.customer import SourceCustomer
from crmsync.profile.golden import load_profiles
from crmsync.store.habits import everybody

EXAMPLE = Path(__file__).parents[2] / "examples" / "beispiel-retailer"
SHOWN = {".toml", ".py", ".csv", ".db", ".json", ""}
DAY = "2025-03-31"
TEXTS = (
    "crmsync.toml",
    "crmsync_plugins.py",
    "crm/kunden.csv",
    "crm/vorgaenge.csv",
    "shop/shop.json",
    "truth.csv",
)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("example"), people=1, as_of=DAY).folder


@pytest.mark.parametrize("name", TEXTS)
def test_the_example_is_up_to_date(fresh: Path, name: str) -> None:
    assert (EXAMPLE / name).read_bytes() == (fresh / name).read_bytes()


def test_the_database_of_the_example_is_up_to_date(fresh: Path) -> None:
    def dump(path: Path) -> list[str]:
        with closing(sqlite3.connect(path)) as base:
            return list(base.iterdump())

    assert dump(EXAMPLE / "erp" / "erp.db") == dump(fresh / "erp" / "erp.db")


def test_every_file_the_readme_names_is_there() -> None:
    text = (EXAMPLE / "README.md").read_text("utf-8")
    files = [path for path in EXAMPLE.rglob("*") if path.is_file() and path.suffix in SHOWN]
    for path in files:
        if "__pycache__" not in path.parts and not path.name.startswith("."):
            assert f"`{path.relative_to(EXAMPLE).as_posix()}`" in text


def who_is_who(folder: Path) -> list[list[str]]:
    """Every customer that a sync of the example finds: the name, then its records."""
    with opened(Shop(load(folder), token=TOKEN)) as shop:
        point_to(folder, shop.url)
        with open_project(folder) as project:
            report = sync(project, as_of=DAY)
            assert report.exit_code() == 0
            with project.store.read() as work:
                found = load_profiles(work, everybody(work)).values()
    return sorted([name_of(one.customer), *one.sources] for one in found)


def name_of(customer: SourceCustomer) -> str:
    person = customer.name.display if customer.name else ""
    return f"{customer.company} ({person})" if customer.company else person


def test_a_sync_of_the_example_finds_what_is_expected(tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(EXAMPLE, folder)
    with (EXAMPLE / "expected.csv").open(encoding="utf-8", newline="") as file:
        expected = list(csv.reader(file))
    assert who_is_who(folder) == expected
