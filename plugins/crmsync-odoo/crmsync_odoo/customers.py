"""A contact of Odoo (res.partner) as a customer in our words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from crmsync.model.told import ToldAddress, ToldConsent, ToldContact, ToldCustomer
from crmsync_odoo.values import Row, filled, moment, name_of, told

TITLES = {
    "mister": "Herr", "mr.": "Herr", "mr": "Herr", "herr": "Herr",
    "madam": "Frau", "mrs.": "Frau", "mrs": "Frau", "miss": "Frau", "ms.": "Frau", "frau": "Frau",
}  # fmt: skip
"""Titles of Odoo that are an Anrede; "Divers" and its like say it themselves."""

SALUTATIONS = {"divers", "familie", "firma", "eheleute"}
DEGREES = {"doctor": "Dr.", "doktor": "Dr.", "professor": "Prof."}
TYPES: dict[Any, Literal["billing", "shipping"]] = {"invoice": "billing", "delivery": "shipping"}


def customer(raw: Row) -> ToldCustomer:
    """The customer; a name is one text, which the normalizer takes apart."""
    return ToldCustomer(
        **_name(raw),
        **told(raw, vat_id="vat", customer_number="ref", loyalty_card="barcode"),
        **_visible(raw),
        consents=tuple(_consents(raw)),
        changed_at=moment(raw.get("write_date")),
    )


def _name(raw: Row) -> dict[str, Any]:
    if raw.get("is_company") is True:
        return {"kind": "firm", "company": filled(raw.get("name")), "name": None}
    found = {"kind": "person", **told(raw, name="name"), **_title(raw)}
    firm = name_of(raw.get("parent_id")) or filled(raw.get("company_name"))
    return {**found, "company": firm} if firm else found


def _title(raw: Row) -> dict[str, Any]:
    """What stands in the field for titles, which Odoo has until 18: "Herr", "Doktor"."""
    if "title" not in raw:
        return {}
    text = name_of(raw["title"]) or ""
    first, _, rest = text.partition(" ")
    if text.lower() in DEGREES:
        return {"titles": DEGREES[text.lower()]}
    anrede = TITLES.get(first.lower()) or (first if first.lower() in SALUTATIONS else None)
    degrees = rest if anrede else text
    return {"salutation": anrede, **({"titles": degrees} if degrees else {})}


def _visible(raw: Row) -> dict[str, Any]:
    """What comes from several fields, where all of them are shown."""
    found: dict[str, Any] = {}
    if "email" in raw and "phone" in raw:
        found["contacts"] = tuple(_contacts(raw))
    if "street" in raw and "city" in raw:
        found["addresses"] = tuple(_addresses(raw))
    if "tags" in raw:
        found["marks"] = tuple(map(str, raw["tags"]))
    if isinstance(raw.get("lang"), str):
        found["language"] = raw["lang"].replace("_", "-")
    if isinstance(raw.get("create_date"), str):
        found["since"] = moment(raw["create_date"])
    return found


def _contacts(raw: Row) -> Iterator[ToldContact]:
    """The address, the phone and, until 18, the mobile number; each may hold several addresses."""
    email = filled(raw["email"])
    if email is not None:
        for one in email.replace(";", ",").split(",") if isinstance(email, str) else [email]:
            if not isinstance(one, str) or one.strip():
                yield ToldContact(channel="email", value=one)
    if filled(raw["phone"]) is not None:
        yield ToldContact(channel="phone", value=raw["phone"])
    if filled(raw.get("mobile")) is not None:
        yield ToldContact(channel="mobile", value=raw["mobile"])


def _addresses(raw: Row) -> Iterator[ToldAddress]:
    own: Literal["home", "work"] = "home"
    if raw.get("is_company") is True or filled(raw.get("parent_id")):
        own = "work"
    yield from _address(raw, own)
    for row in raw.get("addresses") or ():
        yield from _address(row, TYPES.get(row.get("type"), "other"), recipient=row.get("name"))


def _address(row: Row, kind: Any, *, recipient: Any = None) -> Iterable[ToldAddress]:
    """The address, unless there is nothing of it."""
    street, second = filled(row.get("street")), filled(row.get("street2"))
    if not (street or second or filled(row.get("zip")) or filled(row.get("city"))):
        return
    yield ToldAddress(
        type=kind,
        recipient=filled(recipient),
        street=street,
        lines=(second,) if second else (),
        postal_code=filled(row.get("zip")),
        city=filled(row.get("city")),
        region=name_of(row.get("state_id")),
        country=filled(row.get("country_code")) or name_of(row.get("country_id")),
    )


def _consents(raw: Row) -> Iterator[ToldConsent]:
    """Objections alone: that somebody is on no blacklist is no consent."""
    email = filled(raw.get("email_normalized")) or filled(raw.get("email"))
    if raw.get("is_blacklisted") is True:
        yield ToldConsent(channel="email", state="objected", contact=email,
                          source="mail.blacklist")  # fmt: skip
    elif raw.get("left_a_list") is True:
        yield ToldConsent(channel="email", state="withdrawn", contact=email,
                          source="mailing.subscription")  # fmt: skip
    if raw.get("phone_blacklisted") is True:
        number = filled(raw.get("phone_sanitized"))
        for channel in ("sms", "phone"):
            yield ToldConsent(channel=channel, state="objected", contact=number,
                              source="phone.blacklist")  # fmt: skip
