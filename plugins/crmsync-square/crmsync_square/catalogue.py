"""Items and locations of Square in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmsync.mapping import rows
from crmsync.model.stream import reach
from crmsync.model.told import ToldProduct, ToldStore
from crmsync_square.orders import money

Row = Mapping[str, Any]


def products(raw: Row) -> Iterator[ToldProduct]:
    """One product for each variation, under its id: that is all that the lines of an order name."""
    item = raw["item_data"]
    for row in item.get("variations") or ():
        own = row.get("item_variation_data") or {}
        names = [item["name"], own.get("name")]
        yield ToldProduct(
            sku=row["id"],
            name=" – ".join(one for one in names if one),
            gtin=own.get("upc"),
            category=raw.get("category_name"),
            part=row["id"],
            **_cost(own),
        )


def _cost(own: Row) -> dict[str, Any]:
    """What one costs, by its first vendor, who is the usual one; {} for 0, which nobody filled in.

    Square tells it from the version 2026-07-15 on.
    """
    told = next((one.get("unit_cost_money") for one in rows(own, "vendor_information")), None)
    if not told or not told.get("amount"):
        return {}
    return {"cost": money(told), "currency": told["currency"]}


def location(raw: Row) -> ToldStore:
    """The location with its zone, in which the times of its orders are read."""
    return ToldStore(
        key=raw["id"],
        name=raw["name"],
        zone=raw.get("timezone") or None,
        postal_code=reach(raw, "address.postal_code"),
        city=reach(raw, "address.locality"),
    )
