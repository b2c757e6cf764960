"""What is asked for stands in the vendor's documentation, where CRMSYNC_CONTRACTS has it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from crmsync_woocommerce.api import NEEDED
from crmsync_woocommerce.writing import NAMES

FOLDER = os.environ.get("CRMSYNC_CONTRACTS", "")
pytestmark = pytest.mark.skipif(not FOLDER, reason="CRMSYNC_CONTRACTS names no folder")

FILES = {"customers": "customers", "orders": "orders", "refunds": "order-refunds",
         "products": "products"}  # fmt: skip
NEWER = {("products", "global_unique_id"), ("products", "brands"), ("refunds", "parent_id"),
         ("products", "cost_of_goods_sold")}  # fmt: skip
"""Fields that came after the documentation was written (9.0 and later)."""
# of orders the contract holds only the parameters of a single one; they are those of products
ASKED = {
    "customers": {"page", "per_page", "offset", "order", "orderby", "email", "role"},
    "products": {"per_page", "offset", "order", "orderby", "modified_after", "modified_before",
                 "dates_are_gmt"},
}  # fmt: skip


def properties(kind: str) -> dict[str, dict[str, Any]]:
    path = Path(FOLDER) / "woocommerce" / f"{FILES[kind]}.json"
    found: dict[str, dict[str, Any]] = json.loads(path.read_text())["properties"]
    return found


@pytest.mark.parametrize("kind", sorted(FILES))
def test_the_fields_that_are_read(kind: str) -> None:
    tables = [table for name, table in properties(kind).items() if name.endswith("properties")]
    known = tables[0].keys()
    missing = {one for one in NEEDED[kind] if one not in known and (kind, one) not in NEWER}
    assert not missing


@pytest.mark.parametrize("kind", sorted(ASKED))
def test_the_parameters_that_are_sent(kind: str) -> None:
    assert set(properties(kind)["Available parameters"]) >= ASKED[kind]


def test_the_fields_that_are_written() -> None:
    tables = properties("customers")
    top = tables["Customer properties"]
    inner = {"billing": tables["Customer - Billing properties"],
             "shipping": tables["Customer - Shipping properties"]}  # fmt: skip
    for way in NAMES.values():
        assert way[-1] in (inner[way[0]] if len(way) == 2 else top), way


def test_the_fields_of_lines() -> None:
    known = properties("orders")["Order - Line items properties"]
    read = {"sku", "name", "quantity", "subtotal", "subtotal_tax", "total", "total_tax", "taxes",
            "meta_data"}  # fmt: skip
    assert read <= known.keys()
