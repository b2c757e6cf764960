"""A customer of WooCommerce in our words: first put in order, then mapped by a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmsync.errors import RecordError
from crmsync.mapping import Mapper
from crmsync_woocommerce.settings import ConsentMeta, WooCommerceSettings

Row = Mapping[str, Any]

USUAL_ROLES = ("customer", "subscriber")
PLAIN = ("salutation", "titles", "nobility", "given_name", "family_name", "name_suffix", "company",
         "birth_date", "language", "customer_number", "loyalty_card", "vat_id", "pronunciation",
         "since", "changed_at", "marks")  # fmt: skip


def _address(kind: str) -> dict[str, Any]:
    start = f"addresses.{kind}."
    return {
        f"{start}recipient": [f"{kind}.first_name", f"{kind}.last_name"],
        f"{start}company": f"{kind}.company",
        f"{start}street": f"{kind}.address_1",
        f"{start}lines": f"{kind}.address_2",
        f"{start}postal_code": f"{kind}.postcode",
        f"{start}city": f"{kind}.city",
        f"{start}region": f"{kind}.state",
        f"{start}country": f"{kind}.country",
    }


TABLE: dict[str, Any] = {
    **{name: name for name in PLAIN},
    "contacts.email": {"field": "email", "preferred": {"const": True}},
    "contacts.email.2": "billing_email",
    "contacts.phone": "billing_phone",
    "contacts.phone.2": "shipping_phone",
    "consents": {"from": "consents"},
    **_address("billing"),
    **_address("shipping"),
}


def mapper() -> Mapper:
    """What maps customers that were put in order by `prepared`."""
    return Mapper("customers", TABLE, where="woocommerce, customers")


def prepared(raw: Row, own: WooCommerceSettings) -> dict[str, Any]:
    """A customer or the one in an order's address, flat; what the shop does not show is left out.

    RecordError where an address or the meta data is of another kind than it should be.
    """
    billing, shipping = _inner(raw, "billing"), _inner(raw, "shipping")
    told: dict[str, Any] = dict(_meta_fields(meta_of(raw), own)) if "meta_data" in raw else {}
    if "first_name" in raw and "last_name" in raw:
        told["given_name"] = raw["first_name"] or (billing or {}).get("first_name")
        told["family_name"] = raw["last_name"] or (billing or {}).get("last_name")
    if billing is not None:
        told["company"] = billing.get("company")
    if billing is not None and shipping is not None:
        told["billing"], told["shipping"] = billing, shipping
        if "email" in raw:
            told |= _contacts(raw["email"], billing, shipping)
    if raw.get("date_modified_gmt"):
        told["changed_at"] = utc(raw["date_modified_gmt"])
    if isinstance(raw.get("date_created"), str):
        told["since"] = raw["date_created"][:10]
    if "role" in raw:
        told["marks"] = None if raw["role"] in USUAL_ROLES else raw["role"]
    if own.consents and "meta_data" in raw:
        told["consents"] = list(_consents(raw, own))
    return told


def utc(moment: Any) -> Any:
    """A time of a field that ends in _gmt, which WooCommerce writes without its zone."""
    return f"{moment}Z" if isinstance(moment, str) and moment else moment


def meta_of(raw: Row) -> dict[str, Any]:
    """The meta data of a record by key; RecordError where it is no list."""
    found = raw.get("meta_data") or []
    if not isinstance(found, list):
        raise RecordError("is not a list", field="meta_data")
    rows = [row for row in found if isinstance(row, Mapping)]
    return {str(row.get("key")): row.get("value") for row in rows}


def _inner(raw: Row, name: str) -> dict[str, Any] | None:
    """An address; None where it is not shown."""
    found = raw.get(name)
    if found is None or found == []:  # PHP writes an object without fields as a list
        return {} if name in raw else None
    if not isinstance(found, dict):
        raise RecordError("is not an address", field=name)
    return {key: value for key, value in found.items() if value or key != "address_2"}


def _meta_fields(meta: Mapping[str, Any], own: WooCommerceSettings) -> Iterator[tuple[str, Any]]:
    """The fields that plugins keep; one that has none of it says nothing."""
    for name, key in own.customer_meta.items():
        value = meta.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool):
            text = str(value).strip()
            yield name, own.salutations.get(text, text) if name == "salutation" else text


def _contacts(email: Any, billing: Row, shipping: Row) -> dict[str, Any]:
    """E-mail and phones, each once."""
    other, phone = billing.get("email"), billing.get("phone")
    second = shipping.get("phone")
    return {
        "email": email,
        "billing_email": other if _folded(other) != _folded(email) else None,
        "billing_phone": phone,
        "shipping_phone": second if second != phone else None,
    }


def _folded(value: Any) -> Any:
    return value.strip().casefold() if isinstance(value, str) else value


def _consents(raw: Row, own: WooCommerceSettings) -> Iterator[dict[str, Any]]:
    meta = meta_of(raw)
    for one in own.consents:
        state = _state(meta, one)
        if state is None:
            continue
        told: dict[str, Any] = {"channel": one.channel, "purpose": one.purpose, "state": state}
        told["source"] = f"meta {one.meta}"
        if one.channel == "email" and raw.get("email"):
            told["contact"] = raw["email"]
        if one.at and meta.get(one.at):
            told["at"] = str(meta[one.at])
        if state == "granted":
            told["evidence"] = f"{one.evidence}: {meta[one.evidence]}"
        yield told


def _state(meta: Mapping[str, Any], one: ConsentMeta) -> str | None:
    """A yes without its proof is no consent, and is not told."""
    word = str(meta.get(one.meta, "")).strip().casefold()
    if word in one.no:
        return "denied"
    proven = word in one.yes and bool(one.evidence and meta.get(one.evidence))
    return "granted" if proven else None
