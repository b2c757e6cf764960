"""Persons and organizations of Pipedrive in our words; what is not shown is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from crmsync.errors import RecordError
from crmsync.model.told import ToldAddress, ToldConsent, ToldContact, ToldCustomer
from crmsync.model.words import ConsentState

Row = Mapping[str, Any]
Label = Literal["phone", "mobile", "fax"]

LABELS: Mapping[str, Label] = {"mobile": "mobile", "mobil": "mobile", "handy": "mobile",
                               "fax": "fax"}  # fmt: skip
STATES: Mapping[str, ConsentState] = {"unsubscribed": "withdrawn", "bounced": "bounced"}
"""Of a marketing status, what is no consent: that somebody is subscribed has no proof and no
moment, so it says nothing here, whatever his double opt-in is said to be."""


def person(raw: Row) -> ToldCustomer:
    """A person; its custom fields were put under our names when it was read."""
    told: dict[str, Any] = {"kind": "person", "changed_at": raw.get("update_time"), **_since(raw)}
    own = raw.get("own") or {}
    if not isinstance(own, Mapping):
        raise RecordError("is no object", field="own")
    told |= {name: shown(value) for name, value in own.items()}
    if shown(raw.get("first_name")) or shown(raw.get("last_name")):
        told |= {"given_name": shown(raw.get("first_name")),
                 "family_name": shown(raw.get("last_name"))}  # fmt: skip
    elif "name" in raw:
        told["name"] = shown(raw["name"])
    if "emails" in raw and "phones" in raw:
        told["contacts"] = tuple(_contacts(raw))
    if "postal_address" in raw:
        told["addresses"] = tuple(_addresses(raw, "postal_address", "home"))
    if "birthday" in raw and "birth_date" not in told:
        told["birth_date"] = shown(raw["birthday"])
    if "marketing_status" in raw:
        told["consents"] = tuple(_consents(raw))
    return ToldCustomer(**told)


def organization(raw: Row) -> ToldCustomer:
    """An organization: a firm."""
    told: dict[str, Any] = {"kind": "firm", "changed_at": raw.get("update_time"), **_since(raw)}
    if "name" in raw:
        told["company"] = shown(raw["name"])
    if "address" in raw:
        told["addresses"] = tuple(_addresses(raw, "address", "work"))
    return ToldCustomer(**told)


def shown(value: Any) -> Any:
    """The value; None where there is none, which is a text of nothing too."""
    return None if isinstance(value, str) and not value.strip() else value


def rows(raw: Row, name: str) -> Sequence[Row]:
    """The objects of a list; RecordError where it is none."""
    found = raw.get(name) or []
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        raise RecordError("is no list of objects", field=name)
    return found


def _since(raw: Row) -> dict[str, Any]:
    made = raw.get("add_time")
    return {"since": made} if isinstance(made, str) and len(made) >= 10 else {}


def _contacts(raw: Row) -> Iterator[ToldContact]:
    for one in rows(raw, "emails"):
        if shown(one.get("value")) is not None:
            yield ToldContact(channel="email", value=one["value"], preferred=_first(one))
    for one in rows(raw, "phones"):
        channel = LABELS.get(str(one.get("label")).casefold(), "phone")
        if shown(one.get("value")) is not None:
            yield ToldContact(channel=channel, value=one["value"], preferred=_first(one))


def _first(one: Row) -> bool:
    return one.get("primary") is True


def _addresses(raw: Row, name: str, kind: Literal["home", "work"]) -> Iterator[ToldAddress]:
    """An address in its parts, else as the one text that it is."""
    place = raw.get(name)
    if isinstance(place, str):
        place = {"value": place}
    if place is None:
        return
    if not isinstance(place, Mapping):
        raise RecordError("is no object", field=name)
    whole, extra = shown(place.get("value")), shown(place.get("subpremise"))
    parts = {"street": "route", "house_number": "street_number", "postal_code": "postal_code",
             "city": "locality", "region": "admin_area_level_1", "country": "country"}  # fmt: skip
    told = {ours: shown(place.get(theirs)) for ours, theirs in parts.items()}
    if told["street"] or told["city"]:
        yield ToldAddress(type=kind, lines=(str(extra),) if extra else (), **told)
    elif whole is not None:
        yield ToldAddress(type=kind, lines=(str(whole),))


def _consents(raw: Row) -> Iterator[ToldConsent]:
    """What the marketing status says of the first e-mail address, to which it belongs."""
    status = str(raw.get("marketing_status"))
    emails = sorted(rows(raw, "emails"), key=lambda one: not _first(one))
    if not emails or shown(emails[0].get("value")) is None or status in ("None", "no_consent"):
        return
    yield ToldConsent(channel="email", state=STATES.get(status, "unknown"),
                      contact=emails[0]["value"], source=f"marketing_status {status}")  # fmt: skip
