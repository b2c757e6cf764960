"""What is asked for stands in the vendor's schema, where CRMSYNC_CONTRACTS has it."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from crmsync_shopware import wire
from crmsync_shopware.criteria import KINDS, Kind

FOLDER = os.environ.get("CRMSYNC_CONTRACTS", "")
pytestmark = pytest.mark.skipif(not FOLDER, reason="CRMSYNC_CONTRACTS names no folder")

NOT_TOLD = {("customer", "company"), ("customer", "vatIds")}
"""Fields of 6.6 and 6.7 that the pruned schema does not list."""


@cache
def schema() -> dict[str, Any]:
    path = Path(FOLDER) / "shopware" / "shopware-admin-6.7-pruned.json"
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def fields(entity: str) -> dict[str, Any]:
    name = "".join(part.capitalize() for part in entity.replace("-", "_").split("_"))
    found: dict[str, Any] = schema()["components"]["schemas"][name]["properties"]
    return found


@pytest.mark.parametrize("name", sorted(KINDS))
def test_the_routes_and_fields_that_are_read(name: str) -> None:
    kind: Kind = KINDS[name]
    assert "post" in schema()["paths"][f"/search/{kind.entity}"]
    for entity, wanted in kind.fields.items():
        if entity == "order_address":
            continue
        known = fields(entity)
        missing = {one for one in wanted if one not in known and (entity, one) not in NOT_TOLD}
        missing -= {"vatId"} if entity == "customer_address" else set()
        assert not missing, entity
    if kind.number:
        assert fields(kind.entity)[kind.number]["type"] == "integer"


def test_the_history_of_states() -> None:
    assert {"referencedId", "createdAt", "toStateMachineState"} <= fields(
        "state_machine_history"
    ).keys()


def test_what_is_written() -> None:
    sync = schema()["paths"]["/_action/sync"]["post"]
    names = {one["name"] for one in sync["parameters"]}
    assert names >= {"fail-on-error", "indexing-behavior"}
    for field in wire.PLAIN.values():
        assert field in fields("customer") or ("customer", field) in NOT_TOLD, field
    for field in (*wire.ADDRESS.values(), "street", "phoneNumber", "countryId"):
        assert field in fields("customer_address"), field


def test_what_a_new_customer_needs() -> None:
    needed = set(schema()["components"]["schemas"]["Customer"]["required"])
    made = {"id", "groupId", "salesChannelId", "languageId", "defaultBillingAddressId",
            "defaultShippingAddressId", "customerNumber", "firstName", "lastName",
            "email"}  # fmt: skip
    assert needed <= made


def test_the_filters_are_the_schemas() -> None:
    kinds = schema()["components"]["schemas"]
    assert kinds["RangeFilter"]["properties"]["type"]["enum"] == ["range"]
    assert {"multi", "not"} <= set(kinds["MultiNotFilter"]["properties"]["type"]["enum"])
    assert {"and", "or"} <= set(kinds["MultiNotFilter"]["properties"]["operator"]["enum"])
