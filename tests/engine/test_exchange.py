"""Facts out, habits back: what another engine made of the folder is what a sync would have made."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from crmsync.cli.main import run
from crmsync.demo.run import run_demo
from crmsync.engine import exchange
from crmsync.engine.project import open_project
from crmsync.engine.sync import sync
from crmsync.errors import ConfigError, NotReadable
from crmsync.profile.elsewhere import Engine, work_out
from crmsync.store import points
from crmsync.store import tables as t

FIRST, LATER = "2026-11-21", "2027-02-10"


@pytest.fixture(scope="module")
def retailer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sample retailer, its habits as of FIRST."""
    folder = tmp_path_factory.mktemp("exchange") / "shop"
    return run_demo(folder, people=250, seed=8, as_of=FIRST).folder


@pytest.fixture
def shop(retailer: Path, tmp_path: Path) -> Path:
    """A copy of it that belongs to this test."""
    return Path(shutil.copytree(retailer, tmp_path / "shop"))


def kept(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Habits and due days in the store of a project."""
    with open_project(folder) as project, project.store.read() as work:
        rows = {
            table.name: [tuple(row) for row in work.all(table.select().order_by(*key))]
            for table, key in (
                (t.habit, [t.habit.c.customer_id]),
                (t.due, [t.due.c.customer_id, t.due.c.reason]),
            )
        }
        return rows | {"cuts": [tuple(row) for row in work.all(t.rfm_cut.select())]}


def exported(folder: Path, as_of: str) -> Path:
    with open_project(folder) as project:
        exchange.export(project, folder / "out", as_of)
    return folder / "out"


def brought(folder: Path, out: Path) -> dict[str, int]:
    with open_project(folder) as project:
        return exchange.bring_in(project, out)


@pytest.mark.parametrize("engine", [
    "duckdb", pytest.param("spark", marks=[pytest.mark.slow, pytest.mark.xdist_group("spark")]),
])  # fmt: skip
def test_a_later_day_comes_back_as_a_sync_would_have_made_it(
    shop: Path, tmp_path: Path, engine: Engine
) -> None:
    if engine == "spark":
        pytest.importorskip("pyspark", reason="pyspark is missing: crmsync[spark]")
        if shutil.which("java") is None:
            pytest.skip("Spark needs Java, which is not installed")
    twin = Path(shutil.copytree(shop, tmp_path / "twin"))
    with open_project(twin) as project:
        sync(project, as_of=LATER, read=False)
    expected = kept(twin)
    out = exported(shop, LATER)
    work_out(out, engine)
    counts = brought(shop, out)
    assert counts["changed"] > 50
    assert kept(shop) == expected
    with open_project(shop) as project:
        report = sync(project, as_of=LATER, read=False)
    assert report.stages.get("habits", {}).get("changed", 0) == 0
    assert kept(shop) == expected


def test_many_buckets_give_what_one_gives(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "PORTION", 20)
    monkeypatch.setattr(exchange, "BATCH", 7)
    before = kept(shop)
    out = exported(shop, FIRST)
    assert len(list((out / "orders").iterdir())) > 5
    work_out(out, "duckdb")
    counts = brought(shop, out)
    assert counts["changed"] == counts["removed"] == 0
    assert counts["unchanged"] == counts["taken"] >= len(before["habit"])
    assert kept(shop) == before


def test_what_is_exported_is_readable_by_its_owner_alone(shop: Path) -> None:
    out = exported(shop, FIRST)
    for path in out.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    assert {one.name for one in out.iterdir()} == {
        "manifest.json", "orders", "lines", "products", "deliveries", "interactions",
        "customers", "links", "asked", "denied",
    }  # fmt: skip


def test_a_store_that_changed_since_takes_nothing(shop: Path) -> None:
    out = exported(shop, LATER)
    work_out(out, "duckdb")
    with open_project(shop) as project, project.store.work() as work:
        work.log_customers("due", [kept_id(shop)])
    before = kept(shop)
    with pytest.raises(NotReadable, match="has changed since"):
        brought(shop, out)
    assert kept(shop) == before


def kept_id(folder: Path) -> str:
    return str(kept(folder)["habit"][0][0])


def test_another_store_or_definition_or_a_folder_without_results_is_refused(
    shop: Path, tmp_path: Path
) -> None:
    out = exported(shop, LATER)
    with pytest.raises(NotReadable, match="holds no results"):
        brought(shop, out)
    work_out(out, "duckdb")
    manifest = out / "manifest.json"
    whole = manifest.read_text(encoding="utf-8")
    with open_project(shop) as project:
        told = exchange.read_manifest(out)
        for word, said in ((told.store, "another store"), (told.definition, "other definitions")):
            manifest.write_text(whole.replace(word, "0" * len(word)), encoding="utf-8")
            with pytest.raises(NotReadable, match=said):
                exchange.bring_in(project, out)
    manifest.write_text(whole.replace('"format": 1', '"format": 9'), encoding="utf-8")
    with pytest.raises(NotReadable, match="format 9"):
        brought(shop, out)
    with pytest.raises(NotReadable, match="no folder of crmsync export"):
        exchange.clear(tmp_path)


@pytest.mark.parametrize("at", ["import/begin:after", "import/batch:before", "import/batch:after",
                                "import/finish:before"])  # fmt: skip
def test_an_import_that_was_cut_off_is_made_good_by_the_next_sync(
    shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    monkeypatch.setattr(exchange, "BATCH", 30)
    out = exported(shop, LATER)
    work_out(out, "duckdb")
    twin = Path(shutil.copytree(shop, tmp_path / "twin"))

    def stop(name: str) -> None:
        if name == at:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(points, "watch", stop)
        with pytest.raises(KeyboardInterrupt):
            brought(shop, out)
    for folder in (shop, twin):
        with open_project(folder) as project:
            sync(project, as_of=FIRST, read=False)
    assert kept(shop) == kept(twin)


def test_a_folder_that_is_not_empty_is_left_alone(shop: Path) -> None:
    with open_project(shop) as project, pytest.raises(ConfigError, match="is not empty"):
        exchange.export(project, shop, FIRST)


def test_the_three_commands(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = ["-p", str(shop)]
    assert run([*at, "export", "out", "--as-of", LATER]) == 0
    assert run([*at, "habits", "--engine", "duckdb", "--folder", "out"]) == 0
    assert run([*at, "import", "out", "--remove"]) == 0
    assert "changed" in capsys.readouterr().out
    assert not (shop / "out").exists()
    assert run([*at, "habits", "--engine", "duckdb"]) == 2
    assert run([*at, "habits", "--engine", "duckdb", "--folder", "nowhere"]) in (1, 2)
