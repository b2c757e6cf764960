"""What is read for each stream: rows that changed, and orders put together of their documents.

An order is gone from salesOrders once it is posted; its shipments and invoices carry it on, under
its number. So an order here is everything that has that number: the order while it is there, the
invoices, the shipments. An invoice that no order brought is an order of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from crmsync.http.reading import ids_of, in_turn
from crmsync.model.stream import Page, Window
from crmsync_businesscentral.api import Api, Row, written

MANY = 5000
"""How many rows a page of mere ids takes; the most is 20,000."""

ORDERS, INVOICES, SHIPMENTS = "salesOrders", "salesInvoices", "salesShipments"
LINES = {ORDERS: "salesOrderLines", INVOICES: "salesInvoiceLines",
         SHIPMENTS: "salesShipmentLines"}  # fmt: skip
CREDITS, CREDIT_LINES = "salesCreditMemos", "salesCreditMemoLines"
ENTITIES = {"products": "items", "customers": "customers", "contacts": "contacts"}
DIRECT = "invoice "
"""Before the number of an invoice that belongs to no order: it could be an order's number too."""

POSTED = {"Open", "Paid", "Canceled", "Corrective"}


class Reading:
    """The lists of one company."""

    def __init__(self, api: Api, *, size: int) -> None:
        self._api, self._size = api, size

    def rows(self, stream: str, window: Window, at: Any) -> Iterator[Page]:
        """The rows of a stream that changed in the window."""
        if stream == "orders":
            parts = {name: self._part(name, window) for name in (ORDERS, INVOICES, SHIPMENTS)}
            return in_turn(at, **parts)
        if stream == "returns":
            return self._pages(CREDITS, within(window), at, expand=CREDIT_LINES)
        return self._pages(ENTITIES[stream], within(window), at)

    def ids(self, stream: str) -> Iterator[Sequence[str]]:
        """Every id that is there now."""
        if stream != "orders":
            entity = CREDITS if stream == "returns" else ENTITIES[stream]
            yield from ids_of(self._api.pages(entity, "", None, size=MANY, select="id"))
            return
        for entity, select in ((ORDERS, "id,number"), (SHIPMENTS, "id,orderNumber"),
                               (INVOICES, "id,number,orderNumber,status")):  # fmt: skip
            for page in self._api.pages(entity, "", None, size=MANY, select=select):
                yield [key for row in page.records if (key := key_of(entity, row))]

    def _pages(self, entity: str, where: str, at: Any, *, expand: str = "") -> Iterator[Page]:
        return self._api.pages(entity, where, at, size=self._size, expand=expand)

    def _part(self, entity: str, window: Window) -> Any:
        def read(at: Any) -> Iterator[Page]:
            for page in self._pages(entity, within(window), at, expand=LINES[entity]):
                yield replace(page, records=self._whole(entity, page.records))

        return read

    def _whole(self, entity: str, rows: Sequence[Row]) -> list[Row]:
        """The orders that documents belong to, each with all its documents."""
        found: dict[str, dict[str, Any]] = {}
        for row in rows:
            key = key_of(entity, row)
            if key:
                found.setdefault(key, {"order": key, ORDERS: [], INVOICES: [], SHIPMENTS: []})
                found[key][entity].append(row)
        numbers = [key for key in found if not key.startswith(DIRECT)]
        for other in (ORDERS, INVOICES, SHIPMENTS):
            if other == ORDERS == entity:  # numbers are unique, so they are all there
                continue
            field = "number" if other == ORDERS else "orderNumber"
            by_number = _grouped(other, self._api.alike(other, field, numbers, expand=LINES[other]))
            for number in numbers:
                found[number][other] = by_number[number]
        return list(found.values())


def _grouped(entity: str, rows: Sequence[Row]) -> defaultdict[str, list[Row]]:
    """The documents of each order, in the order of their numbers."""
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: str(row.get("number"))):
        found[key_of(entity, row) or ""].append(row)
    return found


def key_of(entity: str, row: Row) -> str | None:
    """The external id of the order that a document belongs to; None where it is none yet.

    An invoice that is not posted may still become another one.
    """
    number = row.get("number")
    if entity == ORDERS:
        return str(number) if number else None
    if row.get("orderNumber"):
        return str(row["orderNumber"])
    if entity == INVOICES and number and row.get("status") in POSTED:
        return f"{DIRECT}{number}"
    return None


def within(window: Window) -> str:
    """The filter for a window."""
    bounds = (("ge", window.since), ("lt", window.until))
    told = [f"lastModifiedDateTime {sign} {written(at)}" for sign, at in bounds if at]
    return " and ".join(told)
