"""A customer of ERPNext, with all that hangs at him, in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from crmsync.mapping import rows
from crmsync.model.told import ToldAddress, ToldConsent, ToldContact, ToldCustomer

Row = Mapping[str, Any]
TYPES: Mapping[str, Literal["billing", "shipping", "home", "work"]] = {
    "Billing": "billing", "Shipping": "shipping", "Personal": "home", "Office": "work",
}  # fmt: skip


def customer(raw: Row, stamp: Any) -> ToldCustomer:
    """A customer; a field that the user may not see is left out. `stamp` gives a moment its
    zone."""
    told: dict[str, Any] = {"changed_at": stamp(raw.get("modified"))}
    contacts = rows(raw, "contacts")
    if "customer_type" in raw and "customer_name" in raw:
        told |= _name(raw, _first(contacts, raw.get("customer_primary_contact")))
    names = {"tax_id": "vat_id", "language": "language"}
    told |= {ours: raw[theirs] or None for theirs, ours in names.items() if theirs in raw}
    told["addresses"] = tuple(_address(one, raw) for one in rows(raw, "addresses"))
    if "email_id" in raw and "mobile_no" in raw:
        told["contacts"] = tuple(_points(raw, contacts))
        told["consents"] = tuple(_consents(raw, contacts, stamp))
    if "disabled" in raw:
        told["blocked"] = raw["disabled"] == 1
    if isinstance(raw.get("creation"), str):
        told["since"] = raw["creation"][:10]
    return ToldCustomer(**told)


def _name(raw: Row, contact: Row) -> dict[str, Any]:
    """The firm with its contact, or the person, whose contact has the parts of the name."""
    parts = {"given_name": _joined(contact.get("first_name"), contact.get("middle_name")),
             "family_name": contact.get("last_name") or None}  # fmt: skip
    anrede = contact.get("salutation") or raw.get("salutation") or None
    whole = raw["customer_name"]
    if raw["customer_type"] != "Individual":
        found = {"kind": "firm", "company": whole}
        return {**found, "salutation": anrede, **parts} if parts["family_name"] else found
    same = _joined(parts["given_name"], parts["family_name"]) == whole and parts["family_name"]
    return {"kind": "person", "salutation": anrede, **(parts if same else {"name": whole})}


def _joined(*parts: Any) -> str | None:
    return " ".join(str(one) for one in parts if one) or None


def _first(contacts: Sequence[Row], primary: Any) -> Row:
    """The primary contact, or the only one."""
    found = [one for one in contacts if one.get("name") == primary]
    return (found or (list(contacts) if len(contacts) == 1 else [{}]))[0]


def _address(row: Row, raw: Row) -> ToldAddress:
    second, primary = (
        row.get("address_line2"),
        row.get("name") == raw.get("customer_primary_address"),
    )
    return ToldAddress(
        type=TYPES.get(str(row.get("address_type")), "billing" if primary else "other"),
        street=row.get("address_line1"),
        lines=(second,) if second else (),
        postal_code=row.get("pincode"),
        city=row.get("city"),
        region=row.get("state"),
        country=row.get("country_code") or row.get("country"),
    )


def _points(raw: Row, contacts: Sequence[Row]) -> Iterator[ToldContact]:
    """E-mail addresses and numbers, each once, the customer's own first."""
    emails = [raw["email_id"], *_values(contacts, "email_ids", "email_id")]
    for place, value in enumerate(dict.fromkeys(one for one in emails if one)):
        yield ToldContact(channel="email", value=value, preferred=not place)
    mobiles = [one.get("phone") for contact in contacts for one in rows(contact, "phone_nos")
               if one.get("is_primary_mobile_no") == 1]  # fmt: skip
    mobile = list(dict.fromkeys(one for one in [raw["mobile_no"], *mobiles] if one))
    phones = dict.fromkeys(one for one in _values(contacts, "phone_nos", "phone") if one)
    yield from (ToldContact(channel="mobile", value=one) for one in mobile)
    yield from (ToldContact(channel="phone", value=one) for one in phones if one not in mobile)


def _values(contacts: Sequence[Row], table: str, field: str) -> list[Any]:
    return [one.get(field) for contact in contacts for one in rows(contact, table)]


def _consents(raw: Row, contacts: Sequence[Row], stamp: Any) -> Iterator[ToldConsent]:
    """Objections alone: that somebody did not object is no consent."""
    out = raw.get("unsubscribed") or {}
    for email, at in sorted(out.items()):
        yield ToldConsent(channel="email", state="objected", contact=email, at=stamp(at),
                          source="Email Unsubscribe")  # fmt: skip
    for contact in contacts:
        for row in rows(contact, "email_ids") if contact.get("unsubscribed") == 1 else ():
            email = row.get("email_id")
            if email and email not in out:
                yield ToldConsent(channel="email", state="objected", contact=email,
                                  source="Contact.unsubscribed")  # fmt: skip
