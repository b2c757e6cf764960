"""From the fields of an intent to what Business Central is sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmsync.http.writing import Unplaced
from crmsync.model.name import PersonName
from crmsync.normalize.names import parse_name

PLAIN = {"contacts.email": "email", "contacts.phone": "phoneNumber",
         "vat_id": "taxRegistrationNumber", "customer_number": "number"}  # fmt: skip
PARTS = {"given_name": "given", "nobility": "nobility", "family_name": "family",
         "name_suffix": "suffix"}  # fmt: skip
"""What Business Central keeps in one text, the name."""

STREET = ("street", "house_number")
PLACE = {"postal_code": "postalCode", "city": "city", "country": "country", "region": "state"}
OWN = ("addresses.home.", "addresses.work.")


def values(
    fields: Mapping[str, Any], whole: Mapping[str, Any], row: Mapping[str, Any]
) -> dict[str, Any]:
    """What to send; `row` is what stands there now. A text of nothing empties.

    Unplaced for a field that Business Central does not have.
    """
    found: dict[str, Any] = {}
    for name, value in fields.items():
        if name in PLAIN:
            found[PLAIN[name]] = value or ""
        elif name.startswith(OWN):
            found |= _address(name, value, {**whole, **fields})
        elif name not in PARTS and name not in ("name", "company"):
            raise Unplaced(name)
    name = _name(fields, row)
    return {"displayName": name, **found} if name else found


def _name(fields: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    """The whole name, with the parts that shall change; "" where none shall."""
    firm = row.get("type") == "Company" or not PARTS.keys() & fields.keys()
    if fields.get("company") and firm:
        return str(fields["company"])
    if fields.get("name"):
        return str(fields["name"])
    told = {part: str(fields[name] or "") for name, part in PARTS.items() if name in fields}
    if not told:
        return ""
    known = parse_name(name=row.get("displayName") or None) or PersonName()
    parts = {part: told.get(part, getattr(known, part)) for part in PARTS.values()}
    first = f"{parts['given']} {known.additional}"
    words = [*known.titles, first, parts["nobility"], parts["family"], parts["suffix"]]
    return " ".join(" ".join(words).split())


def _address(name: str, value: Any, all_of: Mapping[str, Any]) -> dict[str, Any]:
    place, _, field = name.rpartition(".")
    if field in STREET:
        both = (all_of.get(f"{place}.{part}") for part in STREET)
        return {"addressLine1": " ".join(str(one) for one in both if one)}
    if field not in PLACE:
        raise Unplaced(name)
    return {PLACE[field]: value or ""}
