"""Writes persons one by one: looks before it makes; says no more of consents than it may."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from crmsync.errors import RecordError
from crmsync.http.writing import attempted, looked_up
from crmsync.model.intent import Intent, Result, done, refused
from crmsync_pipedrive.api import Api
from crmsync_pipedrive.reading import Reading
from crmsync_pipedrive.settings import PipedriveSettings

Row = Mapping[str, Any]

NAMES = ("titles", "given_name", "nobility", "family_name", "name_suffix")
"""The parts of the one name that is written, in their order."""

LABELS = {"contacts.phone": "work", "contacts.mobile": "mobile", "contacts.fax": "fax"}
AGAINST = ("denied", "withdrawn", "objected", "blocked", "bounced")


UNFOUND = "without e-mail address he could be made twice"


class Writing:
    """The persons of one company."""

    def __init__(self, api: Api, own: PipedriveSettings, reading: Reading) -> None:
        self._api, self._own, self._reading = api, own, reading

    def write(self, intents: Sequence[Intent]) -> list[Result]:
        """One result for each intent, which goes alone.

        An organization may have the number of a person, who is somebody else.
        """
        kinds: dict[str, Callable[[Intent], Result]] = {
            "save": self._save, "consent": self._consent, "erase": self._erase,
        }  # fmt: skip
        return [
            attempted(one, kinds[one.change])
            if one.stream == "customers"
            else refused(one, f"Pipedrive's {one.stream} are not written")
            for one in intents
        ]

    def _save(self, intent: Intent) -> Result:
        email = intent.fields.get("contacts.email")
        if email and "@" not in str(email):
            return refused(intent, "it is no e-mail address", field="contacts.email")
        return looked_up(intent, self._look, self._make, self._change)

    def _look(self, intent: Intent) -> Sequence[str]:
        email = intent.fields.get("contacts.email")
        return self._api.search(str(email).strip()) if email else []

    def _make(self, intent: Intent) -> Result:
        told = self._values(intent, {})
        if not told.get("name"):
            return refused(intent, "a person needs a name", field="family_name")
        if not intent.fields.get("contacts.email"):
            return refused(intent, UNFOUND, field="contacts.email")
        return done(intent, self._api.make(told).get("id"))

    def _change(self, intent: Intent, identity: str) -> Result:
        row = self._api.person(identity)
        if row is None:
            return refused(intent, "is not there")
        told = self._values(intent, row)
        if told:
            self._api.change(identity, told)
        return done(intent, identity)

    def _values(self, intent: Intent, row: Row) -> dict[str, Any]:
        """What to send: lists are written whole, so what else is in them is sent along."""
        found: dict[str, Any] = {}
        for name, value in intent.fields.items():
            if name in self._reading.fields:
                field = self._reading.fields[name]
                found.setdefault("custom_fields", {})[field["key"]] = _option(name, value, field)
            elif name == "contacts.email":
                found["emails"] = _with_first(row.get("emails"), value)
            elif name in LABELS:
                known = found.get("phones", row.get("phones"))
                found["phones"] = _with_labelled(known, value, LABELS[name])
            elif name in NAMES or name == "name":
                found["name"] = self._name(intent, row)
            else:
                raise RecordError("Pipedrive has no place for it", field=name)
        return found

    def _name(self, intent: Intent, row: Row) -> str:
        """The whole name, with the parts that shall change; a part with a field of its own is
        none of it."""
        if intent.fields.get("name"):
            return str(intent.fields["name"])
        there = {"given_name": row.get("first_name"), "family_name": row.get("last_name")}
        every = {**there, **intent.whole, **intent.fields}
        words = (every.get(one) for one in NAMES if one not in self._reading.fields)
        return " ".join(str(one).strip() for one in words if one)

    def _erase(self, intent: Intent) -> Result:
        """Marked as deleted; Pipedrive erases it 30 days later."""
        identity = str(intent.external_id or "")
        if not (identity.isascii() and identity.isdigit()):
            return refused(intent, "nobody is named")
        self._api.delete(identity)
        return done(intent)

    def _consent(self, intent: Intent) -> Result:
        """An objection is always told. A consent needs its evidence, and lifts no objection:
        Pipedrive does not say of when that is."""
        told = intent.fields
        if not self._own.campaigns:
            return refused(intent, "the add-on Campaigns, which keeps it, is not set")
        if told.get("channel") != "email" or told.get("purpose", "marketing") != "marketing":
            return refused(intent, "Pipedrive knows consents to adverts by e-mail alone")
        against = told.get("state") in AGAINST
        if not against and told.get("state") != "granted":
            return refused(intent, "it is neither a consent nor an objection", field="state")
        if not against and not (told.get("evidence") and told.get("at")):
            return refused(intent, "a consent without evidence lifts nothing", field="evidence")
        row = self._api.person(str(intent.external_id), status=True)
        if row is None:
            return done(intent) if against else refused(intent, "is not there")
        return self._tell(intent, row, "unsubscribed" if against else "subscribed")

    def _tell(self, intent: Intent, row: Row, wanted: str) -> Result:
        contact = str(intent.fields.get("contact") or "").strip().casefold()
        first = _first(row.get("emails"))
        if contact and contact != first.casefold():
            return refused(intent, "it is kept of the first e-mail address alone", field="contact")
        status = row.get("marketing_status")
        if status == wanted:
            return done(intent)
        if wanted == "subscribed" and status != "no_consent":
            return refused(intent, "he objected, and nobody knows when")
        self._api.change(str(intent.external_id), {"marketing_status": wanted})
        now = self._api.person(str(intent.external_id), status=True) or {}
        if now.get("marketing_status") != wanted:
            return refused(intent, "Pipedrive lets a marketing status be changed only once")
        return done(intent)


def _listed(told: Any) -> list[dict[str, Any]]:
    return [dict(one) for one in told or () if isinstance(one, Mapping)]


def _first(told: Any) -> str:
    """The first e-mail address."""
    them = sorted(_listed(told), key=lambda one: one.get("primary") is not True)
    return str(them[0].get("value") or "").strip() if them else ""


def _with_first(told: Any, value: Any) -> list[dict[str, Any]]:
    """The e-mail addresses with another first one, or without it."""
    rest = [one for one in _listed(told) if one.get("primary") is not True]
    first = {"value": str(value), "primary": True, "label": "work"}
    return [first, *rest] if value else rest


def _with_labelled(told: Any, value: Any, label: str) -> list[dict[str, Any]]:
    """The numbers with another one of this label, or without it."""
    rest = [one for one in _listed(told) if str(one.get("label")).casefold() != label]
    new = {"value": str(value), "primary": not rest, "label": label}
    return [*rest, new] if value else rest


def _option(name: str, value: Any, field: Mapping[str, Any]) -> Any:
    """The id of an option by its word, where the field has options."""
    if value is None or not field["options"]:
        return value
    for identity, label in field["options"].items():
        if str(label).casefold() == str(value).casefold():
            return int(identity) if identity.isdigit() else identity
    raise RecordError("Pipedrive's field has no such option", field=name)
