"""From the fields of an intent to the values that Odoo writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crmsync.http.writing import Unplaced
from crmsync.model.name import PersonName
from crmsync.normalize.names import parse_name

PLAIN = {
    "contacts.email": "email", "contacts.phone": "phone", "contacts.mobile": "mobile",
    "vat_id": "vat", "customer_number": "ref", "loyalty_card": "barcode",
}  # fmt: skip
PARTS = {"given_name": "given", "nobility": "nobility", "family_name": "family",
         "name_suffix": "suffix"}  # fmt: skip
"""What Odoo keeps in one text, the name."""

STREET = ("street", "house_number")
PLACE = {"postal_code": "zip", "city": "city"}
OWN = ("addresses.home.", "addresses.work.")
"""The address that a contact has itself; the others are contacts of their own."""


def values(
    fields: Mapping[str, Any],
    whole: Mapping[str, Any],
    row: Mapping[str, Any],
    country: Callable[[str], int | None],
) -> dict[str, Any]:
    """What to write; `row` is what stands there now, `country` finds a country's id by its code.

    `false` empties. Unplaced for a field that Odoo does not have.
    """
    found: dict[str, Any] = {}
    for name, value in fields.items():
        if name in PLAIN:
            found[PLAIN[name]] = value or False
        elif name in PARTS or name in ("name", "company"):
            continue
        elif name.startswith(OWN):
            found |= _address(name, value, {**whole, **fields}, country)
        else:
            raise Unplaced(name)
    name = _name(fields, row)
    return {"name": name, **found} if name else found


def _name(fields: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """The whole name, with the parts that shall change; "" where none shall."""
    if fields.get("company") and (row.get("is_company") or not PARTS.keys() & fields.keys()):
        return str(fields["company"])
    if fields.get("name"):
        return str(fields["name"])
    told = {part: str(fields[name] or "") for name, part in PARTS.items() if name in fields}
    if not told:
        return ""
    known = parse_name(name=row.get("name") or None) or PersonName()
    parts = {part: told.get(part, getattr(known, part)) for part in PARTS.values()}
    first = f"{parts['given']} {known.additional}"
    words = [*known.titles, first, parts["nobility"], parts["family"], parts["suffix"]]
    return " ".join(" ".join(words).split())


def _address(
    name: str, value: Any, all_of: Mapping[str, Any], country: Callable[[str], int | None]
) -> dict[str, Any]:
    place, _, field = name.rpartition(".")
    if field in STREET:
        both = (all_of.get(f"{place}.{part}") for part in STREET)
        return {"street": " ".join(str(one) for one in both if one) or False}
    if field in PLACE:
        return {PLACE[field]: value or False}
    if field == "country":
        found = country(str(value)) if value else None
        if value and found is None:
            raise Unplaced(name)
        return {"country_id": found or False}
    raise Unplaced(name)
