"""What to read for each stream: everything that is there, or orders that may have changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from crmsync.http.reading import by_offset, in_turn
from crmsync.model.stream import Page, Window
from crmsync_medusa.api import Api
from crmsync_medusa.settings import MedusaSettings

CUSTOMER = "*addresses,*groups"
ORDER = ("id,display_id,status,currency_code,email,customer_id,created_at,updated_at,"
         "shipping_total,fulfillment_status,sales_channel.name,*items,*items.tax_lines,*shipping_address,"
         "*billing_address,*fulfillments,*returns,*returns.items,"
         "*payment_collections.payments.refunds")  # fmt: skip
VARIANT = ("id,sku,title,ean,upc,barcode,product.title,product.type.value,"
           "product.categories.name")  # fmt: skip
LOCATION = "id,name,*address"


class Reading:
    """The lists of one shop."""

    def __init__(self, api: Api, own: MedusaSettings) -> None:
        self._api, self._own = api, own

    def locations(self, place: Any) -> Iterator[Page]:
        """Every stock location."""
        return self._list("stock-locations", "stock_locations", place, fields=LOCATION)

    def products(self, place: Any) -> Iterator[Page]:
        """Every variant; a product's new name or category does not move a variant's stamp."""
        return self._list("product-variants", "variants", place, fields=VARIANT)

    def customers(self, place: Any) -> Iterator[Page]:
        """Every customer: an address moves no customer's stamp, and nothing tells deletes."""
        return self._list("customers", "customers", place, fields=CUSTOMER)

    def orders(self, window: Window, place: Any) -> Iterator[Page]:
        """Every order, or those that changed in the window and those placed not long ago.

        The shop ignores `$or` here, so these are two questions.
        """
        if window.since is None:
            return in_turn(place, changed=lambda at: self._orders(at))
        bounds = {"updated_at[$gte]": _text(window.since)}
        if window.until is not None:
            bounds["updated_at[$lt]"] = _text(window.until + timedelta(milliseconds=1))
        recent = {"created_at[$gte]": _text(window.since - timedelta(days=self._own.watch_days))}
        return in_turn(
            place,
            changed=lambda at: self._orders(at, **bounds),
            recent=lambda at: self._orders(at, **recent),
        )

    def _orders(self, place: Any, **where: Any) -> Iterator[Page]:
        return self._list("orders", "orders", place, fields=ORDER, **where)

    def _list(self, path: str, name: str, place: Any, **asked: Any) -> Iterator[Page]:
        """A list in the order of its ids, which never change.

        Its count says where it ends: a shop may give fewer rows at once than it is asked for.
        """

        def fetch(skip: int, take: int) -> Any:
            return self._api.part(path, offset=skip, limit=take, order="id", **asked)

        return by_offset(fetch, place, size=self._own.page_size, records=name, total="count")


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
