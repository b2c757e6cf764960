"""The connector asks for nothing, and writes nothing, that the contract does not know."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from crmsync_lightspeed_x import Lightspeed
from crmsync_lightspeed_x.customers import customer_fields
from crmsync_lightspeed_x.settings import LightspeedSettings
from fake_lightspeed_x import FakeLightspeed

from crmsync.model.intent import Intent
from crmsync.model.stream import Connection, Window
from crmsync.testing import Asked

OWN: dict[str, Any] = json.loads((Path(__file__).parent / "contract.json").read_text("utf-8"))
VENDORS = Path("lightspeed") / "x-series-customers-2026-07.reduced.json"


@pytest.fixture
def heard(tmp_path: Path) -> Iterator[list[Asked]]:
    """Every request of a reading, and of one change of each kind."""
    with FakeLightspeed() as fake:
        fake.fill()
        fake.secrets |= {"client": "geheim", "refresh": "geheim"}
        own = {"url": fake.url, "client_id": "c", "client_secret": "geheim",
               "refresh_token": "geheim"}  # fmt: skip
        store = Lightspeed(
            LightspeedSettings.model_validate(own),
            Connection(name="laden", controller="haus", base=str(tmp_path)),
        )
        store.check()
        for stream in store.streams():
            list(store.read(stream, Window(), None))
        told = {"family_name": "Moor", "contacts.email": "moor@example.org",
                "addresses.home.city": "Bonn"}  # fmt: skip
        objected = {"channel": "email", "state": "objected"}
        changes: list[dict[str, Any]] = [
            {"fields": told}, {"external_id": "customer-1", "fields": told},
            {"change": "consent", "external_id": "customer-1", "fields": objected},
            {"change": "erase", "external_id": "customer-2"},
        ]  # fmt: skip
        for number, more in enumerate(changes):
            (result,) = store.write([Intent(id=str(number), key=f"k-{number}", **more)])
            assert result.outcome == "done"
        store.close()
        yield [one for one in fake.heard if one.parts[1] == "2026-07"]


def named(asked: Asked) -> str:
    parts = asked.parts[2:]
    if len(parts) == 2:
        parts = [parts[0], "{id}"]
    return f"{asked.method} /{'/'.join(parts)}"


def test_requests_are_those_of_the_contract(heard: list[Asked]) -> None:
    assert {named(one) for one in heard} == set(OWN["requests"])
    for one in heard:
        assert set(one.query) <= set(OWN["requests"][named(one)]), named(one)


def test_bodies_hold_what_may_be_written(heard: list[Asked]) -> None:
    bodies = [one.json for one in heard if one.method in ("POST", "PUT")]
    assert len(bodies) == 4
    for body in bodies:
        assert set(body) <= set(OWN["writable"])
        assert set(OWN["required"]) <= set(body)


def test_what_is_read_is_in_the_contract() -> None:
    own = LightspeedSettings.model_validate(
        {"url": "https://laden.example", "token": "t", "salutation_field": "custom_field_1"}
    )
    read = set(re.findall(r"'field': '(\w+)'", repr(customer_fields(own))))
    assert len(read) > 20
    assert read <= {*OWN["writable"], *OWN["readable"]}


@pytest.fixture
def vendors() -> dict[str, Any]:
    folder = os.environ.get("CRMSYNC_CONTRACTS")
    if not folder:
        pytest.skip(f"CRMSYNC_CONTRACTS names no folder with {VENDORS}")
    found: dict[str, Any] = json.loads((Path(folder) / VENDORS).read_text("utf-8"))
    return found


def test_our_contract_is_the_vendors(vendors: dict[str, Any]) -> None:
    """For customers, which is what the vendor's contract at hand describes."""
    schemas = vendors["components"]["schemas"]
    assert set(OWN["writable"]) == set(schemas["CustomerBase"]["properties"])
    assert OWN["required"] == schemas["CustomerBase"]["required"]
    lacking = set(OWN["readable"]) - set(schemas["Customer"]["properties"])
    assert lacking <= {"deleted_at"}  # the reduced contract leaves it out
    for name, parameters in OWN["requests"].items():
        method, path = name.split(" ")
        if not path.startswith("/customers"):
            continue
        known = vendors["paths"][path.replace("{id}", "{customer_id}")][method.lower()]
        assert set(parameters) <= {one["name"] for one in known.get("parameters", [])}
