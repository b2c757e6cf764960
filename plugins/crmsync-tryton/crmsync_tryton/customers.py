"""A party of Tryton as a customer in our words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, cast

from crmsync.errors import RecordError
from crmsync.model.told import ToldAddress, ToldContact, ToldCustomer
from crmsync_tryton import codec

Row = Mapping[str, Any]
ContactKind = Literal["email", "phone", "mobile", "fax"]
CONTACT_KINDS = ("email", "phone", "mobile", "fax")
PLACE = ("street", "postal_code", "city")
"""What of an address must be visible, lest it be taken for another one."""


def customer(raw: Row) -> ToldCustomer:
    """The customer a party is; what the user may not see is left out.

    Tryton does not tell persons from firms: a party with a VAT id is a firm, the others are left
    to the normalizer. Names are one free text.
    """
    told: dict[str, Any] = {"changed_at": _changed_at(raw)}
    identifiers = visible(raw, "identifiers", "type", "code")
    if identifiers is not None:
        told["vat_id"] = _vat_id(identifiers)
    if "name" in raw:
        firm = bool(told.get("vat_id"))
        told |= {"kind": "firm", "company": raw["name"]} if firm else {"name": raw["name"]}
    if "lang." in raw:
        told["language"] = _code(raw, "lang")
    if "code" in raw:
        told["customer_number"] = raw["code"]
    if (places := visible(raw, "addresses", *PLACE)) is not None:
        told["addresses"] = tuple(_addresses(places))
    if (points := visible(raw, "contact_mechanisms", "type", "value")) is not None:
        told["contacts"] = tuple(_contacts(points))
    return ToldCustomer(**told)


def rows(raw: Row, name: str) -> Sequence[Row]:
    """The child rows under a field that are not archived; none where the field was not sent."""
    found = raw.get(f"{name}.") or ()
    if not isinstance(found, list | tuple) or not all(isinstance(row, Mapping) for row in found):
        raise RecordError("is no list of records", field=name)
    return [row for row in found if row.get("active", True)]


def visible(raw: Row, name: str, *fields: str) -> Sequence[Row] | None:
    """The living child rows; None where they, or one of these fields, may not be seen."""
    if raw.get(f"{name}.") is None:
        return None
    found = rows(raw, name)
    if any(f"{name}.{field}" in (raw.get("hidden") or ()) for field in fields):
        return None
    return found if all(field in row for row in found for field in fields) else None


def _changed_at(raw: Row) -> Any:
    written = codec.moment(raw.get("write_date"), field="write_date")
    return written or codec.moment(raw.get("create_date"), field="create_date")


def _code(raw: Row, name: str) -> str | None:
    found = codec.related(raw, name)
    return found.get("code") if found else None


def _vat_id(identifiers: Sequence[Row]) -> str | None:
    codes = [row["code"] for row in identifiers if row.get("type") == "eu_vat"]
    return codes[0] if codes else None


def _addresses(found: Sequence[Row]) -> Iterable[ToldAddress]:
    for row in found:
        street, number, more = _street(row)
        address = ToldAddress(
            type=_type(row),
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


def _type(row: Row) -> Literal["billing", "shipping", "other"]:
    if row.get("invoice"):
        return "billing"
    return "shipping" if row.get("delivery") else "other"


def _street(row: Row) -> tuple[str | None, str | None, tuple[str, ...]]:
    """Street, house number and further lines: apart in Tryton, or one text of several lines."""
    if row.get("street_name"):
        return row["street_name"], row.get("building_number"), ()
    whole = codec.text(row.get("street"), field="addresses.street") or ""
    first, *more = [line.strip() for line in whole.splitlines()] or [""]
    return first or None, None, tuple(line for line in more if line)


def _contacts(found: Sequence[Row]) -> Iterable[ToldContact]:
    for row in found:
        if row.get("type") in CONTACT_KINDS and row.get("value"):
            kind = cast("ContactKind", row["type"])
            yield ToldContact(channel=kind, value=row["value"])
