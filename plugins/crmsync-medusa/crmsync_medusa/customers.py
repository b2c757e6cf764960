"""Customers, variants and stock locations of Medusa in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmsync.model.stream import reach
from crmsync.model.told import ToldAddress, ToldContact, ToldCustomer, ToldProduct, ToldStore
from crmsync_medusa.settings import MedusaSettings

Row = Mapping[str, Any]

NAMES = {"given_name": "first_name", "family_name": "last_name", "company": "company_name"}


def customer(raw: Row, own: MedusaSettings) -> ToldCustomer:
    """The customer; groups are told as marks. Medusa knows no consents."""
    metadata = raw.get("metadata") or {}
    told: dict[str, Any] = {ours: metadata.get(key) or None for ours, key in own.metadata.items()}
    told |= {ours: raw.get(theirs) for ours, theirs in NAMES.items()}
    return ToldCustomer(
        addresses=tuple(address(row, kind_of(row)) for row in raw.get("addresses") or ()),
        contacts=tuple(_contacts(raw)),
        since=raw.get("created_at") or None,
        marks=tuple(group["name"] for group in raw.get("groups") or ()),
        changed_at=raw.get("updated_at"),
        **told,
    )


def kind_of(row: Row) -> str:
    """What an address is for: the one bills go to counts more."""
    if row.get("is_default_billing"):
        return "billing"
    return "shipping" if row.get("is_default_shipping") else "other"


def address(row: Row, kind: Any) -> ToldAddress:
    """An address; the house number stands in the first line, the country in small letters."""
    names = [row.get("first_name"), row.get("last_name")]
    return ToldAddress(
        type=kind,
        recipient=" ".join(str(one) for one in names if one) or None,
        company=row.get("company"),
        street=row.get("address_1"),
        lines=(row["address_2"],) if row.get("address_2") else (),
        postal_code=row.get("postal_code"),
        city=row.get("city"),
        region=row.get("province"),
        country=(row.get("country_code") or "").upper() or None,
    )


def _contacts(raw: Row) -> Iterator[ToldContact]:
    """E-mail and phone of the customer, then the phones of his addresses, each once."""
    if raw.get("email"):
        yield ToldContact(channel="email", value=raw["email"], preferred=True)
    holders = [raw, *(raw.get("addresses") or ())]
    for phone in dict.fromkeys(row.get("phone") for row in holders):
        if phone:
            yield ToldContact(channel="phone", value=phone)


def product(raw: Row) -> ToldProduct:
    """The variant; its category, else its type."""
    names = [reach(raw, "product.title"), raw.get("title")]
    categories = reach(raw, "product.categories") or ()
    return ToldProduct(
        sku=raw.get("sku") or raw["id"],
        name=" – ".join(dict.fromkeys(one for one in names if one)),
        gtin=raw.get("ean") or raw.get("upc") or raw.get("barcode") or None,
        category=next((one["name"] for one in categories), None)
        or reach(raw, "product.type.value"),
    )


def location(raw: Row) -> ToldStore:
    """The stock location; Medusa knows no zone of it."""
    return ToldStore(
        key=raw["id"],
        name=raw["name"],
        postal_code=reach(raw, "address.postal_code"),
        city=reach(raw, "address.city"),
    )
