"""The connector asks for nothing, and writes nothing, that the contract does not know."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from crmsync_square import Square
from crmsync_square.customers import customer_fields
from crmsync_square.settings import SquareSettings
from fake_square import FakeSquareWithEvents

from crmsync.model.intent import Intent
from crmsync.model.stream import Connection, Window
from crmsync.testing import START, Asked

OWN: dict[str, Any] = json.loads((Path(__file__).parent / "contract.json").read_text("utf-8"))
FIELDS: dict[str, list[str]] = OWN["fields"]
VENDORS = Path("square") / "square-customers-orders.json"


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[list[Asked]]:
    """Every request of a reading, and of one change of each kind."""
    with FakeSquareWithEvents() as fake:
        fake.fill()
        fake.secrets |= {"client": "geheim", "refresh": "geheim"}
        own = SquareSettings.model_validate(
            {"url": fake.url, "client_id": "c", "client_secret": "geheim",
             "refresh_token": "geheim", "events": True}
        )  # fmt: skip
        shop = Square(own, Connection(name="laden", controller="haus", base=str(tmp_path)))
        shop.check()
        for stream in shop.streams():
            list(shop.read(stream, Window(START, fake.now), None))
        told = {"family_name": "Moor", "contacts.email": "moor@example.org", "vat_id": "DE1",
                "addresses.home.city": "Bonn", "addresses.home.lines": ["Hof"]}  # fmt: skip
        stale = {"external_id": "C-3", "fields": {"family_name": "Alt"}, "version": "1"}
        changes: list[dict[str, Any]] = [
            {"fields": told}, {"external_id": "C-1", "fields": told}, stale,
            {"change": "audience", "external_id": "C-1",
             "fields": {"name": "stamm", "member": True}},
            {"change": "audience", "external_id": "C-1",
             "fields": {"name": "stamm", "member": False}},
            {"change": "erase", "external_id": "C-2"},
        ]  # fmt: skip
        intents = [Intent(id=str(n), key=f"k-{n}", **more) for n, more in enumerate(changes)]
        assert [one.outcome for one in shop.write(intents)].count("refused") == 1
        shop.close()
        yield [one for one in fake.heard if one.parts[0] == "v2"]


def named(asked: Asked) -> str:
    path = re.sub(r"/customers/(C-|neu-)[^/]+", "/customers/{id}", asked.path)
    return f"{asked.method} {re.sub(r'/groups/G-[^/]+', '/groups/{group}', path)}"


def test_requests_are_those_of_the_contract(heard: list[Asked]) -> None:
    assert {named(one) for one in heard} == set(OWN["requests"])
    for one in heard:
        assert {*one.query, *one.json} <= set(OWN["requests"][named(one)]), named(one)


def test_bodies_hold_what_may_be_written(heard: list[Asked]) -> None:
    shapes = {"bulk-create": "BulkCreateCustomerData", "bulk-update": "BulkUpdateCustomerData"}
    bodies = [(shapes[one.parts[-1]], row) for one in heard if one.parts[-1] in shapes
              for row in one.json["customers"].values()]  # fmt: skip
    assert len(bodies) == 3
    for shape, body in bodies:
        assert set(body) <= set(FIELDS[shape])
        assert set(body.get("address") or {}) <= set(FIELDS["Address"])


def test_queries_hold_what_may_be_asked(heard: list[Asked]) -> None:
    filters = {"customers": "CustomerFilter", "orders": "SearchOrdersFilter",
               "events": "SearchEventsFilter"}  # fmt: skip
    asked = [(one.parts[1], one.json["query"]) for one in heard if "query" in one.json]
    assert {name for name, _ in asked} == set(filters)
    for name, query in asked:
        assert set(query) <= {"filter", "sort"}
        assert set(query.get("filter") or {}) <= set(FIELDS[filters[name]])


def test_what_is_read_of_customers_is_in_the_contract() -> None:
    inner = {"address": "Address", "preferences": "CustomerPreferences",
             "tax_ids": "CustomerTaxIds"}  # fmt: skip
    read = set(re.findall(r"'([a-z_0-9]+(?:\.[a-z_0-9]+)?)'", _columns(customer_fields())))
    assert len(read) > 15
    for path in read:
        parent, _, leaf = path.rpartition(".")
        assert leaf in FIELDS[inner[parent] if parent else "Customer"], path


def _columns(fields: Mapping[str, Any]) -> str:
    return repr([one if isinstance(one, str) else one["field"] for one in fields.values()])


@pytest.fixture
def vendors() -> dict[str, Any]:
    folder = os.environ.get("CRMSYNC_CONTRACTS")
    if not folder:
        pytest.skip(f"CRMSYNC_CONTRACTS names no folder with {VENDORS}")
    found: dict[str, Any] = json.loads((Path(folder) / VENDORS).read_text("utf-8"))
    return found


def test_our_fields_are_the_vendors(vendors: dict[str, Any]) -> None:
    schemas = vendors["components"]["schemas"]
    for shape, fields in FIELDS.items():
        assert set(fields) <= set(schemas[shape]["properties"]), shape


def test_our_words_are_the_vendors(vendors: dict[str, Any]) -> None:
    schemas = vendors["components"]["schemas"]
    for shape, words in OWN["words"].items():
        assert set(words) <= set(schemas[shape]["enum"]), shape


def test_our_requests_are_the_vendors(vendors: dict[str, Any]) -> None:
    for name, parameters in OWN["requests"].items():
        method, path = name.split(" ")
        path = path.replace("{id}", "{customer_id}").replace("{group}", "{group_id}")
        known = vendors["paths"][path][method.lower()]
        names = {one["name"] for one in known.get("parameters", [])}
        body = known.get("requestBody", {}).get("content", {}).get("application/json", {})
        shape = body.get("schema", {}).get("$ref", "").rpartition("/")[2]
        names |= set(vendors["components"]["schemas"].get(shape, {}).get("properties", {}))
        assert set(parameters) <= names, name
