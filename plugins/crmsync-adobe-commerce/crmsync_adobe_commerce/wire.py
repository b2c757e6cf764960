"""The fields of an intent under the shop's names, and a whole customer made of them.

The shop takes whole customers: an address that is left out of the list is deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmsync.errors import RecordError
from crmsync.model.intent import Intent
from crmsync_adobe_commerce.settings import AdobeCommerceSettings

Row = dict[str, Any]

PLAIN = {"family_name": "lastname", "name_suffix": "suffix", "contacts.email": "email",
         "birth_date": "dob", "vat_id": "taxvat"}  # fmt: skip
PLACE = {"postal_code": "postcode", "city": "city", "country": "country_id", "company": "company"}
FLAGS = {"billing": "default_billing", "shipping": "default_shipping"}
NEEDED = {"firstname": "given_name", "lastname": "family_name", "email": "contacts.email"}
PLACED = {"street": "street", "postcode": "postal_code", "city": "city", "telephone": "phone"}
LEFT_OUT = ("updated_at", "extension_attributes")
"""What is not sent back: a subscription that is sent is one that is changed."""


def changed(
    row: Mapping[str, Any], intent: Intent, own: AdobeCommerceSettings, country: str
) -> Row:
    """The whole customer that `row` becomes, {} being a new one.

    RecordError for a field that the shop has not, or one that it insists on and nobody told.
    """
    whole = {name: value for name, value in row.items() if name not in LEFT_OUT}
    whole["addresses"] = [dict(one) for one in row.get("addresses") or ()]
    for name, value in intent.fields.items():
        _take(whole, intent, name, value, own)
    for name, ours in NEEDED.items():
        if not whole.get(name):
            raise RecordError("the shop keeps no customer without it", field=ours)
    for address in whole["addresses"]:
        if "id" not in address:
            _complete(address, whole, own, country)
    if not whole["addresses"]:
        del whole["addresses"]
    return whole


def _take(whole: Row, intent: Intent, name: str, value: Any, own: AdobeCommerceSettings) -> None:
    start, _, rest = name.partition(".")
    if name in PLAIN:
        whole[PLAIN[name]] = value
    elif name == "given_name":
        whole["firstname"] = value
        if whole.get("middlename"):
            whole["middlename"] = ""
    elif name in ("salutation", "titles"):
        whole["prefix"] = " ".join(_known(intent, "salutation", "titles")) or None
    elif name in ("contacts.phone", "contacts.fax"):
        field = "telephone" if rest == "phone" else "fax"
        _address(whole, "billing")[field] = value
    elif name == "company":
        _address(whole, "billing")["company"] = value
    elif start == "addresses" and rest.partition(".")[0] in FLAGS:
        kind, _, field = rest.partition(".")
        _place(_address(whole, kind), intent, kind, field, value, name)
    elif name in own.custom_attributes:
        _attribute(whole, own.custom_attributes[name], value)
    else:
        raise RecordError("the shop has no such field", field=name)


def _known(intent: Intent, *names: str) -> list[str]:
    """What is known of these fields, as texts."""
    known = {**intent.whole, **intent.fields}
    return [str(known[name]) for name in names if known.get(name)]


def _address(whole: Row, kind: str) -> Row:
    """The address of a kind, which is added where there is none."""
    flag = FLAGS[kind]
    found: Row | None = next((one for one in whole["addresses"] if one.get(flag) is True), None)
    if found is None:
        found = {flag: True}
        whole["addresses"].append(found)
    return found


def _place(address: Row, intent: Intent, kind: str, field: str, value: Any, name: str) -> None:
    if field in PLACE:
        address[PLACE[field]] = value
        if field == "country":
            address["country_id"] = str(value).upper()
            address.pop("region", None)
            address.pop("region_id", None)
    elif field in ("street", "house_number", "lines"):
        start = f"addresses.{kind}."
        street = " ".join(_known(intent, f"{start}street", f"{start}house_number"))
        lines = {**intent.whole, **intent.fields}.get(f"{start}lines") or ()
        address["street"] = [street, *map(str, lines)]
    else:
        raise RecordError("the shop has no such field", field=name)


def _complete(address: Row, whole: Row, own: AdobeCommerceSettings, country: str) -> None:
    """What the shop insists on in a new address."""
    address |= {name: whole[name] for name in ("firstname", "lastname")}
    address.setdefault("country_id", country)
    for name, ours in PLACED.items():
        if not address.get(name) and own.placeholder:
            address[name] = [own.placeholder] if name == "street" else own.placeholder
        if not address.get(name):
            field = "contacts.phone" if ours == "phone" else f"addresses.billing.{ours}"
            raise RecordError("the shop keeps no address without it", field=field)


def _attribute(whole: Row, code: str, value: Any) -> None:
    kept = [
        one for one in whole.get("custom_attributes") or () if one.get("attribute_code") != code
    ]
    whole["custom_attributes"] = [*kept, {"attribute_code": code, "value": value}]
