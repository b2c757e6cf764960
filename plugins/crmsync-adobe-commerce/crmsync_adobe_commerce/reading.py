"""Reads what changed, or everything: always the first page of what lies behind the last record.

Nothing is read by page number: a record that changes moves to the end of its list, and past the
last page many shops give that once more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from crmsync.http.reading import After, by_id, by_stamp, ids_of
from crmsync.model.stream import Page, Window
from crmsync_adobe_commerce.api import Api
from crmsync_adobe_commerce.criteria import KINDS, NUMBER, STAMP, Filter, Kind, since, until
from crmsync_adobe_commerce.settings import AdobeCommerceSettings

JOINED = "crmsync"
"""Where a record holds what was asked for besides: names of what it has only by id."""


class Reading:
    """Walks the lists of one shop."""

    def __init__(self, api: Api, own: AdobeCommerceSettings) -> None:
        self._api, self._own = api, own

    def changed(self, stream: str, window: Window, position: Any) -> Iterator[Page]:
        """What has a stamp in a window, in the order of stamp and id."""
        kind = self._kind(stream)

        def fetch(after: After | None) -> Any:
            low = since(window) if after is None else [Filter(STAMP, "gt", str(after.stamp))]
            return self._page(kind, [*low, *until(window)], (STAMP, NUMBER))

        def ties(after: After) -> Any:
            alike = [Filter(STAMP, "eq", str(after.stamp)), Filter(NUMBER, "gt", str(after.id))]
            return self._page(kind, alike, (NUMBER,))

        pages = by_stamp(fetch, position, stamp=STAMP, key=kind.key, records="items", ties=ties)
        return map(self._with_names, pages) if stream == "products" else pages

    def whole(self, stream: str, position: Any) -> Iterator[Page]:
        """Every record, in the order of ids."""
        return self._numbered(self._kind(stream), position)

    def ids(self, stream: str) -> Iterator[Sequence[str]]:
        """The id of every record."""
        kind = KINDS[stream]
        return ids_of(self._numbered(kind._replace(fields=kind.key), None), key=kind.key)

    def stores(self) -> Iterator[Page]:
        """The store views, each with its time zone."""
        zones = {one.get("code"): one.get("timezone") for one in
                 self._api.all("/V1/store/storeConfigs")}  # fmt: skip
        views = self._api.all("/V1/store/storeViews")
        rows = [{**one, JOINED: {"zone": zones.get(one.get("code"))}} for one in views]
        yield Page(records=rows, source="/V1/store/storeViews")

    def _kind(self, stream: str) -> Kind:
        """What is asked for of a stream; of an order also the field that a shop keeps its
        promise in."""
        kind, way = KINDS[stream], self._own.promised.split(".")
        if stream != "orders" or not way[0]:
            return kind
        return kind._replace(fields=f"{kind.fields},{'['.join(way)}{']' * (len(way) - 1)}")

    def _numbered(self, kind: Kind, position: Any) -> Iterator[Page]:
        def fetch(after: Any) -> Any:
            rest = [] if after is None else [Filter(NUMBER, "gt", str(after))]
            return self._page(kind, rest, (NUMBER,))

        return by_id(fetch, position, key=kind.key, records="items")

    def _page(self, kind: Kind, filters: Sequence[Filter], order: Sequence[str]) -> Any:
        stay = "items" if kind.path.startswith("/V1/customers") else ""
        return self._api.search(kind, filters, order, size=self._own.page_size, undecoded=stay)

    # what products have only by id

    def _with_names(self, page: Page) -> Page:
        """The products of a page, with the names of their categories, brands and sizes."""
        return replace(page, records=[{**one, JOINED: self._names(one)} for one in page.records])

    def _names(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        values = attributes(raw)
        return {
            "categories": [self._categories.get(one) for one in _category_ids(raw)],
            "brand": self._label(self._own.brand_attribute, values),
            "size": self._label(self._own.size_attribute, values),
        }

    def _label(self, code: str, values: Mapping[str, Any]) -> Any:
        value = values.get(code)
        return self._options.get(code, {}).get(str(value), value) if code and value else None

    @cached_property
    def _categories(self) -> dict[str, str]:
        """Categories by id, from the tree that the shop shows below its root."""
        found: dict[str, str] = {}
        rest = [self._api.one("/V1/categories")]
        while rest:
            node = rest.pop()
            found[str(node.get("id"))] = str(node.get("name"))
            rest += [one for one in node.get("children_data") or () if isinstance(one, dict)]
        return found

    @cached_property
    def _options(self) -> dict[str, dict[str, str]]:
        """The labels of attributes that are chosen from a list, by code and by value."""
        codes = [one for one in (self._own.brand_attribute, self._own.size_attribute) if one]
        kind = Kind(
            "/V1/products/attributes", "attribute_id", "attribute_code,options[label,value]"
        )
        rows = self._api.rows(kind, [Filter("attribute_code", "in", ",".join(codes))], (), size=9)
        return {
            str(row.get("attribute_code")): {
                str(one.get("value")): str(one.get("label"))
                for one in row.get("options") or ()
                if one.get("value")
            }
            for row in rows
        }


def attributes(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The custom attributes of a record by their codes."""
    found = raw.get("custom_attributes")
    rows = found if isinstance(found, list) else []
    return {str(one.get("attribute_code")): one.get("value") for one in rows
            if isinstance(one, Mapping)}  # fmt: skip


def _category_ids(raw: Mapping[str, Any]) -> list[str]:
    """The ids of a product's categories; the one that was chosen last stands last."""
    extra = raw.get("extension_attributes")
    links = extra.get("category_links") if isinstance(extra, Mapping) else None
    rows = links if isinstance(links, list) else []
    return [str(one.get("category_id")) for one in rows if isinstance(one, Mapping)]
