"""What is asked for and written stands in the vendor's contract, where CRMSYNC_CONTRACTS has it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from crmsync_adobe_commerce import wire
from crmsync_adobe_commerce.criteria import KINDS, criteria
from fake_adobe_commerce import tree

FOLDER = os.environ.get("CRMSYNC_CONTRACTS", "")
pytestmark = pytest.mark.skipif(not FOLDER, reason="CRMSYNC_CONTRACTS names no folder")

RECORDS = {
    "customers": "customer-data-customer-interface",
    "orders": "sales-data-order-interface",
    "shipments": "sales-data-shipment-interface",
    "creditmemos": "sales-data-creditmemo-interface",
    "products": "catalog-data-product-interface",
    "rmas": "rma-data-rma-interface",
}


@cache
def contract() -> dict[str, Any]:
    path = Path(FOLDER) / "adobe_commerce" / "admin-2.4.9-pruned.json"
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def fields(name: str) -> dict[str, Any]:
    found: dict[str, Any] = contract()["definitions"][name]["properties"]
    return found


def require(wanted: Mapping[str, Any], name: str) -> None:
    """Every field, and those within it, stands in the definition."""
    known = fields(name)
    assert wanted.keys() <= known.keys(), wanted.keys() - known.keys()
    for field, inner in wanted.items():
        one = known[field].get("items", known[field])
        if inner and "$ref" in one:
            require(inner, one["$ref"].rpartition("/")[2])


@pytest.mark.parametrize("name", sorted(KINDS))
def test_the_routes_and_fields_that_are_read(name: str) -> None:
    kind = KINDS[name]
    if name != "creditmemos":  # the pruned contract leaves the list of credit memos out
        told = contract()["paths"][kind.path]["get"]["parameters"]
        names = {one["name"] for one in told}
        asked = criteria([], ["x"], size=1)
        assert asked.keys() <= names
    require({**tree(kind.fields), kind.key: {}}, RECORDS[name])


def test_the_routes_beside_them() -> None:
    paths = contract()["paths"]
    for path in ("/V1/store/storeViews", "/V1/store/storeConfigs", "/V1/categories",
                 "/V1/products/attributes"):  # fmt: skip
        assert "get" in paths[path], path
    assert "post" in paths["/V1/integration/admin/token"]
    require({"id": {}, "code": {}, "name": {}}, "store-data-store-interface")
    require({"code": {}, "timezone": {}}, "store-data-store-config-interface")


def test_what_is_written() -> None:
    paths = contract()["paths"]
    assert {"put", "delete"} <= paths["/V1/customers/{customerId}"].keys()
    assert "post" in paths["/V1/customers"]
    customer = "customer-data-customer-interface"
    require({name: {} for name in (*wire.PLAIN.values(), "prefix", "website_id")}, customer)
    require({name: {} for name in (*wire.PLACE.values(), *wire.FLAGS.values(), *wire.PLACED)},
            "customer-data-address-interface")  # fmt: skip
    needed = contract()["definitions"][customer]["required"]
    assert set(needed) == set(wire.NEEDED)
