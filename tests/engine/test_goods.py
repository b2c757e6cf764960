"""Who bought a product follows its changes, and all of a run's are looked up in one walk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crmsync.connectors.files import pages
from crmsync.engine import intake
from crmsync.engine.project import open_project
from crmsync.engine.sync import sync
from crmsync.profile.habits import load_habits
from crmsync.store import links, models, records, tables

CONFIG = """
[crmsync]
store = "{url}"
[controllers.muster]
name = "Muster GmbH"
[connections.shop]
connector = "files"
controller = "muster"
[[connections.shop.streams]]
name = "customers"
kind = "customers"
path = "customers.csv"
key = "Nr"
[connections.shop.streams.map]
family_name = "Name"
[[connections.shop.streams]]
name = "orders"
kind = "orders"
path = "orders.csv"
group = "Beleg"
[connections.shop.streams.map]
customer = "Kunde"
placed_at = "Datum"
[connections.shop.streams.lines]
sku = "Artikel"
amount = "Betrag"
[[connections.shop.streams]]
name = "products"
kind = "products"
path = "products.csv"
key = "Artikel"
deletes = "missing"
[connections.shop.streams.map]
sku = "Artikel"
name = "Artikel"
category = "Gruppe"
"""
GOODS = {f"A{number}": "Tee" for number in range(8)}
Tell = Callable[..., None]


@pytest.fixture
def tell(tmp_path: Path, store_url: str) -> Tell:
    """Writes the products; customer n bought product An four times, and nothing else."""
    (tmp_path / "crmsync.toml").write_text(CONFIG.format(url=store_url), encoding="utf-8")
    people = "".join(f"{n};Groß{n}\n" for n in range(6))
    (tmp_path / "customers.csv").write_text(f"Nr;Name\n{people}", encoding="utf-8")
    sold = "".join(
        f"{n}-{day};{n};2026-10-{day:02};A{n};12,90\n" for n in range(6) for day in range(1, 5)
    )
    head = "Beleg;Kunde;Datum;Artikel;Betrag\n"
    (tmp_path / "orders.csv").write_text(head + sold, encoding="utf-8")

    def tell(**changed: str | None) -> None:
        goods = {sku: group for sku, group in {**GOODS, **changed}.items() if group is not None}
        lines = "".join(f"{sku};{group}\n" for sku, group in goods.items())
        (tmp_path / "products.csv").write_text(f"Artikel;Gruppe\n{lines}", encoding="utf-8")

    tell()
    return tell


def run(folder: Path) -> Any:
    with open_project(folder) as opened:
        report = sync(opened, as_of="2026-11-21")
        assert report.exit_code() == 0, report.as_json()
        return report


def categories(folder: Path) -> list[str]:
    """The favourite category of each customer, in the order of their numbers."""
    with open_project(folder) as opened, opened.store.read() as work:
        row = records.find_stream(work, "shop", "customers")
        assert row is not None
        numbers = records.numbers_of(work, row.id, [str(n) for n in range(6)])
        found = links.links_of(work, numbers.values())
        names = [found[numbers[str(n)]].customer_id for n in range(6)]
        habits = load_habits(work, names)
        tops = [habits[name].top_category for name in names]
        return [top.key if top else "" for top in tops]


def test_a_changed_product_reaches_those_who_bought_it_and_nobody_else(
    tell: Tell, tmp_path: Path
) -> None:
    run(tmp_path)
    assert categories(tmp_path) == ["Tee"] * 6
    tell(A2="Kaffee", A7="Kaffee")
    report = run(tmp_path)
    assert report.stages["habits"]["taken"] == 1
    assert categories(tmp_path) == ["Tee", "Tee", "Kaffee", "Tee", "Tee", "Tee"]
    assert "habits" not in run(tmp_path).stages


def test_a_product_that_is_gone_takes_its_category_along(tell: Tell, tmp_path: Path) -> None:
    run(tmp_path)
    tell(A3=None)
    assert run(tmp_path).stages["habits"]["taken"] == 1
    assert categories(tmp_path) == ["Tee", "Tee", "Tee", "", "Tee", "Tee"]


def test_one_walk_a_run_however_many_batches(
    tell: Tell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def count(work: Any, streams: Any, skus: set[str]) -> set[int]:
        asked.append(len(skus))
        return find(work, streams, skus)

    find = models.sources_of_skus
    monkeypatch.setattr(models, "sources_of_skus", count)
    monkeypatch.setattr(intake, "BATCH", 2)
    monkeypatch.setattr(pages, "PAGE", 2)
    run(tmp_path)
    tell(**dict.fromkeys(GOODS, "Kaffee"))
    run(tmp_path)
    assert asked == [8, 8]
    run(tmp_path)
    assert asked == [8, 8]
    with open_project(tmp_path) as opened, opened.store.read() as work:
        assert work.all(sa.select(tables.change)) == []
