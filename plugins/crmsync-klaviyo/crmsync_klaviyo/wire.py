"""Fields of ours as Klaviyo's attributes; null empties one, what is left out stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crmsync.http.writing import Unplaced
from crmsync.model.intent import Intent
from crmsync_klaviyo.profiles import ADDRESS, NAMES, keys_of
from crmsync_klaviyo.settings import KlaviyoSettings

HOME = "addresses.home."
POINTS = ("contacts.email", "contacts.phone")
"""What suppressions are bound to: before one of these changes the profile is looked up."""


def wire(
    fields: Mapping[str, Any], whole: Mapping[str, Any], own: KlaviyoSettings
) -> dict[str, Any]:
    """Fields under Klaviyo's names; Unplaced for one that has none there."""
    found: dict[str, Any] = {}
    properties: dict[str, Any] = {}
    for field, value in fields.items():
        if field in NAMES:
            found[NAMES[field]] = number(value) if field == "contacts.phone" else value
        elif field == "language":
            found["locale"] = value
        elif _is_of_address(field):
            found["location"] = _address({**whole, **fields})
        elif keys := keys_of(field, own):
            properties[keys[0]] = value
        else:
            raise Unplaced(field)
    return {**found, "properties": properties} if properties else found


def known_of(intent: Intent, own: KlaviyoSettings) -> dict[str, Any]:
    """A new profile: everything known of him that Klaviyo has a place for."""
    told = {**intent.whole, **intent.fields}
    fields = {name: value for name, value in told.items()
              if value is not None and _has(name, own)}  # fmt: skip
    return wire(fields, told, own)


def _has(field: str, own: KlaviyoSettings) -> bool:
    known = field in NAMES or field == "language"
    return known or _is_of_address(field) or bool(keys_of(field, own))


def number(value: Any) -> Any:
    """A number as E.164 has it, without signs between."""
    return "".join(one for one in value if one not in " -/()") if isinstance(value, str) else value


def _is_of_address(field: str) -> bool:
    part = field.removeprefix(HOME)
    return part != field and (part in ADDRESS or part in ("house_number", "lines"))


def _address(told: Mapping[str, Any]) -> dict[str, Any]:
    """The whole address: a part alone might empty the rest."""
    found = {theirs: told.get(HOME + ours) for ours, theirs in ADDRESS.items()}
    both = (told.get(f"{HOME}street"), told.get(f"{HOME}house_number"))
    found["address1"] = " ".join(str(one) for one in both if one) or None
    lines = told.get(f"{HOME}lines") or ()
    found["address2"] = lines if isinstance(lines, str) else ", ".join(map(str, lines)) or None
    return found
