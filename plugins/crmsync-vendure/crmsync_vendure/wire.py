"""From the fields of an intent to the inputs of Vendure's mutations: only what differs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crmsync.errors import RecordError
from crmsync_vendure.customers import title_of

Row = Mapping[str, Any]

PLAIN = {"given_name": "firstName", "contacts.email": "emailAddress",
         "contacts.phone": "phoneNumber"}  # fmt: skip
NAMES = ("nobility", "family_name")
TITLE = ("salutation", "titles")
WORDS = {"herr": "Herr", "frau": "Frau", "divers": "Divers", "familie": "Familie",
         "paar": "Eheleute", "firma": "Firma"}  # fmt: skip
"""How an Anrede is written."""

PLACE = {"recipient": "fullName", "company": "company", "postal_code": "postalCode",
         "city": "city", "region": "province", "country": "countryCode",
         "lines": "streetLine2"}  # fmt: skip
STREET = ("street", "house_number")
FLAGS = {"billing": "defaultBillingAddress", "shipping": "defaultShippingAddress"}
NOWHERE = "Vendure has no place for it"
NEEDED = "Vendure keeps no customer without it"


def customer(fields: Mapping[str, Any], whole: Mapping[str, Any], row: Row) -> dict[str, Any]:
    """The input by which a customer says what `fields` say, without what he says already.

    RecordError for a field that Vendure does not have.
    """
    known, told = {**whole, **fields}, dict[str, Any]()
    for name, value in fields.items():
        if name == "contacts.email" and not value:
            raise RecordError(NEEDED, field=name)
        if name in PLAIN:
            told[PLAIN[name]] = value or ""
        elif name in NAMES:
            told["lastName"] = _joined(known.get(part) for part in NAMES)
        elif name in TITLE:
            told["title"] = _title(fields, row)
        elif not name.startswith("addresses."):
            raise RecordError(NOWHERE, field=name)
    return _differing(told, row)


def _title(fields: Mapping[str, Any], row: Row) -> str:
    """Anrede and titles in one field; the one that is not told stays."""
    salutation, titles = title_of(row.get("title"))
    if "salutation" in fields:
        told = str(fields["salutation"] or "")
        salutation = WORDS.get(told.casefold(), told)
    if "titles" in fields:
        titles = _text(fields["titles"])
    return _joined((salutation, titles))


def addresses(
    fields: Mapping[str, Any], whole: Mapping[str, Any], row: Row, country: str
) -> Iterator[tuple[str | None, dict[str, Any]]]:
    """For each address that is to change its id, None for a new one, and its input.

    RecordError for what Vendure does not have, and for a new address without a street.
    """
    kinds = dict.fromkeys(name.split(".")[1] for name in fields if name.startswith("addresses."))
    for kind in kinds:
        there = _of_kind(kind, row)
        told = _place(kind, fields, {**whole, **fields})
        if there is not None:
            now = {**there, "countryCode": (there.get("country") or {}).get("code")}
            if differing := _differing(told, now):
                yield str(there["id"]), differing
        elif any(told.values()):
            if not told.get("streetLine1"):
                raise RecordError("Vendure keeps no address without it",
                                  field=f"addresses.{kind}.street")  # fmt: skip
            flag = {FLAGS[kind]: True} if kind in FLAGS else {}
            yield None, {"countryCode": country, **told, **flag}


def _of_kind(kind: str, row: Row) -> Row | None:
    """The address that is the default for it; for all other kinds the first that is none."""
    there = row.get("addresses") or ()
    if kind in FLAGS:
        found = [one for one in there if one.get(FLAGS[kind])]
    else:
        found = [one for one in there if not any(one.get(flag) for flag in FLAGS.values())]
    return found[0] if found else None


def _place(kind: str, fields: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    start = f"addresses.{kind}."
    for name, value in fields.items():
        if not name.startswith(start):
            continue
        field = name.removeprefix(start)
        if field in PLACE:
            told[PLACE[field]] = _text(value)
        elif field in STREET:
            told["streetLine1"] = _joined(known.get(f"{start}{part}") for part in STREET)
        else:
            raise RecordError(NOWHERE, field=name)
    return told


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")


def _joined(parts: Any) -> str:
    return " ".join(str(part) for part in parts if part)


def _differing(told: Mapping[str, Any], row: Row) -> dict[str, Any]:
    return {name: value for name, value in told.items()
            if not _alike(name, value, row.get(name))}  # fmt: skip


def _alike(name: str, one: Any, other: Any) -> bool:
    if name == "emailAddress":  # Vendure keeps addresses in small letters
        return str(one).strip().casefold() == str(other or "").casefold()
    return (one or "") == (other or "")
