"""A customer or a guest of the shop in our words.

The shop leaves out what is empty, and shows a right all of a record or nothing of it: so a field of
a customer that is not there is told to be empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crmsync.errors import RecordError
from crmsync.mapping import Mapper, inner, rows
from crmsync_adobe_commerce.reading import attributes
from crmsync_adobe_commerce.settings import AdobeCommerceSettings

Row = Mapping[str, Any]

GENDERS = {1: "Herr", 2: "Frau"}
"""What the shop's own list says; 3 is "not specified"."""

HOUSE_NUMBER = re.compile(r"\d+\s*[a-zA-Z]?(\s*[-/]\s*\d+\s*[a-zA-Z]?)?")
PLAIN = ("salutation", "given_name", "family_name", "name_suffix", "nobility", "company", "vat_id",
         "birth_date", "customer_number", "loyalty_card", "pronunciation", "since", "changed_at",
         "store")  # fmt: skip
TABLE: dict[str, Any] = {
    **{name: name for name in PLAIN},
    "addresses": {"from": "addresses"},
    "contacts": {"from": "contacts"},
    "consents": {"from": "consents"},
}


def mapper() -> Mapper:
    """What maps records that were put in order by the functions below."""
    return Mapper("customers", TABLE, where="adobe-commerce, customers")


def customer(raw: Row, own: AdobeCommerceSettings) -> dict[str, Any]:
    """A customer, flat."""
    places = rows(raw, "addresses")
    told = {
        **_name(raw),
        "vat_id": raw.get("taxvat"),
        "birth_date": raw.get("dob"),
        "store": raw.get("store_id"),
        "changed_at": utc(raw.get("updated_at")),
        "addresses": [_address(one, _kind(one)) for one in places],
        "contacts": list(_contacts(raw.get("email"), places)),
        "company": next((one["company"] for one in _first_billing(places) if one.get("company")),
                        None),
    }  # fmt: skip
    if isinstance(raw.get("created_at"), str):
        told["since"] = raw["created_at"][:10]
    values = attributes(raw)
    told |= {name: values.get(code) for name, code in own.custom_attributes.items()}
    extra = inner(raw, "extension_attributes")
    if "is_subscribed" in extra:
        told["consents"] = [_consent(raw, extra["is_subscribed"], own)]
    return told


def guest(order: Row) -> dict[str, Any]:
    """Who ordered without an account, flat: what the order keeps of him."""
    billing = inner(order, "billing_address")
    start = "customer_"
    told = {name[len(start) :]: value for name, value in order.items() if name.startswith(start)}
    for name in ("prefix", "firstname", "middlename", "lastname", "suffix"):
        told[name] = told.get(name) or billing.get(name)
    return {
        **_name(told),
        "vat_id": told.get("taxvat") or billing.get("vat_id"),
        "birth_date": told.get("dob"),
        "company": billing.get("company"),
        "addresses": [_address(billing, "billing")] if billing else [],
        "contacts": list(_contacts(told.get("email"), [billing] if billing else [])),
    }


def _name(raw: Row) -> dict[str, Any]:
    """Anrede (with the titles beside it, which the shop has in one field) and names."""
    given = [raw.get(name) for name in ("firstname", "middlename")]
    return {
        "salutation": raw.get("prefix") or _anrede(raw.get("gender")),
        "given_name": " ".join(str(one) for one in given if one) if _texts(given) else given[0],
        "family_name": raw.get("lastname"),
        "name_suffix": raw.get("suffix"),
    }


def _consent(raw: Row, subscribed: Any, own: AdobeCommerceSettings) -> dict[str, Any]:
    """The newsletter: who is subscribed has perhaps confirmed it, but the shop tells no proof.

    Who is not may have objected or never asked for it: the shop does not tell these apart.
    """
    state = "unknown" if subscribed is True else own.unsubscribed
    return {"channel": "email", "contact": raw.get("email"), "state": state,
            "source": "is_subscribed"}  # fmt: skip


def _first_billing(places: Sequence[Row]) -> list[Row]:
    """The addresses, that for bills first."""
    return sorted(places, key=lambda one: one.get("default_billing") is not True)


def _kind(row: Row) -> str:
    if row.get("default_billing") is True:
        return "billing"
    return "shipping" if row.get("default_shipping") is True else "other"


def _address(row: Row, kind: str) -> dict[str, Any]:
    """An address; of its free lines the first is the street, or street and number are two."""
    lines = row.get("street") or []
    if not isinstance(lines, list) or not _texts(lines):
        raise RecordError("is not a list", field="street")
    street, *rest = [line for line in lines if line] or [None]
    number = rest.pop(0) if rest and HOUSE_NUMBER.fullmatch(rest[0].strip()) else None
    names = [row.get(name) for name in ("prefix", "firstname", "middlename", "lastname", "suffix")]
    return {
        "type": kind,
        "recipient": " ".join(str(one) for one in names if one) or None,
        "company": row.get("company"),
        "street": street,
        "house_number": number,
        "lines": rest,
        "postal_code": row.get("postcode"),
        "city": row.get("city"),
        "region": _region(row),
        "country": row.get("country_id"),
    }


def _region(row: Row) -> Any:
    """The code of the region, which a customer's address has in an object."""
    found = row.get("region")
    region = found if isinstance(found, Mapping) else row
    return region.get("region_code") or (found if isinstance(found, str) else region.get("region"))


def _contacts(email: Any, places: Sequence[Row]) -> Iterator[dict[str, Any]]:
    """E-mail and the addresses' numbers, each once."""
    if email:
        yield {"channel": "email", "value": email, "preferred": True}
    for channel, field in (("phone", "telephone"), ("fax", "fax")):
        numbers = [str(one[field]).strip() for one in _first_billing(places) if one.get(field)]
        for number in dict.fromkeys(numbers):
            yield {"channel": channel, "value": number}


def utc(stamp: Any) -> Any:
    """A stamp of the shop, which is in UTC and does not say so."""
    plain = isinstance(stamp, str) and len(stamp) == 19 and stamp[10] == " "
    return f"{stamp[:10]}T{stamp[11:]}+00:00" if plain else stamp


def _texts(values: Sequence[Any]) -> bool:
    return all(one is None or isinstance(one, str) for one in values)


def _anrede(gender: Any) -> str | None:
    plain = isinstance(gender, int) and not isinstance(gender, bool)
    return GENDERS.get(gender) if plain else None
