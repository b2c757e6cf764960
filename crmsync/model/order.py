"""Orders, deliveries, interactions, consents, products and stores, normalized: one row each.

Money is integer minor units of `currency` (ISO 4217); stamps are UTC texts
("2026-11-21T09:30:00Z"), days are local to the shop ("2026-11-21"). `source_id` is the record id
of the source customer, None for an anonymous sale.
"""

from __future__ import annotations

from typing import Any, NamedTuple

Row = tuple[Any, ...]
"""A row of a table: the values of one of these, in the order of its fields."""


class Order(NamedTuple):
    """An order (`kind` "sale"), or a return or receipt of returned lines alone ("return").

    `gross` and `net` are the sums of kept lines with and without tax, gift cards left out;
    `refund_gross` of returned lines. `day`, `hour` and `weekday` (1 = Monday) are the shop's wall
    clock. `lines` is a JSON list with a list for each line, its values in the order of LINE.
    """

    record_id: int
    part: str
    kind: str
    source_id: int | None
    order_record_id: int | None
    number: str
    channel: str
    store: str
    placed_at: str
    day: str
    hour: int
    weekday: int
    status: str
    currency: str
    gross: int
    net: int
    refund_gross: int
    refund_net: int
    discount: int
    shipping: int
    counts: bool
    lines: str


class OrderLine(NamedTuple):
    """One line; `gross` and `net` are positive also for a returned line, negative for a deduction.

    Before its `discount` a line stood at gross + discount. `quantity` is in thousandths of the
    unit and never negative. `cost` is what its goods cost the retailer without tax, None where that
    was not told.
    """

    record_id: int
    part: str
    line_no: int
    sku: str
    title: str
    category: str
    brand: str
    size: str
    quantity: int
    gross: int
    net: int
    discount: int
    returned: bool
    gift_card: bool
    cost: int | None = None


LINE = OrderLine._fields[3:]
"""The fields of a line in `Order.lines`: all but its order and its place, which are clear there.

A line that ends earlier leaves the rest open.
"""


class Delivery(NamedTuple):
    """`promised_on` and `delivered_on` are local days; `evidence` says how sure lateness is:
    exact, ship_date_only or none. `route` is the tour that brought it."""

    record_id: int
    part: str
    order_record_id: int
    source_id: int | None
    method: str
    promised_on: str | None
    shipped_on: str | None
    delivered_on: str | None
    carrier: str
    evidence: str
    route: str = ""


class Interaction(NamedTuple):
    """A touch; `status` is open, waiting or done. `subject` is kept only as the backend gave it.

    `order_ref` is the Ref of the order it is about, "" where that was not told.
    `thread` is shared by what belongs together: "connection/key of the backend", or the Ref of the
    interaction that a later one is about; "" where it stands alone. `contact` is the e-mail address
    or E.164 number by which its customer is found where none is named, else "". `details` is a JSON
    object of what else it says (model.detail.Details), "" for nothing.
    """

    record_id: int
    part: str
    source_id: int | None
    at: str
    day: str
    channel: str
    kind: str
    direction: str
    status: str
    subject: str
    reason: str
    due_on: str | None
    resolved_on: str | None
    store: str
    order_ref: str = ""
    thread: str = ""
    contact: str = ""
    details: str = ""


class ConsentClaim(NamedTuple):
    """What a backend says about one consent; the ledger decides what it is worth."""

    record_id: int
    part: str
    source_id: int
    channel: str
    purpose: str
    state: str
    contact: str
    at: str | None
    basis: str
    origin: str
    evidence: str
    expires_on: str | None


class Product(NamedTuple):
    """A product; looked up by (connection, sku) for lines that carry only the sku.

    One of it costs the retailer `cost` minor units of `currency` without tax, None where that was
    not told.
    """

    record_id: int
    part: str
    connection: str
    sku: str
    name: str
    gtin: str
    category: str
    brand: str
    size: str
    cost: int | None = None
    currency: str = ""


class Store(NamedTuple):
    """A shop or branch; `route` is the tour that supplies it."""

    record_id: int
    part: str
    connection: str
    key: str
    name: str
    zone: str
    postal_code: str
    city: str
    route: str = ""
