"""What no index of a database can hold costs its own record at most, never the stream."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel

from crmsync.engine.project import open_project
from crmsync.engine.report import Report
from crmsync.engine.sync import sync
from crmsync.hookspecs import CONTRACT, hookimpl
from crmsync.model.stream import Capabilities, Connection, Page, Stream, Window
from crmsync.model.told import ToldAddress, ToldCustomer, ToldProduct
from crmsync.store import parking
from tests.engine.backend import CONFIG, NOW, NoSettings

LONG = "".join(random.Random(1).choices(string.ascii_letters + string.digits, k=6000))
"""Longer than an index row, and of no pattern that could be compressed."""

UNKNOWN = ("a\0b", "\ud83d", LONG)
HOME = ToldAddress(type="home", street="Lindenstr. 4", postal_code="50674", city="Köln")


def backend(told: dict[str, Any], page: Page) -> object:
    """A plugin whose connector maps each id to what is told of it, after this page."""

    class Told:
        name: ClassVar[str] = "memory"
        contract: ClassVar[int] = CONTRACT
        settings: ClassVar[type[BaseModel]] = NoSettings
        capabilities: ClassVar[Capabilities] = Capabilities(ids=True)
        mapper_version: ClassVar[str] = "1"

        def __init__(self, settings: Any, connection: Connection) -> None:
            pass

        def check(self) -> None:
            pass

        def streams(self) -> list[Stream]:
            return [Stream(name="customers", kind="customers", deletes="reconcile")]

        def read(self, stream: Stream, window: Window, position: Any) -> Iterator[Page]:
            yield Page(records=[{"id": name} for name in told])
            yield page

        def ids(self, stream: Stream) -> Iterator[list[str]]:
            yield [*told, *page.deleted]

        def map(self, stream: Stream, raw: Any) -> list[Any]:
            return [told[raw["id"]]()]

        def close(self) -> None:
            pass

    class Plugin:
        @hookimpl
        def crmsync_register_connectors(self, register: Any) -> None:
            register(Told)

    return Plugin()


def run(folder: Path, url: str, told: dict[str, Any], page: Page) -> tuple[Report, list[Any]]:
    """The report of a run, and what is parked after it."""
    text = f'{CONFIG.format(url=url)}customer_numbers = "retailer"\n'
    (folder / "crmsync.toml").write_text(text, encoding="utf-8")
    with open_project(folder, plugins=[backend(told, page)]) as project:
        report = sync(project, as_of="2026-11-21", now=NOW)
        with project.store.read() as work:
            return report, parking.entries(work)


@pytest.mark.parametrize("field", ["sku", "part"])
def test_a_product_with_too_long_a_number_parks_alone(
    tmp_path: Path, store_url: str, field: str
) -> None:
    report, parked = run(
        tmp_path,
        store_url,
        {
            "1": lambda: ToldProduct(**{"sku": "A1", "name": "Kaffee", field: LONG}),
            "2": lambda: ToldProduct(sku="ß" * 500, name="Tee"),
        },
        Page(),
    )
    assert report.exit_code() == 3
    assert report.stages["normalize/shop"]["mapped"] == 1
    ((place, where, reason),) = [(one["place"], one["field"], one["reason"]) for one in parked]
    assert (place, where) == ("1", field)
    assert "at most 500" in reason


@pytest.mark.parametrize(
    "fields",
    [
        {"customer_number": LONG},
        {"loyalty_card": LONG},
        {"vat_id": LONG},
        {"given_name": "Anna", "family_name": LONG, "birth_date": "1971-05-04"},
        {"kind": "firm", "family_name": None, "company": LONG, "addresses": (HOME,)},
        {"addresses": (HOME.model_copy(update={"street": LONG}),)},
        {"addresses": (HOME.model_copy(update={"house_number": LONG}),)},
    ],
    ids=lambda fields: "-".join(fields),
)
def test_a_customer_with_too_long_a_value_is_a_customer_without_that_key(
    tmp_path: Path, store_url: str, fields: dict[str, Any]
) -> None:
    told = {
        "1": lambda: ToldCustomer(**{"family_name": "Sommer", **fields}),
        "2": lambda: ToldCustomer(family_name="Winter"),
    }
    report, _ = run(tmp_path, store_url, told, Page())
    assert report.exit_code() == 0, report.as_json()
    assert report.stages["resolve"]["new"] == 2


def test_names_that_no_store_can_hold_are_unknown(tmp_path: Path, store_url: str) -> None:
    told = {name: lambda: ToldCustomer(family_name="Sommer") for name in ("1", "2", "3")}
    gone = Page(deleted=["3", *UNKNOWN], merged=[("1", "2"), *((name, "2") for name in UNKNOWN)])
    report, parked = run(tmp_path, store_url, told, gone)
    assert report.exit_code() == 0, report.as_json()
    assert parked == []
    assert report.lands["shop/customers"]["deleted"] == 1
    assert report.lands["shop/customers"]["merged"] == 1


FILES = """
[connections.erp]
connector = "files"
controller = "muster"
[[connections.erp.streams]]
name = "products"
kind = "products"
path = "artikel.csv"
key = "Id"
[connections.erp.streams.map]
sku = "Nummer"
name = "Name"
"""


def test_a_mapping_holds_to_it_too(tmp_path: Path, store_url: str) -> None:
    (tmp_path / "artikel.csv").write_text(f"Id;Nummer;Name\n1;{LONG};Kaffee\n2;A2;Tee\n")
    config = CONFIG.format(url=store_url).partition("[connections.shop]")[0] + FILES
    (tmp_path / "crmsync.toml").write_text(config, encoding="utf-8")
    with open_project(tmp_path) as project:
        report = sync(project, as_of="2026-11-21", now=NOW)
        with project.store.read() as work:
            parked = [(one["place"], one["field"]) for one in parking.entries(work)]
    assert report.stages["normalize/erp"]["mapped"] == 1
    assert parked == [("1", "sku")]
