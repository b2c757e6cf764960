"""Reads the lists of a shop: whole, by what changed in a window, or by their ids alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from crmsync.errors import BackendError
from crmsync.http.reading import as_deleted, by_offset, earlier, header, ids_of, in_turn, watched
from crmsync.model.stream import Page, Window
from crmsync_woocommerce.api import Api, fields
from crmsync_woocommerce.settings import WooCommerceSettings

TOTAL = header("X-WP-Total")
MOST = 100
"""WooCommerce lists no more rows than this at once."""


class Reading:
    """Walks the lists of one shop, all of them in the order of their ids."""

    def __init__(self, api: Api, own: WooCommerceSettings) -> None:
        self._api, self._own = api, own
        self._lists_refunds = True

    def customers(self, position: Any) -> Iterator[Page]:
        """Every customer: WooCommerce cannot say which of them changed, and heeds no filter."""
        return self._walk("/customers", position, undecoded=".", role=self._own.role,
                          _fields=fields("customers"))  # fmt: skip

    def orders(self, window: Window, position: Any) -> Iterator[Page]:
        """The orders that changed in a window, with their refunds; then what lies in the trash."""
        if self._own.order_deletes == "compare":
            return self._orders(window, position)
        return in_turn(position, orders=lambda at: self._orders(window, at), trash=self._trash)

    def products(self, window: Window, position: Any) -> Iterator[Page]:
        """The products that changed in a window, with their variations."""
        for page in self._changed("/products", window, position, _fields=fields("products")):
            yield replace(page, records=[self._with_variations(one) for one in page.records])

    def order_ids(self) -> Iterator[Sequence[str]]:
        """The ids of all orders that are not in the trash."""
        return ids_of(self._walk("/orders", None, size=MOST, status="any", _fields="id"))

    def _orders(self, window: Window, position: Any) -> Iterator[Page]:
        asked = {"status": "any", "_fields": fields("orders")}
        pages = self._changed("/orders", window, position, **asked)
        for page in watched(pages, window, stamp="date_modified_gmt", stream="orders"):
            yield replace(page, records=self._with_refunds(page.records))

    def _trash(self, position: Any) -> Iterator[Page]:
        return as_deleted(self._walk("/orders", position, status="trash", _fields="id"))

    def _changed(self, path: str, window: Window, position: Any, **asked: Any) -> Iterator[Page]:
        """What changed in a window, whose lower bound WooCommerce itself leaves out."""
        low = earlier(window).since
        bounds: dict[str, Any] = {
            "modified_after": _text(low),
            "modified_before": _text(window.until),
        }
        return self._walk(path, position, dates_are_gmt="true", **bounds, **asked)

    def _walk(
        self, path: str, position: Any, *, size: int = 0, undecoded: str = "", **asked: Any
    ) -> Iterator[Page]:
        def fetch(start: int, count: int) -> Any:
            return self._api.get(path, undecoded=undecoded, offset=start, per_page=count,
                                 orderby="id", order="asc", **asked)  # fmt: skip

        return by_offset(fetch, position, size=size or self._own.page_size, total=TOTAL)

    # what lies below a record

    def _with_refunds(self, orders: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """The orders; a list tells only a refund's sum, so each is asked for as a whole."""
        wanted = [one for order in orders for one in _refund_ids(order)]
        if not wanted:
            return list(orders)
        known = {one.get("id"): one for one in self._refunds(wanted, orders)}
        return [_filled(order, known) if _refund_ids(order) else order for order in orders]

    def _refunds(
        self, wanted: Sequence[int], orders: Sequence[Mapping[str, Any]]
    ) -> Iterator[Mapping[str, Any]]:
        """All at once since WooCommerce 9.0, order by order before."""
        if self._lists_refunds:
            try:
                yield from self._listed_refunds(wanted)
                return
            except BackendError as error:
                if error.status != 404:
                    raise
                self._lists_refunds = False
        for order in orders:
            if _refund_ids(order):
                yield from self._all(f"/orders/{order['id']}/refunds", "refunds")

    def _listed_refunds(self, wanted: Sequence[int]) -> Iterator[Mapping[str, Any]]:
        for start in range(0, len(wanted), MOST):
            some = ",".join(map(str, wanted[start : start + MOST]))
            yield from self._api.rows("/refunds", include=some, per_page=MOST,
                                      _fields=fields("refunds"))  # fmt: skip

    def _with_variations(self, product: Mapping[str, Any]) -> Mapping[str, Any]:
        if product.get("type") != "variable" or not product.get("variations"):
            return product
        found = self._all(f"/products/{product['id']}/variations", "variations")
        return {**product, "variants": list(found)}

    def _all(self, path: str, kind: str) -> Iterator[Mapping[str, Any]]:
        for page in self._walk(path, None, size=MOST, _fields=fields(kind)):
            yield from page.records


def _refund_ids(order: Mapping[str, Any]) -> list[int]:
    found = order.get("refunds")
    rows = found if isinstance(found, list) else []
    return [
        row["id"] for row in rows if isinstance(row, Mapping) and isinstance(row.get("id"), int)
    ]


def _filled(order: Mapping[str, Any], known: Mapping[Any, Any]) -> Mapping[str, Any]:
    refunds = [
        {**row, **known.get(row.get("id"), {})} if isinstance(row, Mapping) else row
        for row in order["refunds"]
    ]
    return {**order, "refunds": refunds}


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
