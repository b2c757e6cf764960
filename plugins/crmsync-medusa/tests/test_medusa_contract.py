"""The connector asks for nothing, and writes nothing, that Medusa's description does not know."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crmsync_medusa import Medusa
from crmsync_medusa.settings import MedusaSettings
from fake_medusa import FakeMedusa

from crmsync.model.intent import Intent
from crmsync.model.stream import Connection, Window
from crmsync.testing import START, Asked

OWN: dict[str, Any] = json.loads((Path(__file__).parent / "contract.json").read_text("utf-8"))
REQUESTS: dict[str, list[str]] = OWN["requests"]
VENDORS = Path("medusa") / "medusa-admin-2.0.0.json"
PRUNED = ("GET /admin/product-variants", "GET /admin/stock-locations")
"""Routes that the pruned description does not hold; the live tests ask them."""


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[list[Asked]]:
    """Every request of a reading, and of one change of each kind."""
    with FakeMedusa() as fake:
        fake.fill(customers=4).secrets["key"] = "geheim"
        told = {"url": fake.url, "api_key": "geheim", "metadata": {"salutation": "anrede"}}
        shop = Medusa(MedusaSettings.model_validate(told),
                      Connection(name="laden", controller="haus", base=str(tmp_path)))  # fmt: skip
        shop.check()
        for stream in shop.streams():
            list(shop.read(stream, Window(START, fake.now), None))
        fields = {"family_name": "Moor", "company": "Hof", "contacts.email": "moor@example.org",
                  "contacts.phone": "0221", "salutation": "Frau", "addresses.billing.city": "Bonn",
                  "addresses.billing.street": "Ring", "addresses.billing.lines": ["Hof"],
                  "addresses.billing.country": "DE"}  # fmt: skip
        group = {"name": "stamm", "member": True}
        changes: list[dict[str, Any]] = [
            {"fields": fields, "whole": fields},
            {"external_id": "cus_000001", "fields": {**fields, "contacts.email": "m@example.org"}},
            {"change": "audience", "external_id": "cus_000001", "fields": group},
            {"change": "audience", "external_id": "cus_000001",
             "fields": {**group, "member": False}},
            {"change": "erase", "external_id": "cus_000002"},
        ]  # fmt: skip
        intents = [Intent(id=str(n), key=f"k-{n}", **more) for n, more in enumerate(changes)]
        assert {one.outcome for one in shop.write(intents)} == {"done"}
        shop.close()
        yield fake.heard


def named(asked: Asked) -> str:
    path = re.sub(r"/cuaddr_\w+", "/{address_id}", asked.path)
    return f"{asked.method} {re.sub(r'/(cus|cusgroup)_[^/]+', '/{id}', path)}"


def test_requests_are_those_of_the_contract(heard: list[Asked]) -> None:
    assert {named(one) for one in heard} == set(REQUESTS)
    for one in heard:
        asked = {name.partition("[")[0] for name in one.query} | set(one.json)
        assert asked <= set(REQUESTS[named(one)]), named(one)


@pytest.fixture(scope="module")
def vendors() -> dict[str, Any]:
    folder = os.environ.get("CRMSYNC_CONTRACTS")
    if not folder:
        pytest.skip(f"CRMSYNC_CONTRACTS names no folder with {VENDORS}")
    found: dict[str, Any] = json.loads((Path(folder) / VENDORS).read_text("utf-8"))
    return found


def test_our_fields_are_the_vendors(vendors: dict[str, Any]) -> None:
    schemas = vendors["components"]["schemas"]
    for shape, fields in OWN["fields"].items():
        assert set(fields) <= properties(schemas, schemas[shape]), shape


def test_our_requests_are_the_vendors(vendors: dict[str, Any]) -> None:
    for name, parameters in REQUESTS.items():
        if name in PRUNED:
            continue
        method, path = name.split(" ")
        known = vendors["paths"][path][method.lower()]
        names = {one["name"] for one in known.get("parameters", ())}
        body = known.get("requestBody", {}).get("content", {}).get("application/json", {})
        names |= properties(vendors["components"]["schemas"], body.get("schema", {}))
        assert set(parameters) <= names, name


def properties(schemas: dict[str, Any], schema: dict[str, Any]) -> set[str]:
    """The properties of a shape and of those that it is made of."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    found = set(schema.get("properties", ()))
    return found.union(*(properties(schemas, one) for one in schema.get("allOf", ())))


def test_a_shop_that_gives_fewer_rows_than_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A short page is not the last one: whoever is on the next would be missing, and so be gone."""
    with FakeMedusa() as fake:
        fake.fill(customers=7).secrets["key"] = "geheim"
        told = {"url": fake.url, "api_key": "geheim", "page_size": 200}
        shop = Medusa(MedusaSettings.model_validate(told),
                      Connection(name="laden", controller="haus", base=str(tmp_path)))  # fmt: skip
        monkeypatch.setattr(fake, "page", 3)
        (customers,) = [one for one in shop.streams() if one.name == "customers"]
        rows = [row["id"] for page in shop.read(customers, Window(), None) for row in page.records]
        assert len(set(rows)) == len(rows) == 7
        shop.close()
