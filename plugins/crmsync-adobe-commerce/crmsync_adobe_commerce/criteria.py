"""The words of the shop's searches, and what is asked for of each kind of record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from crmsync.model.stream import Window


class Filter(NamedTuple):
    """One condition; several are all to be met."""

    field: str
    how: str
    value: str


class Kind(NamedTuple):
    """One kind of record: its route, the field of its id, and the fields that are read of it.

    In filters and orders the id is called entity_id, whatever a record calls it.
    """

    path: str
    key: str
    fields: str


NUMBER, STAMP = "entity_id", "updated_at"

ADDRESS = ("id,region[region_code,region],country_id,street,company,telephone,fax,postcode,city,"
           "firstname,lastname,middlename,prefix,suffix,vat_id,default_shipping,"
           "default_billing")  # fmt: skip
ATTRIBUTES = "custom_attributes[attribute_code,value]"
ITEM = ("item_id,parent_item_id,product_type,sku,name,qty_ordered,row_total,tax_amount,"
        "discount_amount,discount_tax_compensation_amount,weee_tax_applied_row_amount,"
        "tax_percent,base_cost")  # fmt: skip

CUSTOMERS = Kind(
    "/V1/customers/search", "id",
    "id,created_at,updated_at,email,firstname,middlename,lastname,prefix,suffix,gender,dob,taxvat,"
    f"store_id,addresses[{ADDRESS}],extension_attributes[is_subscribed],{ATTRIBUTES}",
)  # fmt: skip
ORDERS = Kind(
    "/V1/orders", NUMBER,
    "entity_id,increment_id,created_at,updated_at,state,status,store_id,order_currency_code,"
    "base_to_order_rate,customer_id,customer_is_guest,customer_email,customer_prefix,customer_firstname,"
    "customer_middlename,customer_lastname,customer_suffix,customer_gender,customer_dob,"
    "customer_taxvat,shipping_amount,shipping_tax_amount,shipping_discount_amount,"
    f"shipping_discount_tax_compensation_amount,items[{ITEM}],"
    "billing_address[region_code,region,country_id,street,company,telephone,fax,postcode,city,"
    "firstname,lastname,middlename,prefix,suffix,vat_id]",
)  # fmt: skip
SHIPMENTS = Kind(
    "/V1/shipments", NUMBER,
    "entity_id,increment_id,order_id,created_at,updated_at,store_id,tracks[title,carrier_code]",
)  # fmt: skip
CREDITMEMOS = Kind(
    "/V1/creditmemos", NUMBER,
    "entity_id,increment_id,order_id,created_at,updated_at,state,store_id,order_currency_code,"
    "base_to_order_rate,grand_total,items[sku,name,qty,row_total,tax_amount,discount_amount,"
    "discount_tax_compensation_amount,weee_tax_applied_row_amount,base_cost]",
)  # fmt: skip
PRODUCTS = Kind(
    "/V1/products", "id",
    "id,sku,name,created_at,updated_at,"
    f"extension_attributes[category_links[position,category_id]],{ATTRIBUTES}",
)  # fmt: skip
RMAS = Kind(
    "/V1/returns", NUMBER,
    "entity_id,increment_id,order_id,customer_id,store_id,date_requested,status,items[reason]",
)  # fmt: skip

KINDS: Mapping[str, Kind] = {
    "customers": CUSTOMERS,
    "orders": ORDERS,
    "shipments": SHIPMENTS,
    "creditmemos": CREDITMEMOS,
    "products": PRODUCTS,
    "rmas": RMAS,
}


def text(moment: datetime) -> str:
    """A moment as the database has it: UTC, cut to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def since(window: Window) -> list[Filter]:
    """What has a stamp at or after the beginning of a window."""
    return [] if window.since is None else [Filter(STAMP, "gteq", text(window.since))]


def until(window: Window) -> list[Filter]:
    """What has a stamp before the end of a window."""
    return [] if window.until is None else [Filter(STAMP, "lt", text(window.until))]


def criteria(
    filters: Sequence[Filter], order: Sequence[str], *, size: int, fields: str = ""
) -> dict[str, str]:
    """The parameters of a search, whose filters must all be met.

    It is always the first page that is asked for: past the last one many shops give that once
    more.
    """
    told = dict(_filters(filters))
    for place, field in enumerate(order):
        told[f"searchCriteria[sortOrders][{place}][field]"] = field
        told[f"searchCriteria[sortOrders][{place}][direction]"] = "ASC"
    told |= {"searchCriteria[pageSize]": str(size), "searchCriteria[currentPage]": "1"}
    return {**told, "fields": f"items[{fields}],total_count"} if fields else told


def _filters(filters: Sequence[Filter]) -> Iterator[tuple[str, str]]:
    for place, one in enumerate(filters):
        start = f"searchCriteria[filterGroups][{place}][filters][0]"
        yield f"{start}[field]", one.field
        yield f"{start}[conditionType]", one.how
        yield f"{start}[value]", one.value
