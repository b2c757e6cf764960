"""Shopify's dialect (Admin API 2026-10): what the connector to it is proven against.

An erasure is done at once; the real one after a waiting period.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from datetime import timedelta
from typing import Any, ClassVar

from crmsync_shopify import Shopify
from shopify_changes import ChangedByApp
from shopify_shapes import (
    answered,
    as_node,
    bag,
    connection,
    denied,
    failed,
    gid,
    line,
    lines_of,
    phone_of,
    priced,
    snake,
)

from crmsync.model.stream import reach
from crmsync.testing import Answer, Asked, Row, Rows, Table

PATH = ["admin", "api", "2026-10", "graphql.json"]
OF = {"Customer": "customers", "Order": "orders", "Product": "products"}


class FakeShopify(ChangedByApp):
    """A shop as an app of its owner sees it, at first by bulk operations."""

    connector = Shopify
    tables: ClassVar[Mapping[str, Table]] = {
        "stores": Table(name="name"),
        "products": Table(stamp="updatedAt", name="title"),
        "customers": Table(stamp="updatedAt", name="lastName",
                           email="defaultEmailAddress.emailAddress",
                           hidden=("firstName", "lastName"), hides="null"),
        "orders": Table(stamp="updatedAt", name="name", placed="processedAt",
                        customer="customer.id"),
    }  # fmt: skip
    precision = timedelta(seconds=1)
    late = timedelta(minutes=5)
    duplicates = True
    first_load: ClassVar[str] = "bulk"
    inner: ClassVar[int] = 2
    """How many records a connection within a record gives at once."""

    def __init__(self) -> None:
        super().__init__()
        self.operations: list[tuple[str, str]] = []
        self.metafields: dict[tuple[str, str], str] = {}
        self.looks = 0
        self.document = ""

    def settings(self) -> Mapping[str, Any]:
        return {"url": self.url, "client_id": "crmsync", "client_secret": self.secret("client"),
                "page_size": self.page, "order_page_size": self.page, "all_orders": True,
                "first_load": self.first_load, "promises": True, "costs": True}  # fmt: skip

    # rows

    def fill(self, *, customers: int = 7, orders: int = 5) -> Any:
        for number in range(1, 5):
            for stream in ("stores", "products"):
                if stream in self.tables:
                    self.add(stream, number)
        return super().fill(customers=customers, orders=orders)

    def row(self, stream: str, n: int) -> dict[str, Any]:
        if stream == "stores":
            return {"id": gid("Location", n), "name": f"Filiale {n}", "isActive": True,
                    "address": {"zip": "50667", "city": "Köln", "countryCode": "DE"}}  # fmt: skip
        if stream == "products":
            variants = [{"id": gid("ProductVariant", 10 * n + m), "sku": f"KAFFEE-{n}-{m}",
                         "barcode": None, "title": f"{m} kg", "inventoryItem": priced(m)}
                        for m in (1, 2, 3)]  # fmt: skip
            return {"id": gid("Product", n), "title": f"Kaffee {n}", "vendor": "Rösterei",
                    "productType": "Kaffee", "category": None, "variants": variants}  # fmt: skip
        return super().row(stream, n)

    def customer(self, n: int) -> dict[str, Any]:
        who = self.person(n)
        home = {"id": gid("MailingAddress", n), "name": f"{who.given} {who.family}",
                "company": None, "address1": f"{who.street} {who.house_number}", "address2": None,
                "zip": who.postal_code, "city": who.city, "province": None, "countryCodeV2": "DE",
                "phone": None}  # fmt: skip
        said = "SUBSCRIBED" if n % 2 else "NOT_SUBSCRIBED"
        email = {"emailAddress": who.email, "marketingState": said, "sourceLocation": None,
                 "marketingOptInLevel": "CONFIRMED_OPT_IN" if n % 2 else None,
                 "marketingUpdatedAt": "2026-03-01T10:00:00Z" if n % 2 else None}  # fmt: skip
        return {"id": gid("Customer", n), "createdAt": "2026-01-02T10:00:00Z",
                "firstName": who.given, "lastName": who.family, "locale": "de", "tags": [],
                "verifiedEmail": True, "defaultEmailAddress": email,
                "defaultPhoneNumber": phone_of(who.phone.replace(" ", "")),
                "defaultAddress": {"id": home["id"]}, "addressesV2": [home]}  # fmt: skip

    def order(self, n: int, customer: Mapping[str, Any]) -> dict[str, Any]:
        lines = [line(3 * n + m, "10.90") for m in range(3)]
        refund = {"id": gid("Refund", n), "processedAt": "2026-11-10T08:00:00Z", "note": None,
                  "totalRefundedSet": bag("10.90"), "refundLineItems": [
                      {"quantity": 1, "subtotalSet": bag("10.90"), "totalTaxSet": bag("0.71"),
                       "lineItem": {"id": lines[0]["id"]}}]}  # fmt: skip
        promise = {"id": gid("FulfillmentOrder", n), "status": "CLOSED", "fulfillBy": None,
                   "deliveryMethod": {"methodType": "SHIPPING",
                                      "maxDeliveryDateTime": "2026-11-05T18:00:00Z"}}  # fmt: skip
        return {"id": gid("Order", n), "name": f"#{1000 + n}", "createdAt": "2026-11-03T10:15:00Z",
                "processedAt": "2026-11-03T10:15:00Z", "cancelledAt": None, "closedAt": None,
                "test": False, "currencyCode": "EUR", "taxesIncluded": True, "sourceName": "web",
                "email": None, "phone": None, "displayFulfillmentStatus": "FULFILLED",
                "customer": {"id": customer["id"]}, "retailLocation": None,
                "shippingLine": {"discountedPriceSet": bag("4.90")}, "billingAddress": None,
                "shippingAddress": None, "lineItems": lines, "fulfillments": [],
                "fulfillmentOrders": [promise], "refunds": [refund] if n % 2 else []}  # fmt: skip

    def price(self, row: Row, amount: str) -> None:
        self.change("orders", row.id, {"lineItems": [line(9000 + row.made, amount)], "refunds": []})

    def new_id(self, stream: str) -> str:
        return gid("Customer", super().new_id(stream))

    def consents(self, row: Row) -> bool:
        return bool(reach(row.data, "defaultEmailAddress.marketingState") == "SUBSCRIBED")

    def suppress(self, row: Row) -> None:
        said = {"marketingState": "UNSUBSCRIBED", "marketingUpdatedAt": self.stamped(self.now)}
        self.change("customers", row.id, {"defaultEmailAddress":
                                          {**row.data["defaultEmailAddress"], **said}})  # fmt: skip

    def members(self, audience: str) -> set[str]:
        return {row.id for row in self.living("customers") if audience in row.data["tags"]}

    def hide(self, stream: str, row: Row) -> None:
        row.data["_hidden"] = True
        self.bump(stream, row)

    # answers

    def answer(self, asked: Asked) -> Answer:
        if asked.parts == ["admin", "oauth", "access_token"]:
            return self.grant(asked, secret="client")
        if asked.parts[:1] == ["bulk"]:
            return self.result(asked.parts[1])
        if asked.parts != PATH:
            return Answer(status=404, data={"errors": "Not Found"})
        if not self.knows(asked.headers.get("x-shopify-access-token", "")):
            told = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return Answer(status=401, data={"errors": told})
        name, variables = self.operation(asked)
        self.document = str(asked.json.get("query"))
        found = getattr(self, f"on_{snake(name)}")(variables)
        return found if isinstance(found, Answer) else answered(found)

    def on_clock(self, _asked: Any) -> Any:
        return {"shop": {"id": gid("Shop", 1)}}

    def on_check(self, _asked: Any) -> Any:
        return {"shop": {"id": gid("Shop", 1), "currencyCode": "EUR"}}

    def on_locations(self, asked: Any) -> Any:
        return self.found(asked, self.all("stores"))

    def on_products(self, asked: Any) -> Any:
        return self.searched("products", asked)

    def on_orders(self, asked: Any) -> Any:
        return self.searched("orders", asked)

    def on_customers(self, asked: Any) -> Any:
        """The filter on `updated_at` knows whole days only."""
        day = re.search(r"updated_at:>='([0-9-]{10})'", asked.get("query") or "")
        rows = self.all("customers", since=f"{day[1]}T00:00:00Z" if day else None, order="stamp")
        return self.found(asked, rows, backwards=bool(asked.get("reverse")))

    def on_customer_ids(self, asked: Any) -> Any:
        return self.found(asked, self.all("customers"))

    def on_order_ids(self, asked: Any) -> Any:
        return self.found(asked, self.all("orders"))

    def on_customers_by_id(self, asked: Any) -> Any:
        return self.by_id("customers", asked)

    def on_orders_by_id(self, asked: Any) -> Any:
        return self.by_id("orders", asked)

    def on_products_by_id(self, asked: Any) -> Any:
        return self.by_id("products", asked)

    def on_customer_rest(self, asked: Any) -> Any:
        return self.rest(asked)

    on_order_rest = on_product_rest = on_customer_rest

    def on_refund_rest(self, asked: Any) -> Any:
        refunds = [one for row in self.living("orders") for one in row.data["refunds"]]
        lines = next(one["refundLineItems"] for one in refunds if one["id"] == asked["id"])
        return {"refund": {"refundLineItems": connection(lines, int(asked["after"]), 100)}}

    def all(self, stream: str, **more: Any) -> Rows:
        return self.rows(stream, **more) if stream in self.tables else Rows()

    def searched(self, stream: str, asked: Any) -> Any:
        told = dict(re.findall(r"updated_at:(>=|<)'([^']+)'", asked.get("query") or ""))
        rows = self.all(stream, since=told.get(">="), until=told.get("<"), order="stamp")
        return self.found(asked, rows)

    def found(self, asked: Any, rows: Rows, *, backwards: bool = False) -> Answer:
        """A page of a list; backwards the cursor is that of the list turned round."""
        if backwards:
            return self.backwards(asked, rows)
        page = self.by_cursor(rows, asked.get("after"), asked.get("first"))
        return self.shown([row.data for row in page.rows], page.next)

    def backwards(self, asked: Any, rows: Rows) -> Answer:
        """The latest first: a cursor names the stamp and the place of the last one."""
        take, rest = min(asked["first"], self.page), list(reversed(rows))
        if asked.get("after"):
            if asked["after"] not in self._cursors:
                return self.cursor_gone()
            last = self._cursors[asked["after"]]
            rest = [row for row in rest if (row.stamp, row.made) < last]
        page, after = rest[:take], None
        if len(rest) > take:
            after = f"c{len(self._cursors)}-{self.changes}-{page[-1].made}"
            self._cursors[after] = (page[-1].stamp, page[-1].made)
            self.gave_cursors = True
        return self.shown([row.data for row in page], after)

    def shown(self, rows: list[dict[str, Any]], after: Any, *, at: str = "found") -> Answer:
        """Records with their connections; what is not shown is null, with an error for each."""
        nodes = [as_node(row, self.inner) for row in rows]
        place = [at, "nodes"] if at == "found" else [at]
        errors = [denied([*place, n, name]) for n, row in enumerate(rows) if row.get("_hidden")
                  for name in ("firstName", "lastName")]  # fmt: skip
        told = {"nodes": nodes, "pageInfo": {"hasNextPage": bool(after), "endCursor": after}}
        return answered({at: told if at == "found" else nodes}, errors)

    def by_id(self, stream: str, asked: Any) -> Answer:
        found = [self.get(stream, one) for one in asked["ids"]]
        return self.shown([row.data for row in found if row], None, at="nodes")

    def rest(self, asked: Any) -> Any:
        kind = asked["id"].split("/")[3]
        row = self.get(OF[kind], asked["id"])
        start, name = int(asked["after"].split("-")[1]), asked["after"].split("-")[0]
        rows = row.data[name] if row else []
        return {"node": {name: connection(rows, start, 100, name=name)}}

    # bulk operations

    def on_bulk_run(self, asked: Any) -> Any:
        stream = re.match(r"\{ (\w+) \{", asked["query"])
        assert stream is not None
        rows = [deepcopy(row.data) for row in self.all(stream[1])]
        self.operations.append((stream[1], "\n".join(lines_of(rows))))
        name = gid("BulkOperation", len(self.operations))
        return {"run": {"bulkOperation": {"id": name}, "userErrors": []}}

    def on_bulk_look(self, asked: Any) -> Any:
        self.looks += 1
        number = asked["id"].rpartition("/")[2]
        _, text = self.operations[int(number) - 1]
        url = f"{self.url}/bulk/{number}" if text else None
        told = {"id": asked["id"], "status": "COMPLETED", "errorCode": None, "url": url}
        return {"bulkOperation": {**told, "partialDataUrl": None}}

    def result(self, number: str) -> Answer:
        _, text = self.operations[int(number) - 1]
        return Answer(body=f"{text}\n".encode(), headers={"Content-Type": "application/jsonl"})

    def cursor_gone(self) -> Answer:
        return failed("BAD_REQUEST", message="Invalid cursor for current pagination sort.")


class FakeShopifyByPages(FakeShopify):
    """The same shop, read in pages from the beginning; only customers and orders are looked at."""

    tables: ClassVar[Mapping[str, Table]] = {
        name: FakeShopify.tables[name] for name in ("customers", "orders")
    }
    first_load = "pages"
