"""The words of Shopware's searches: filters, and what is asked for of each kind of record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from crmsync.http.reading import After
from crmsync.model.stream import Window

Filter = dict[str, Any]


class Kind(NamedTuple):
    """What is asked for of one kind of record.

    `number` is a field that grows with every new record. Ranges of ids cannot be asked for: the
    shop compares their bytes with our text. `children` are those whose changes do not move the
    record's own stamp; `fields` what comes of each entity; `only` what is read at all.
    """

    entity: str
    fields: Mapping[str, Sequence[str]]
    associations: Mapping[str, Any] = {}
    number: str = ""
    children: tuple[str, ...] = ()
    only: tuple[Filter, ...] = ()


def equals(field: str, value: Any) -> Filter:
    """Records that have this value."""
    return {"type": "equals", "field": field, "value": value}


def but_not(one: Filter) -> Filter:
    """Records that do not pass this."""
    return {"type": "not", "operator": "and", "queries": [one]}


def among(field: str, values: Sequence[str]) -> Filter:
    """Records that have one of these values."""
    return {"type": "equalsAny", "field": field, "value": list(values)}


def between(field: str, **bounds: Any) -> Filter:
    """Records with a value between bounds called gt, gte, lt, lte."""
    return {"type": "range", "field": field, "parameters": bounds}


def every(*filters: Filter) -> Filter:
    """Records that pass all of these."""
    return {"type": "multi", "operator": "and", "queries": list(filters)}


def some(*filters: Filter) -> Filter:
    """Records that pass at least one of these."""
    return {"type": "multi", "operator": "or", "queries": list(filters)}


def ascending(*fields: str) -> list[dict[str, str]]:
    """In this order."""
    return [{"field": field, "order": "ASC"} for field in fields]


def text(moment: datetime) -> str:
    """A moment as Shopware's database has it: UTC, to the millisecond."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def same(stamp: str) -> str:
    """A stamp as it was told, as the database has it."""
    return text(datetime.fromisoformat(stamp))


def within(field: str, window: Window) -> list[Filter]:
    """What has a stamp in a window; nothing to ask for where it is open on both sides."""
    bounds = {}
    if window.since is not None:
        bounds["gte"] = text(window.since)
    if window.until is not None:
        bounds["lt"] = text(window.until)
    return [between(field, **bounds)] if bounds else []


def behind(field: str, number: str, after: After | None) -> list[Filter]:
    """What comes behind a record in the order of stamp and number; without a number what has a
    higher stamp."""
    if after is None:
        return []
    at = same(after.stamp)
    later = between(field, gt=at)
    if not number:
        return [later]
    return [some(later, every(between(field, gte=at, lte=at), between(number, gt=after.id)))]


ADDRESS = ("id", "firstName", "lastName", "street", "zipcode", "city", "company", "department",
           "title", "phoneNumber", "additionalAddressLine1", "additionalAddressLine2", "country",
           "countryState", "salutation", "vatId", "updatedAt")  # fmt: skip
COMMON: Mapping[str, Sequence[str]] = {
    "salutation": ("salutationKey", "displayName"),
    "country": ("iso",),
    "country_state": ("shortCode",),
    "language": ("locale",),
    "locale": ("code",),
    "customer_group": ("name",),
    "tag": ("name",),
    "state_machine_state": ("technicalName",),
}
PLACE: Mapping[str, Any] = {"country": {}, "countryState": {}, "salutation": {}}

ACCOUNT = but_not(equals("guest", True))
CUSTOMERS = Kind(
    "customer",
    {
        **COMMON,
        "customer": ("id", "autoIncrement", "createdAt", "updatedAt", "customerNumber",
                     "salutation", "title", "firstName", "lastName", "company", "email",
                     "birthday", "language", "active", "guest", "group", "tags", "customFields",
                     "vatIds", "defaultBillingAddressId", "defaultShippingAddressId", "addresses",
                     "doubleOptInConfirmDate"),
        "customer_address": ADDRESS,
    },
    {"addresses": {"associations": PLACE}, "salutation": {}, "group": {}, "tags": {},
     "language": {"associations": {"locale": {}}}},
    number="autoIncrement",
    children=("addresses",),
    only=(ACCOUNT,),
)  # fmt: skip
"""Guests have rows of their own, one an order; they are told with their orders."""

