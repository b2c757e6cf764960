"""A product variant of Vendure in our words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from crmsync.model.told import ToldProduct

Row = Mapping[str, Any]
ROOT = "__root_collection__"


def product(raw: Row, *, category_facet: str, brand_facet: str) -> ToldProduct:
    """The variant; its category from the facet of that name, else from its first collection."""
    above = raw.get("product") or {}
    facets = [*(raw.get("facetValues") or ()), *(above.get("facetValues") or ())]
    return ToldProduct(
        sku=raw["sku"],
        name=raw["name"],
        category=_facet(facets, category_facet) or _collection(above.get("collections") or ()),
        brand=_facet(facets, brand_facet),
    )


def _facet(values: Iterable[Row], code: str) -> str | None:
    names = [value["name"] for value in values if value["facet"]["code"] == code]
    return names[0] if names else None


def _collection(collections: Iterable[Row]) -> str | None:
    for collection in collections:
        path = [crumb["name"] for crumb in collection["breadcrumbs"] if crumb["name"] != ROOT]
        if path:
            return " / ".join(path)
    return None
