"""A page mapped at once tells what its records tell one by one, or leaves it to them."""

from __future__ import annotations

import random
import tomllib
from contextlib import closing
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from bench import data, ours
from crmsync.connectors.files import FilesConnector
from crmsync.connectors.sql import SqlConnector
from crmsync.demo.sample import build
from crmsync.hookspecs import MapsPages
from crmsync.mapping import ROWS, Mapper
from crmsync.model.columns import HIDDEN
from crmsync.model.stream import Connection, Window
from crmsync.model.told import ToldCustomer
from tests.connectors.conftest import Connect, orders, read, records
from tests.connectors.telling import Raw, customers, same
from tests.connectors.test_mapping import FIELDS, URSULA


def bench_mapper(kind: Any) -> Mapper:
    config = tomllib.loads(ours.CONFIG.format(store="-", folder="-", deletes="none"))
    streams = {stream["name"]: stream for stream in config["connections"]["shop"]["streams"]}
    return Mapper(kind, streams[kind]["map"], streams[kind].get("lines"), where="bench")


def test_the_records_of_the_benchmark() -> None:
    noise = random.Random(7)
    people = [data.customer(noise, number) for number in range(120)]
    orders = [data.order(noise, number, 120) for number in range(120)]
    for kind, raws in (("customers", people), ("orders", orders)):
        mapper = bench_mapper(kind)
        same(mapper.page(raws), mapper, raws)


def test_every_stream_of_the_demo(tmp_path: Path) -> None:
    sample = build(tmp_path, people=80, seed=5, as_of="2025-03-31")
    config = tomllib.loads((sample.folder / "crmsync.toml").read_text("utf-8"))["connections"]
    kinds: dict[str, Any] = {"crm": FilesConnector, "erp": SqlConnector}
    mapped = set()
    for name, kind in kinds.items():
        about = {"connector", "controller", "production", "customer_numbers", "owns"}
        given = {key: value for key, value in config[name].items() if key not in about}
        connection = Connection(name=name, controller="beispiel", base=str(sample.folder))
        with closing(kind(kind.settings.model_validate(given), connection)) as connector:
            assert isinstance(connector, MapsPages)
            for stream in connector.streams():
                for page in connector.read(stream, Window(), None):
                    tell = partial(connector.map, stream)
                    if page.records:
                        same(connector.map_page(stream, page.records), tell, page.records)
                        mapped.add((name, stream.name))
    assert len(mapped) == sum(len(config[name]["streams"]) for name in kinds)


def test_rows_of_a_csv_file_that_make_one_record(connect: Connect, tmp_path: Path) -> None:
    rows = [
        ("Belegnr", "Kundennr", "Datum", "Artikel", "Betrag", "Menge"),
        ("B1", "7", "03.02.2025", "A-1", "19,99", "1"),
        ("B1", "7", "03.02.2025", "A-2", "5,00", "2"),
        ("B2", "", "04.02.2025", " A-1 ", "19,99", ""),
    ]
    (tmp_path / "belege.csv").write_text("\n".join(map(";".join, rows)), encoding="utf-8")
    connector = connect(orders("belege.csv"))
    (stream,) = connector.streams()
    raws = records(read(connector))
    page = connector.map_page(stream, raws)
    same(page, partial(connector.map, stream), raws)
    assert page is not None
    assert page.cells["customer"] == ["7", None]
    assert page.lists["lines"].owners == [0, 0, 1]
    assert page.lists["lines"].columns.cells["sku"] == ["A-1", "A-2", "A-1"]
    assert page.lists["lines"].columns.cells["quantity"] == ["1", "2", HIDDEN]


def test_a_customer_with_everything() -> None:
    mapper = customers(FIELDS)
    absent = {name: value for name, value in URSULA.items() if "Newsletter" not in name}
    empty = dict.fromkeys(URSULA, "")
    for raws in ([URSULA], [URSULA, absent, {}, empty], [{}], [empty]):
        same(mapper.page(raws), mapper, raws)


def test_values_of_other_types_that_are_plainly_good() -> None:
    mapper = customers(
        {
            "customer_number": "nr",
            "blocked": "gesperrt",
            "birth_date": {"field": "geb", "format": "%d.%m.%Y"},
            "marks": {"field": "merkmale", "split": ","},
            "wishes": ["wunsch", "noch einer"],
            "addresses.home.street": {"field": ["str", "hausnr"], "optional": True},
            "consents.email": {"field": "nl", "values": {"ja": "granted"}, "other": "unknown"},
        }
    )
    raws: list[Raw] = [
        {"nr": 4711, "gesperrt": 1, "geb": "03.11.1958", "merkmale": "Beirat, ", "nl": "JA"},
        {"nr": 47.5, "gesperrt": False, "geb": "", "merkmale": ["Tee"], "nl": 0, "hausnr": 3},
        {"nr": "K1", "gesperrt": "nein", "wunsch": " Tüte ", "noch einer": None, "str": "Markt"},
    ]
    same(mapper.page(raws), mapper, raws)


def test_amounts_of_every_kind() -> None:
    lines = {"from": "p", "amount": "b", "quantity": "m", "discount": "r"}
    mapper = Mapper("orders", {"placed_at": "am"}, lines, where="shop, orders")
    told = [{"b": 19.99, "m": 2}, {"b": "5,00", "m": ""}, {"b": 3, "r": -0.0}, {"b": 2**70}]
    raws: list[Raw] = [{"am": "2025-03-01", "p": told}, {"am": "2025-03-02", "p": told[:1]}]
    same(mapper.page(raws), mapper, raws)