ORDERS = Kind(
    "order",
    {
        **COMMON,
        "order": ("id", "autoIncrement", "createdAt", "updatedAt", "orderNumber", "orderDateTime",
                  "amountTotal", "amountNet", "taxStatus", "shippingTotal", "currency",
                  "currencyFactor", "stateMachineState", "orderCustomer", "lineItems", "deliveries",
                  "transactions", "billingAddress"),
        "order_customer": ("customerId", "email", "salutation", "firstName", "lastName", "company",
                           "title", "vatIds", "customerNumber", "customer"),
        "customer": ("guest",),
        "order_line_item": ("id", "parentId", "type", "quantity", "label", "unitPrice",
                            "totalPrice", "price", "payload"),
        "order_delivery": ("id", "shippingDateEarliest", "shippingDateLatest", "shippingCosts",
                           "stateMachineState", "shippingMethod", "trackingCodes"),
        "order_transaction": ("id", "amount", "stateMachineState", "updatedAt"),
        "order_address": ADDRESS,
        "shipping_method": ("technicalName", "name", "translated"),
        "currency": ("isoCode",),
    },
    {"lineItems": {}, "currency": {}, "stateMachineState": {},
     "deliveries": {"associations": {"stateMachineState": {}, "shippingMethod": {}}},
     "transactions": {"associations": {"stateMachineState": {}}},
     "orderCustomer": {"associations": {"salutation": {}, "customer": {}}},
     "billingAddress": {"associations": PLACE}},
    number="autoIncrement",
    children=("lineItems", "deliveries", "transactions", "orderCustomer"),
)  # fmt: skip

NEWSLETTER = Kind(
    "newsletter-recipient",
    {
        **COMMON,
        "newsletter_recipient": ("id", "createdAt", "updatedAt", "email", "title", "firstName",
                                 "lastName", "zipCode", "city", "street", "status", "confirmedAt",
                                 "salutation"),
    },
    {"salutation": {}},
)  # fmt: skip

PRODUCTS = Kind(
    "product",
    {
        "product": ("id", "autoIncrement", "createdAt", "updatedAt", "productNumber", "ean", "name",
                    "translated", "manufacturer", "categories", "options", "purchasePrices"),
        "product_manufacturer": ("name", "translated"),
        "category": ("name", "translated", "level"),
        "property_group_option": ("name", "translated", "group"),
        "property_group": ("name", "translated"),
    },
    {"manufacturer": {}, "categories": {}, "options": {"associations": {"group": {}}}},
    number="autoIncrement",
)  # fmt: skip

RETURNS = Kind(
    "order-return",
    {
        **COMMON,
        "order_return": ("id", "createdAt", "updatedAt", "orderId", "returnNumber", "requestedAt",
                         "amountTotal", "state", "lineItems", "order"),
        "order": ("taxStatus", "currency", "currencyFactor"),
        "currency": ("isoCode",),
        "order_return_line_item": ("id", "quantity", "price", "refundAmount", "reason",
                                   "lineItem"),
        "order_return_line_item_reason": ("reasonKey", "content", "translated"),
        "order_line_item": ("label", "payload"),
    },
    {"state": {}, "order": {"associations": {"currency": {}}},
     "lineItems": {"associations": {"reason": {}, "lineItem": {}}}},
)  # fmt: skip

KINDS: Mapping[str, Kind] = {
    "customers": CUSTOMERS,
    "orders": ORDERS,
    "newsletter": NEWSLETTER,
    "products": PRODUCTS,
    "returns": RETURNS,
}
