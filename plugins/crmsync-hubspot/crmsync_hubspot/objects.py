"""The kinds of object that are read: their properties, their stamps, whom they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crmsync.model.stream import StreamKind
from crmsync_hubspot.settings import HubSpotSettings, OwnField

GUEST = ("name", "email", "phone", "street", "city", "state", "postal_code", "country")
"""Parts of an order's billing address."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object: its name in urls, what is asked for, which stamp says when it changed."""

    name: str
    stream: str
    kind: StreamKind
    properties: tuple[str, ...]
    stamp: str = "hs_lastmodifieddate"
    number: str = ""
    """Its type's id, by which webhooks of the newer form call it."""


CONTACTS = Kind(
    "contacts", "customers", "customers",
    ("lastmodifieddate", "createdate", "email", "hs_additional_emails", "salutation", "firstname",
     "lastname", "company", "phone", "mobilephone", "fax", "address", "city", "state", "zip",
     "country", "hs_country_region_code", "hs_language", "hs_email_optout",
     "hs_email_hard_bounce_reason_enum", "hs_email_quarantined", "hs_merged_object_ids",
     "hs_calculated_merged_vids"),
    stamp="lastmodifieddate", number="0-1",
)  # fmt: skip
COMPANIES = Kind(
    "companies", "companies", "customers",
    ("hs_lastmodifieddate", "createdate", "name", "phone", "address", "address2", "city", "state",
     "zip", "country", "hs_country_code", "hs_merged_object_ids"),
    number="0-2",
)  # fmt: skip
PRODUCTS = Kind("products", "products", "products",
                ("hs_lastmodifieddate", "name", "hs_sku", "hs_product_type",
                 "hs_cost_of_goods_sold"),
                number="0-7")  # fmt: skip
ORDERS = Kind(
    "orders", "orders", "orders",
    ("hs_lastmodifieddate", "hs_createdate", "hs_order_name", "hs_external_order_id",
     "hs_external_created_date", "hs_processed_date", "hs_external_order_status",
     "hs_fulfillment_status", "hs_total_price", "hs_shipping_cost", "hs_currency_code",
     "hs_source_store", *(f"hs_billing_address_{part}" for part in GUEST)),
    number="0-123",
)  # fmt: skip
DEALS = Kind(
    "deals", "orders", "orders",
    ("hs_lastmodifieddate", "createdate", "dealname", "amount", "deal_currency_code", "closedate",
     "hs_is_closed_won"),
    number="0-3",
)  # fmt: skip
LINES = Kind("line_items", "", "orders",
             ("hs_lastmodifieddate", "name", "hs_sku", "quantity", "price", "amount",
              "hs_total_discount", "hs_position_on_quote", "hs_cost_of_goods_sold"),
             number="0-8")  # fmt: skip
ACTIVITIES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "tickets": ("0-5", ("createdate", "closed_date", "subject", "source_type", "hs_ticket_category",
                        "hs_ticket_priority")),
    "calls": ("0-48", ("hs_timestamp", "hs_call_title", "hs_call_direction", "hs_call_status")),
    "meetings": ("0-47", ("hs_timestamp", "hs_meeting_title", "hs_meeting_outcome")),
    "communications": ("0-18", ("hs_timestamp", "hs_communication_channel_type")),
    "postal_mail": ("0-116", ("hs_timestamp",)),
    "notes": ("0-46", ("hs_timestamp",)),
    "emails": ("0-49", ("hs_timestamp", "hs_email_subject", "hs_email_direction",
                        "hs_email_status")),
}  # fmt: skip


def kinds(own: HubSpotSettings) -> list[Kind]:
    """What a connection reads, in the order in which it is read."""
    found = [PRODUCTS] if own.products else []
    found.append(with_own(CONTACTS, own.properties))
    found += [with_own(COMPANIES, own.company_properties)] if own.companies else []
    if own.sales != "none":
        found.append(ORDERS if own.sales == "orders" else DEALS)
    for name in own.activities:
        number, properties = ACTIVITIES[name]
        found.append(Kind(name, name, "interactions", ("hs_lastmodifieddate", *properties),
                          number=number))  # fmt: skip
    return found


def with_own(kind: Kind, own: Mapping[OwnField, str]) -> Kind:
    """The kind with the properties that the account has of its own."""
    names = dict.fromkeys((*kind.properties, *own.values()))
    return Kind(kind.name, kind.stream, kind.kind, tuple(names), kind.stamp, kind.number)