def test_lists_and_columns_make_items_of_one_record_in_their_order() -> None:
    mapper = customers(
        {
            "contacts.email": "mail",
            "contacts.phone": "personal.tel",
            "contacts": {"from": "weitere", "channel": {"const": "mobile"}, "value": "."},
        }
    )
    raws: list[Raw] = [
        {"mail": "oe@example.de", "personal": {"tel": "0221 1"}, "weitere": ["0171 2", "", None]},
        {"personal.tel": "0221 3", "personal": None, "weitere": '["0171 4"]'},
        {"personal": None},
        {"weitere": None},
        {},
    ]
    page = mapper.page(raws)
    same(page, mapper, raws)
    assert page is not None
    assert page.lists["contacts"].hidden == {4}


def test_pages_of_nothing() -> None:
    page = customers(FIELDS).page([])
    assert page is not None
    assert (page.model, page.size, page.cells, page.lists) == (ToldCustomer, 0, {}, {})


# ---- pages that are left to the way record by record -----------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"Typ": "Großkunde"},
        {"Gesperrt": "vielleicht"},
        {"Geburtstag": [1958]},
        {"Geburtstag": -301},
        {"Nachname": ["Müller"]},
        {"Nachname": True},
        {"PLZ": {"de": "50667"}},
        {"Telefon 2": True},
        {"Newsletter": "vielleicht"},
        {"Newsletter seit": 20240201},
    ],
)
def test_one_odd_record_leaves_the_page_to_the_records(change: Raw) -> None:
    assert customers(FIELDS).page([URSULA, {**URSULA, **change}, URSULA]) is None


@pytest.mark.parametrize(
    "raw",
    [
        {"am": "", "p": []},
        {"p": []},
        {"am": "2025-03-01", "p": "keine Liste"},
        {"am": "2025-03-01", "p": 7},
        {"am": "2025-03-01", "p": [{"b": ""}]},
        {"am": "2025-03-01", "p": [{}]},
        {"am": "2025-03-01", "p": ["b"]},
        {"am": "2025-03-01", "p": [{"b": True}]},
        {"am": "2025-03-01", "p": [], "status": "verschollen"},
    ],
)
def test_one_odd_order_leaves_the_page_to_the_records(raw: Raw) -> None:
    fields = {"placed_at": "am", "status": "status"}
    mapper = Mapper("orders", fields, {"from": "p", "amount": "b"}, where="shop, orders")
    good = {"am": "2025-03-01", "p": [{"b": "5,00"}], "status": "Open"}
    same(mapper.page([good, good]), mapper, [good, good])
    assert mapper.page([good, raw]) is None


@pytest.mark.parametrize(
    "target, spec, value",
    [
        ("customer_stream", "x", 7),
        ("test", {"field": "x", "values": {"7": "ja"}}, 7),
        ("test", {"field": "x", "values": {"7": 2}}, 7),
        ("shipping", {"field": "x", "values": {"7": 4.5}}, 7),
        ("shipping", {"field": "x", "values": {"7": "4.50"}, "other": None}, 8),
        ("status", {"field": "x", "values": {"7": "open"}, "other": None}, 8),
    ],
)
def test_what_a_mapping_makes_of_a_value_may_be_odd_too(target: str, spec: Any, value: Any) -> None:
    mapper = Mapper("orders", {"placed_at": "am", target: spec}, where="shop, orders")
    good: Raw = {"am": "2025-03-01"}
    same(mapper.page([good]), mapper, [good])
    assert mapper.page([good, {**good, "x": value}]) is None


def test_marks_may_be_told_as_constants_but_not_as_a_text() -> None:
    lists = customers({"marks": {"field": "x", "values": {"7": ["Tee", "Wein"]}, "other": []}})
    raws: list[Raw] = [{"x": 7}, {"x": "8"}, {"x": ""}, {}]
    same(lists.page(raws), lists, raws)
    texts = customers({"marks": {"field": "x", "values": {"7": "Tee"}}})
    assert texts.page([{"x": ""}, {"x": 7}]) is None


@pytest.mark.parametrize("target", ["guest.family_name", "delivery.promised_on"])
def test_a_guest_or_a_delivery_is_told_record_by_record(target: str) -> None:
    mapper = Mapper("orders", {"placed_at": "am", target: "x"}, where="shop, orders")
    assert mapper.page([{"am": "2025-03-01", "x": "Yılmaz"}]) is None


@pytest.mark.parametrize("raw", [{}, {ROWS: None}, {ROWS: []}, {ROWS: ["x"]}, {ROWS: {"am": "1"}}])
def test_groups_that_are_none(raw: Raw) -> None:
    mapper = Mapper("orders", {"placed_at": "am"}, {"amount": "b"}, where="x", grouped=True)
    good = {ROWS: [{"am": "2025-03-01", "b": "5"}]}
    same(mapper.page([good]), mapper, [good])
    assert mapper.page([good, raw]) is None


def test_records_that_are_no_objects_of_json() -> None:
    assert customers(FIELDS).page([MappingProxyType(URSULA)]) is None
    nested = {"addresses": {"from": "l", "city": "ort"}}
    assert customers(nested).page([{"l": [MappingProxyType({"ort": "Köln"})]}]) is None
