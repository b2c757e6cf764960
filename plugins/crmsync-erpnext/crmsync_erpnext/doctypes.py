"""What is read of each kind of document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Kind(NamedTuple):
    """One kind of document: its doctype, its fields, and its child tables.

    A child table is (the doctype of its rows, their fields) under the field's name.
    """

    doctype: str
    fields: tuple[str, ...]
    children: Mapping[str, tuple[str, tuple[str, ...]]] = {}


ALWAYS = ("name", "creation", "modified")
LINE = ("item_code", "item_name", "qty", "net_amount", "item_tax_rate")
TAXES = ("Sales Taxes and Charges", ("charge_type", "rate", "tax_amount"))
SALE = (*ALWAYS, "docstatus", "status", "customer", "currency")
INVOICE = (*SALE, "posting_date", "posting_time", "is_return", "return_against", "pos_profile")

KINDS: Mapping[str, Kind] = {
    "products": Kind("Item", (*ALWAYS, "item_code", "item_name", "item_group", "brand",
                              "last_purchase_rate", "valuation_rate"),
                     {"barcodes": ("Item Barcode", ("barcode",))}),
    "customers": Kind("Customer", (
        *ALWAYS, "customer_name", "customer_type", "salutation", "gender", "tax_id", "language",
        "disabled", "email_id", "mobile_no", "customer_primary_contact",
        "customer_primary_address")),
    "orders": Kind("Sales Order", (*SALE, "transaction_date", "delivery_date"),
                   {"items": ("Sales Order Item", LINE), "taxes": TAXES}),
    "invoices": Kind("Sales Invoice", (*INVOICE, "is_consolidated"),
                     {"items": ("Sales Invoice Item", (*LINE, "sales_order")), "taxes": TAXES}),
    "receipts": Kind("POS Invoice", INVOICE,
                     {"items": ("POS Invoice Item", LINE), "taxes": TAXES}),
    "deliveries": Kind("Delivery Note", (*SALE, "posting_date", "posting_time", "is_return",
                                         "transporter_name"),
                       {"items": ("Delivery Note Item", ("against_sales_order",))}),
    "issues": Kind("Issue", (*ALWAYS, "customer", "subject", "status", "issue_type",
                             "opening_date", "opening_time")),
    "stores": Kind("POS Profile", ALWAYS),
}  # fmt: skip

CONTACT = (*ALWAYS, "salutation", "first_name", "middle_name", "last_name", "unsubscribed")
ADDRESS = (*ALWAYS, "address_title", "address_type", "address_line1", "address_line2", "city",
           "state", "pincode", "country", "is_primary_address", "is_shipping_address")  # fmt: skip
