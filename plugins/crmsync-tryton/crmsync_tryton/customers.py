"""A party of Tryton as a customer in our words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, cast

from crmsync.model.told import ToldAddress, ToldContact, ToldCustomer

Row = Mapping[str, Any]
ContactKind = Literal["email", "phone", "mobile", "fax"]
CONTACT_KINDS = ("email", "phone", "mobile", "fax")


def customer(raw: Row) -> ToldCustomer:
    """The customer a party is.

    Tryton does not tell persons from firms: a party with a VAT id is a firm, the others are left
    to the normalizer. Names are one free text.
    """
    vat = _vat_id(rows(raw, "identifiers"))
    firm: dict[str, Any] = {"kind": "firm", "company": raw.get("name")}
    return ToldCustomer(
        **(firm if vat else {"name": raw.get("name")}),
        vat_id=vat,
        language=_code(raw, "lang"),
        customer_number=raw.get("code"),
        addresses=tuple(_addresses(rows(raw, "addresses"))),
        contacts=tuple(_contacts(rows(raw, "contact_mechanisms"))),
    )


def rows(raw: Row, name: str) -> Sequence[Row]:
    """The child rows under a field that are not archived; none where the field was not sent."""
    return [row for row in raw.get(f"{name}.") or () if row.get("active", True)]


def _code(raw: Row, name: str) -> str | None:
    related = raw.get(f"{name}.")
    return related.get("code") if related else None


def _vat_id(identifiers: Sequence[Row]) -> str | None:
    codes = [row["code"] for row in identifiers if row.get("type") == "eu_vat"]
    return codes[0] if codes else None


def _addresses(found: Sequence[Row]) -> Iterable[ToldAddress]:
    for row in found:
        street, number, more = _street(row)
        address = ToldAddress(
            recipient=row.get("party_name") or row.get("attn"),
            street=street,
            house_number=number,
            lines=more,
            postal_code=row.get("postal_code"),
            city=row.get("city"),
            region=_code(row, "subdivision"),
            country=_code(row, "country"),
        )
        if street or address.city or address.postal_code:
            yield address


def _street(row: Row) -> tuple[str | None, str | None, tuple[str, ...]]:
    """Street, house number and further lines: apart in Tryton, or one text of several lines."""
    if row.get("street_name"):
        return row["street_name"], row.get("building_number"), ()
    first, *more = [line.strip() for line in (row.get("street") or "").splitlines()] or [None]
    return first, None, tuple(line for line in more if line)


def _contacts(found: Sequence[Row]) -> Iterable[ToldContact]:
    for row in found:
        if row.get("type") in CONTACT_KINDS and row.get("value"):
            kind = cast("ContactKind", row["type"])
            yield ToldContact(channel=kind, value=row["value"])
