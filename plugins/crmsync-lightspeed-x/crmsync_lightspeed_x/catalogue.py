"""Products and outlets of Lightspeed in our words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmsync.mapping import cost_in
from crmsync.model.stream import reach
from crmsync.model.told import ToldProduct, ToldStore

Row = Mapping[str, Any]

SIZES = {name.casefold() for name in ("size", "Größe", "Groesse", "Schuhgröße")}
CODES = {"EAN", "UPC", "GTIN", "ISBN", "JAN"}


def product(raw: Row) -> ToldProduct:
    """The product under its id: that is all that the lines of a sale name."""
    return ToldProduct(
        sku=raw["id"],
        name=raw.get("variant_name") or raw["name"],
        gtin=_gtin(raw),
        category=reach(raw, "type.name") or _name(raw.get("categories")),
        brand=reach(raw, "brand.name"),
        size=_size(raw),
        cost=cost_in(raw, "supply_price"),
    )


def outlet(raw: Row) -> ToldStore:
    """The outlet with its zone, in which the times of its sales are read."""
    return ToldStore(
        key=raw["id"],
        name=raw["name"],
        zone=raw.get("time_zone") or None,
        postal_code=raw.get("physical_postcode") or None,
        city=raw.get("physical_city") or None,
    )


def _gtin(raw: Row) -> str | None:
    codes = raw.get("product_codes") or ()
    return next((one["code"] for one in codes if str(one.get("type")).upper() in CODES), None)


def _size(raw: Row) -> str | None:
    options = raw.get("variant_options") or ()
    named = ((str(one.get("name")).casefold(), one.get("value")) for one in options)
    return next((value for name, value in named if name in SIZES), None)


def _name(categories: Any) -> str | None:
    return categories[0].get("name") if categories else None
