"""The fields of an intent under Shopware's names: of the customer, and of his addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from crmsync.errors import RecordError
from crmsync.model.intent import Intent
from crmsync_shopware.settings import ShopwareSettings

PLAIN = {"given_name": "firstName", "family_name": "lastName", "titles": "title",
         "contacts.email": "email", "birth_date": "birthday", "customer_number": "customerNumber",
         "company": "company"}  # fmt: skip
ADDRESS = {"postal_code": "zipcode", "city": "city", "company": "company",
           "lines": "additionalAddressLine1"}  # fmt: skip
KINDS = {"billing": "defaultBillingAddress", "shipping": "defaultShippingAddress"}

Find = Callable[[str], str | None]
"""Finds the shop's id of a salutation or of a country."""


def own_id(*names: str) -> str:
    """The id of what we make, always the same for the same names (RFC 9562, version 5)."""
    return uuid5(NAMESPACE_URL, "/".join(("crmsync", *names))).hex


def fields(
    intent: Intent, own: ShopwareSettings, salutation: Find, country: Find
) -> dict[str, Any]:
    """What an intent changes; an address is at "defaultBillingAddress" and without its id.

    RecordError for a field, an Anrede or a country that the shop has not.
    """
    told: dict[str, Any] = {}
    for name, value in intent.fields.items():
        start, _, rest = name.partition(".")
        if name in PLAIN:
            told[PLAIN[name]] = value
        elif name == "salutation":
            told["salutationId"] = _known(salutation, value, name) if value else None
        elif name == "vat_id":
            told["vatIds"] = [value] if value else []
        elif name == "contacts.phone":
            _address(told, "billing")["phoneNumber"] = value
        elif start == "addresses" and rest.partition(".")[0] in KINDS:
            kind, _, field = rest.partition(".")
            _address(told, kind).update(_place(intent, kind, field, value, country, name))
        elif name in own.custom_fields:
            told.setdefault("customFields", {})[own.custom_fields[name]] = value
        else:
            raise RecordError("Shopware has no such field", field=name)
    return told


def _address(told: dict[str, Any], kind: str) -> dict[str, Any]:
    found: dict[str, Any] = told.setdefault(KINDS[kind], {})
    return found


def _place(
    intent: Intent, kind: str, field: str, value: Any, country: Find, name: str
) -> dict[str, Any]:
    if field in ADDRESS:
        text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
        return {ADDRESS[field]: text}
    if field in ("street", "house_number"):
        return {"street": street(intent, kind)}
    if field == "country":
        return {"countryId": _known(country, value, name)}
    raise RecordError("Shopware has no such field", field=name)


def street(intent: Intent, kind: str) -> str:
    """Street and number, which Shopware has in one line."""
    known = {**intent.whole, **intent.fields}
    parts = (known.get(f"addresses.{kind}.{part}") for part in ("street", "house_number"))
    return " ".join(str(one) for one in parts if one)


def _known(find: Find, value: Any, name: str) -> str:
    found = find(str(value))
    if found is None:
        raise RecordError("the shop does not have it", field=name)
    return found


def whole_customer(
    intent: Intent,
    told: Mapping[str, Any],
    channel: Mapping[str, Any],
    own: ShopwareSettings,
    connection: str,
) -> dict[str, Any]:
    """Everything that Shopware asks for of a new customer, with ids of our own.

    RecordError names what is missing.
    """  # fmt: skip
    identity = own_id(connection, "customer", intent.key)
    names = {name: told.get(name) for name in ("firstName", "lastName")}
    billing = {
        "id": own_id(connection, "address", intent.key),
        "countryId": channel["countryId"],
        "street": own.placeholder,
        "city": own.placeholder,
        **names,
        **(told.get("defaultBillingAddress") or {}),
    }
    shipping = told.get("defaultShippingAddress")
    made: dict[str, Any] = {
        "customerNumber": f"crm-{identity[:12]}",
        **told,
        "id": identity,
        "salesChannelId": own.sales_channel,
        "groupId": channel["customerGroupId"],
        "languageId": channel["languageId"],
        "defaultPaymentMethodId": channel["paymentMethodId"],
        "defaultBillingAddress": billing,
    }
    if shipping:
        other = own_id(connection, "shipping", intent.key)
        made["defaultShippingAddress"] = {**billing, **shipping, "id": other}
    else:
        made["defaultShippingAddressId"] = billing["id"]
    _require(made, billing)
    return made


NEEDED = {"firstName": "given_name", "lastName": "family_name", "email": "contacts.email"}
PLACED = {"street": "addresses.billing.street", "city": "addresses.billing.city"}


def _require(made: Mapping[str, Any], billing: Mapping[str, Any]) -> None:
    for record, needed in ((made, NEEDED), (billing, PLACED)):
        for field, name in needed.items():
            if not record.get(field):
                raise RecordError("Shopware keeps no customer without it", field=name)
