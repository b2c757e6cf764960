"""Our fields in Shopify's words, and what its refusals say of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crmsync.http.writing import Unplaced
from crmsync.model.intent import Intent, Result, refused
from crmsync_shopify.settings import ShopifySettings

Row = Mapping[str, Any]

NAMES = {"given_name": "firstName", "family_name": "lastName", "language": "locale",
         "contacts.email": "email", "contacts.phone": "phone"}  # fmt: skip
ADDRESS = {"street": "address1", "postal_code": "zip", "city": "city", "country": "countryCode",
           "company": "company"}  # fmt: skip
HOME = "addresses.home."
TEXT = "single_line_text_field"

PLACES = {**{theirs: ours for ours, theirs in NAMES.items()},
          **{theirs: HOME + ours for ours, theirs in ADDRESS.items()},
          "address2": f"{HOME}lines", "province": f"{HOME}region"}  # fmt: skip


@dataclass(slots=True)
class Wire:
    """A change in three parts, each of which is a mutation of its own."""

    own: dict[str, Any] = field(default_factory=dict)
    address: dict[str, Any] = field(default_factory=dict)
    metafields: dict[str, Any] = field(default_factory=dict)


def wire(fields: Row, own: ShopifySettings, whole: Row) -> Wire:
    """The fields under Shopify's names; Unplaced for one that has none.

    An address is given whole: house number and street share a line.
    """
    found = Wire()
    for name, value in fields.items():
        if name in NAMES:
            found.own[NAMES[name]] = value
        elif name in own.metafields:
            found.metafields[name] = value
        elif name == "company" or _is_home(name):
            found.address = found.address or _address({**whole, **fields})
        else:
            raise Unplaced(name)
    return found


def known(whole: Row, own: ShopifySettings) -> dict[str, Any]:
    """What of a customer has a place at Shopify and is not empty."""
    return {name: value for name, value in whole.items() if value is not None and
            (name in NAMES or name in own.metafields or name == "company" or
             _is_home(name))}  # fmt: skip


def _is_home(name: str) -> bool:
    part = name.removeprefix(HOME)
    return part != name and (part in ADDRESS or part in ("house_number", "lines"))


def _address(told: Row) -> dict[str, Any]:
    found = {theirs: told[HOME + ours] for ours, theirs in ADDRESS.items() if HOME + ours in told}
    if told.get("company"):
        found.setdefault("company", told["company"])
    both = (told.get(f"{HOME}street"), told.get(f"{HOME}house_number"))
    if any(both):
        found["address1"] = " ".join(str(one) for one in both if one)
    if f"{HOME}lines" in told:
        lines = told[f"{HOME}lines"] or ()
        found["address2"] = lines if isinstance(lines, str) else ", ".join(map(str, lines))
    names = {"firstName": told.get("given_name"), "lastName": told.get("family_name")}
    return found | {name: value for name, value in names.items() if value}


def refusal(intent: Intent, errors: Iterable[Any], what: str = "Shopify refuses it") -> Result:
    """The result for the errors of a mutation; their messages may be personal, codes are not."""
    first = next((one for one in errors if isinstance(one, Mapping)), {})
    code = first.get("code")
    reason = f"{what} ({code})" if isinstance(code, str) and code.isupper() else what
    return refused(intent, reason, field=_place(first))


def _place(error: Row) -> str:
    """Our name of the field at fault, as far as it is one we write."""
    path = error.get("field")
    last = path[-1] if isinstance(path, list) and path else ""
    return PLACES.get(str(last), "")


def is_about(errors: Iterable[Any], *names: str) -> bool:
    """Whether one of the errors names one of these fields."""
    paths = [one.get("field") or () for one in errors if isinstance(one, Mapping)]
    return any(name in path for path in paths for name in names)
