"""tap-salesforce (2.x): accounts, contacts, orders; it tells what was deleted or merged."""

from __future__ import annotations

from collections.abc import Mapping

from crmsync_singer.presets.preset import Preset, Raw, amount, flag

STATES = {"Draft": "draft", "Activated": "open", "Completed": "completed",
          "Cancelled": "cancelled", "Canceled": "cancelled"}  # fmt: skip


def with_line(raw: Raw) -> Raw | None:
    """The order with one line of its total; one without total or date is none yet."""
    total = amount(raw.get("TotalAmount"))
    if total is None or not raw.get("EffectiveDate"):
        return None
    return {**raw, "_lines": [{"amount": total}]}


def address(ours: str, theirs: str) -> dict[str, str]:
    """One of the addresses, of which Salesforce tells each part apart."""
    names = {"street": "Street", "postal_code": "PostalCode", "city": "City", "region": "State",
             "country": "Country"}  # fmt: skip
    return {f"addresses.{ours}.{part}": f"{theirs}{name}" for part, name in names.items()}


STREAMS: Mapping[str, Preset] = {
    "accounts": Preset(
        kind="customers",
        stream="Account",
        key="Id",
        map={
            "kind": {"const": "firm"},
            "company": "Name",
            "customer_number": "AccountNumber",
            "contacts.phone": "Phone",
            "contacts.fax": "Fax",
            **address("billing", "Billing"),
            **address("shipping", "Shipping"),
            "since": "CreatedDate",
            "changed_at": "SystemModstamp",
        },
        deletes="tombstone",
        gone="IsDeleted",
        merged_into="MasterRecordId",
    ),
    "customers": Preset(
        kind="customers",
        stream="Contact",
        key="Id",
        map={
            "salutation": "Salutation",
            "given_name": "FirstName",
            "family_name": "LastName",
            "birth_date": "Birthdate",
            "contacts.email": "Email",
            "contacts.phone": "Phone",
            "contacts.mobile": "MobilePhone",
            "contacts.fax": "Fax",
            **address("home", "Mailing"),
            "consents.email.marketing": flag("HasOptedOutOfEmail", "objected"),
            "consents.fax.marketing": flag("HasOptedOutOfFax", "objected"),
            "consents.phone.marketing": flag("DoNotCall", "objected"),
            "since": "CreatedDate",
            "changed_at": "SystemModstamp",
        },
        deletes="tombstone",
        gone="IsDeleted",
        merged_into="MasterRecordId",
    ),
    "orders": Preset(
        kind="orders",
        stream="Order",
        key="Id",
        map={
            "number": "OrderNumber",
            "customer": "AccountId",
            "customer_stream": {"const": "accounts"},
            "channel": {"const": "in_person"},
            "placed_at": "EffectiveDate",
            "status": {"field": "Status", "values": STATES, "other": "open"},
            "currency": "CurrencyIsoCode",
            "prices_include_tax": {"const": False},
        },
        lines={"from": "_lines", "amount": "amount"},
        prepare=with_line,
        reads=("TotalAmount",),
        deletes="tombstone",
        gone="IsDeleted",
    ),
}
