"""A product of WooCommerce in our words: itself, and each of its variations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crmsync.mapping import cost_in, inner, rows
from crmsync.model.told import ToldProduct
from crmsync_woocommerce.settings import WooCommerceSettings

Row = Mapping[str, Any]


def products(raw: Row, own: WooCommerceSettings) -> Iterator[ToldProduct]:
    """The product and its variations, as far as they have a sku: lines name nothing else."""
    for row in (raw, *rows(raw, "variants")):
        if row.get("sku"):
            part = "product" if row is raw else f"variation-{row.get('id')}"
            yield ToldProduct(
                sku=row["sku"],
                name=raw["name"],
                gtin=row.get("global_unique_id") or None,
                category=_first(raw, "categories"),
                brand=_first(raw, "brands") or _attribute(raw, own.brand_attributes),
                size=_attribute(row, own.size_attributes),
                cost=cost_in(inner(row, "cost_of_goods_sold"), "total_value"),
                part=part,
            )


def _first(raw: Row, name: str) -> Any:
    found = rows(raw, name)
    return found[0].get("name") if found else None


def _attribute(row: Row, names: Sequence[str]) -> Any:
    """A variation's attribute has one `option`, a product's may have several `options`."""
    for one in rows(row, "attributes"):
        if one.get("name") in names:
            options = one.get("options")
            several = options if isinstance(options, list) else [one.get("option")]
            return several[0] if len(several) == 1 else None
    return None
