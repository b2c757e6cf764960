"""Pages mapped at once and records mapped one by one end in the same store, bad ones and all."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from bench import data, ours
from crmsync.connectors.files.connector import FilesConnector
from crmsync.engine.project import open_project
from crmsync.engine.sync import sync
from crmsync.store import tables

TABLES = (
    tables.source_customer, tables.consent_claim, tables.orders, tables.pending,
)  # fmt: skip


def _write(folder: Path) -> None:
    """Customers and orders, some of them with what cannot be used, in several pages."""
    noise = random.Random(3)
    customers = [data.customer(noise, number) for number in range(1100)]
    orders = [data.order(noise, number, 1100) for number in range(1300)]
    customers[40]["birth_date"] = "gestern"
    customers[700]["consents"][1]["at"] = "neulich"
    customers[701]["consents"][0]["state"] = "vielleicht"
    customers[900] |= {"company": "Kaffee Köhler GmbH", "first_name": None, "last_name": ""}
    orders[3]["items"][1]["amount"] = "viel"
    orders[4]["items"][2]["quantity"] = -1
    orders[5]["items"] = []
    orders[600]["placed_at"] = ""
    orders[601]["customer"] = 99_999
    orders[602]["customer"] = None
    orders[603]["items"][0]["quantity"] = "eins"
    orders[604]["currency"] = "Taler und Groschen"
    for name, rows in (("customers", customers), ("orders", orders)):
        (folder / f"{name}.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))


def _load(folder: Path, target: Path) -> tuple[dict[str, list[Any]], dict[str, Any]]:
    target.mkdir()
    config = ours.CONFIG.format(store="sqlite:///store.db", deletes="none", folder=folder)
    (target / "crmsync.toml").write_text(config, encoding="utf-8")
    with open_project(target) as project:
        report = sync(project, as_of="2026-11-21", behind=False)
        with project.store.read() as work:
            found = {one.name: sorted(map(tuple, work.all(one.select()))) for one in TABLES}
            fates = sa.select(tables.record.c.external_id, tables.record.c.state)
            found["states"] = sorted(map(tuple, work.all(fates)))
            parked = work.all(tables.parked.select())
        found["parked"] = sorted((row.place, row.field, row.code, row.reason) for row in parked)
    return found, report.stages["normalize/shop"]


def _fails(*_: Any) -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize("answer", [lambda *_: None, _fails])
def test_by_the_page_and_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: Callable[..., None]
) -> None:
    _write(tmp_path)
    by_page, counts = _load(tmp_path, tmp_path / "page")
    monkeypatch.setattr(FilesConnector, "map_page", answer)
    one_by_one, same = _load(tmp_path, tmp_path / "one")
    assert by_page == one_by_one
    assert counts == same
    assert [(place, field) for place, field, _, _ in by_page["parked"]] == [
        ("3", "lines.1.amount"), ("40", "birth_date"), ("600", "placed_at"),
        ("603", "lines.0.quantity"), ("604", "currency"), ("700", "consents.1.at"),
        ("701", "consents.0.state"),
    ]  # fmt: skip
    assert counts["parked"] == 7
    assert counts["pending"] == 1


def test_what_cannot_be_decoded_costs_itself_beside_what_cannot_be_kept(tmp_path: Path) -> None:
    noise = random.Random(5)
    lines = [orjson.dumps(data.customer(noise, number)) for number in range(500)]
    lines[7] = lines[7].replace(b'"orders_count":', b'"x":1e400,"orders_count":')
    lines[9] = lines[9].replace(b'"note":"', b'"note":"\\u0000')
    (tmp_path / "customers.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    (tmp_path / "orders.jsonl").write_bytes(b"")
    found, counts = _load(tmp_path, tmp_path / "project")
    assert (counts["mapped"], counts["parked"], len(found["parked"])) == (498, 1, 2)
