"""A customer of Vendure in our words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from crmsync.model.told import ToldAddress, ToldContact, ToldCustomer

Row = Mapping[str, Any]

SALUTATIONS = {"herr", "hr.", "frau", "fr.", "divers", "familie", "firma", "mr", "mr.", "mrs",
               "mrs.", "ms", "ms.", "miss"}  # fmt: skip


def customer(raw: Row) -> ToldCustomer:
    """The customer; groups are told as marks."""
    salutation, titles = title_of(raw.get("title"))
    addresses = raw.get("addresses") or ()
    return ToldCustomer(
        salutation=salutation,
        titles=titles,
        given_name=raw.get("firstName"),
        family_name=raw.get("lastName"),
        addresses=tuple(_address(row) for row in addresses),
        contacts=tuple(_contacts(raw)),
        since=raw.get("createdAt") or None,
        marks=tuple(group["name"] for group in raw.get("groups") or ()),
        **({"changed_at": raw["updatedAt"]} if raw.get("updatedAt") else {}),
    )


def version(raw: Row) -> str:
    """The latest stamp of a customer and of his addresses, which do not move his own.

    All are UTC in one form, so that as texts they sort as moments.
    """
    return max((str(row["updatedAt"]) for row in (raw, *rows(raw)) if row.get("updatedAt")),
               default="")  # fmt: skip


def rows(raw: Any, name: str = "addresses") -> list[Row]:
    """The records in a list, as far as they are some."""
    found = raw.get(name) if isinstance(raw, Mapping) else None
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []


def title_of(text: str | None) -> tuple[str | None, str | None]:
    """Vendure has one field for both: "Herr Prof. Dr." is an Anrede and two titles."""
    words = (text or "").split()
    if words and words[0].lower() in SALUTATIONS:
        return words[0], " ".join(words[1:]) or None
    return None, " ".join(words) or None


def _address(row: Row) -> ToldAddress:
    return ToldAddress(
        type=_type(row),
        recipient=row.get("fullName"),
        company=row.get("company"),
        street=row.get("streetLine1"),
        lines=(row["streetLine2"],) if row.get("streetLine2") else (),
        postal_code=row.get("postalCode"),
        city=row.get("city"),
        region=row.get("province"),
        country=(row.get("country") or {}).get("code"),
    )


def _type(row: Row) -> Literal["billing", "shipping", "other"]:
    if row.get("defaultBillingAddress"):
        return "billing"
    return "shipping" if row.get("defaultShippingAddress") else "other"


def _contacts(raw: Row) -> Iterable[ToldContact]:
    """E-mail and phone of the customer, then the phones of the addresses, each once."""
    if raw.get("emailAddress"):
        verified = bool((raw.get("user") or {}).get("verified"))
        yield ToldContact(
            channel="email", value=raw["emailAddress"], verified=verified, preferred=True
        )
    holders = [raw, *(raw.get("addresses") or ())]
    for phone in dict.fromkeys(row.get("phoneNumber") for row in holders):
        if phone:
            yield ToldContact(channel="phone", value=phone)
