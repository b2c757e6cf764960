"""Products and locations of Shopify in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmsync.model.stream import reach
from crmsync.model.told import ToldProduct, ToldStore

Row = Mapping[str, Any]

ONLY = "Default Title"
"""What Shopify calls the variant of a product that has but one."""


def products(raw: Row) -> Iterator[ToldProduct]:
    """One product for each variant: those are what the lines of an order name.

    A cost that nobody entered is null, so one of 0 was entered, and is told.
    """
    for row in raw["variants"]:
        yield ToldProduct(
            sku=sku_of(row),
            name=title_of(raw.get("title"), row.get("title")),
            gtin=row.get("barcode") or None,
            category=reach(raw, "category.fullName") or raw.get("productType") or None,
            brand=raw.get("vendor") or None,
            cost=reach(row, "inventoryItem.unitCost.amount"),
            currency=reach(row, "inventoryItem.unitCost.currencyCode"),
            part=row["id"],
        )


def sku_of(variant: Row) -> Any:
    """The variant's article number, else its id: Shopify asks for no numbers."""
    return variant.get("sku") or variant.get("id")


def title_of(product: Any, variant: Any) -> Any:
    """The product's title, and the variant's where there are several."""
    alone = variant in (None, "", ONLY) or not isinstance(product, str)
    return product if alone else f"{product} – {variant}"


def location(raw: Row) -> ToldStore:
    """The location; Shopify knows no zone of it."""
    return ToldStore(
        key=raw["id"],
        name=raw["name"],
        postal_code=reach(raw, "address.zip"),
        city=reach(raw, "address.city"),
    )
