"""A product of Tryton in our words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmsync.model.told import ToldProduct
from crmsync_tryton import codec
from crmsync_tryton.customers import rows

Row = Mapping[str, Any]


def product(raw: Row) -> ToldProduct:
    """The product; its first category with the path that leads to it."""
    cost = codec.decimal(raw.get("cost_price"), field="cost_price")
    return ToldProduct(
        sku=sku(raw),
        name=raw.get("name") or sku(raw),
        gtin=gtin(raw),
        category=_category(raw),
        cost=cost if cost > 0 else None,  # 0 is what Tryton puts there until somebody knows
    )


def sku(raw: Row) -> str:
    """The product's code; where it has none, its id, so that line and product still meet."""
    return raw.get("code") or f"id:{raw['id']}"


def gtin(raw: Row) -> str | None:
    """The product's EAN."""
    codes = [row.get("code") for row in rows(raw, "identifiers") if row.get("type") == "ean"]
    return codes[0] if codes else None


def _category(raw: Row) -> str | None:
    template = codec.related(raw, "template") or {}
    names = [row["rec_name"] for row in rows(template, "categories")]
    return names[0] if names else None
