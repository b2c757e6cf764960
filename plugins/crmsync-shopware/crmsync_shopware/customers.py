"""A customer, a guest or a newsletter recipient of Shopware in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmsync.mapping import Mapper, inner, rows
from crmsync_shopware.settings import ShopwareSettings

Row = Mapping[str, Any]

SALUTATIONS = {"mr": "Herr", "mrs": "Frau", "divers": "Divers", "not_specified": None,
               "undefined": None}  # fmt: skip
"""Shopware's own keys; of those a shop made the name is told."""

PLAIN = ("salutation", "titles", "nobility", "given_name", "family_name", "name_suffix", "company",
         "vat_id", "birth_date", "language", "customer_number", "loyalty_card", "pronunciation",
         "since", "changed_at", "marks", "blocked")  # fmt: skip
TABLE: dict[str, Any] = {
    **{name: name for name in PLAIN},
    "addresses": {"from": "addresses"},
    "contacts": {"from": "contacts"},
    "consents": {"from": "consents"},
}


def mapper() -> Mapper:
    """What maps records that were put in order by the functions below."""
    return Mapper("customers", TABLE, where="shopware, customers")


def customer(raw: Row, own: ShopwareSettings) -> dict[str, Any]:
    """An account, flat; what the shop does not show is left out."""
    told = name_of(raw)
    for name, field in (("customer_number", "customerNumber"), ("birth_date", "birthday")):
        if field in raw:
            told[name] = raw[field]
    if isinstance(told.get("birth_date"), str):
        told["birth_date"] = told["birth_date"][:10]
    if "addresses" in raw:
        told["addresses"] = [_address(one, _type(raw, one)) for one in rows(raw, "addresses")]
        if "email" in raw:
            told["contacts"] = list(_contacts(raw))
    for name, key in own.custom_fields.items():
        if isinstance(raw.get("customFields"), Mapping) and key in raw["customFields"]:
            told[name] = raw["customFields"][key]
    told["changed_at"] = raw.get("updatedAt") or raw.get("createdAt")
    if isinstance(raw.get("createdAt"), str):
        told["since"] = raw["createdAt"]
    if inner(raw, "language"):
        told["language"] = inner(inner(raw, "language"), "locale").get("code")
    if "active" in raw:
        told["blocked"] = raw["active"] is False
    if "tags" in raw:
        told["marks"] = [one.get("name") for one in rows(raw, "tags")]
    return told


def guest(order: Row) -> dict[str, Any]:
    """Who ordered without an account, flat: what the order keeps of him."""
    who, billing = inner(order, "orderCustomer"), inner(order, "billingAddress")
    told = name_of(who)
    told["customer_number"] = who.get("customerNumber")
    told["addresses"] = [_address(billing, "billing")] if billing else []
    phone = billing.get("phoneNumber")
    told["contacts"] = [
        *([{"channel": "email", "value": who["email"]}] if who.get("email") else []),
        *([{"channel": "phone", "value": phone}] if phone else []),
    ]
    return told


def recipient(raw: Row) -> dict[str, Any]:
    """Who gets the newsletter, or does not: his address, and what he allowed."""
    told = name_of(raw)
    told["changed_at"] = raw.get("updatedAt") or raw.get("createdAt")
    if raw.get("email"):
        proven = bool(raw.get("confirmedAt"))
        told["contacts"] = [{"channel": "email", "value": raw["email"], "verified": proven}]
    if "status" in raw:
        told["consents"] = [_consent(raw)]
    if raw.get("city") or raw.get("zipCode"):
        told["addresses"] = [{"street": raw.get("street"), "postal_code": raw.get("zipCode"),
                              "city": raw.get("city")}]  # fmt: skip
    return told


def _consent(raw: Row) -> dict[str, Any]:
    """What a recipient's status says; only a confirmed opt-in (DOI) is a consent with its proof.

    `direct` was entered without a confirmation, by whomever.
    """
    told: dict[str, Any] = {"channel": "email", "contact": raw.get("email"),
                            "source": "newsletter_recipient"}  # fmt: skip
    status, confirmed = raw.get("status"), raw.get("confirmedAt")
    if status == "optOut":
        return {**told, "state": "withdrawn", "at": raw.get("updatedAt") or raw.get("createdAt")}
    if status == "optIn" and confirmed:
        proof = f"newsletter_recipient {raw.get('id')}, confirmed {confirmed}"
        return {**told, "state": "granted", "at": confirmed, "basis": "consent", "evidence": proof}
    return {**told, "state": "pending" if status == "notSet" else "unknown"}


def name_of(raw: Row) -> dict[str, Any]:
    """Anrede, title, names and firm, as far as they are shown."""
    told: dict[str, Any] = {}
    if "firstName" in raw and "lastName" in raw:
        told |= {"given_name": raw["firstName"], "family_name": raw["lastName"]}
    if "title" in raw:
        told["titles"] = raw["title"]
    if "salutation" in raw:
        told["salutation"] = _salutation(inner(raw, "salutation"))
    if "company" in raw:
        told["company"] = raw["company"]
    vat = raw.get("vatIds")
    if isinstance(vat, list):
        told["vat_id"] = vat[0] if vat else None
    return told


def _salutation(found: Row) -> Any:
    key = found.get("salutationKey")
    return SALUTATIONS[key] if key in SALUTATIONS else found.get("displayName")


def _type(raw: Row, row: Row) -> str:
    if row.get("id") == raw.get("defaultBillingAddressId"):
        return "billing"
    return "shipping" if row.get("id") == raw.get("defaultShippingAddressId") else "other"


def _address(row: Row, kind: str) -> dict[str, Any]:
    lines = (row.get("department"), row.get("additionalAddressLine1"),
             row.get("additionalAddressLine2"))  # fmt: skip
    names = (row.get("title"), row.get("firstName"), row.get("lastName"))
    return {
        "type": kind,
        "recipient": " ".join(str(one) for one in names if one) or None,
        "company": row.get("company"),
        "street": row.get("street"),
        "lines": [str(one) for one in lines if one],
        "postal_code": row.get("zipcode"),
        "city": row.get("city"),
        "region": inner(row, "countryState").get("shortCode"),
        "country": inner(row, "country").get("iso"),
    }


def _contacts(raw: Row) -> Iterator[dict[str, Any]]:
    """E-mail and the addresses' phones, each once; a confirmed account has proven its e-mail."""
    if raw["email"]:
        yield {"channel": "email", "value": raw["email"], "preferred": True,
               "verified": bool(raw.get("doubleOptInConfirmDate"))}  # fmt: skip
    phones = [one.get("phoneNumber") for one in rows(raw, "addresses")]
    for phone in dict.fromkeys(str(one).strip() for one in phones if one):
        yield {"channel": "phone", "value": phone}
