"""Writes customers back: looks before it makes, changes only the state it knows; opt-outs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from crmsync.errors import CrmsyncError, RecordError
from crmsync.http.writing import failed, looked_up
from crmsync.model.intent import Intent, Result, again, done, refused
from crmsync_erpnext.api import Api, Changed, Row
from crmsync_erpnext.people import People
from crmsync_erpnext.settings import ErpNextSettings

AGAINST = ("denied", "withdrawn", "objected", "blocked", "bounced")
PLAIN = {"salutation": "salutation", "vat_id": "tax_id", "language": "language"}
NAMES = ("given_name", "family_name", "company")
POINTS = {
    "contacts.email": ("email_id", "email_ids", "email_id", "is_primary"),
    "contacts.mobile": ("mobile_no", "phone_nos", "phone", "is_primary_mobile_no"),
}
"""Our field, the customer's, and the contact's table, its field, and the mark of the first."""


class Writing:
    """Brings intents into one site."""

    def __init__(self, api: Api, own: ErpNextSettings, zone: str) -> None:
        self._api, self._own, self._zone = api, own, ZoneInfo(zone)
        self._people = People(api)

    def write(self, intents: Sequence[Intent]) -> list[Result]:
        """One result for each intent, which goes alone."""
        kinds: dict[str, Callable[[Intent], Result]] = {"save": self._save, "consent": self._tell}
        return [_alone(one, kinds[one.change]) for one in intents]

    def _save(self, intent: Intent) -> Result:
        return looked_up(intent, self._look, self._make, self._change)

    def _look(self, intent: Intent) -> Sequence[str]:
        email = intent.fields.get("contacts.email")
        return self._people.with_emails([str(email).strip()]) if email else []

    def _make(self, intent: Intent) -> Result:
        """Made in one request: the site makes the contact of its e-mail address and number."""
        told = _values(intent, {})
        if not told.get("customer_name"):
            return refused(intent, "a customer needs a name", field="family_name")
        firm = bool(intent.fields.get("company")) and not intent.fields.get("family_name")
        told["customer_type"] = "Company" if firm else "Individual"
        told |= {POINTS[name][0]: intent.fields[name] for name in POINTS if intent.fields.get(name)}
        settled = {"customer_group": self._own.customer_group, "territory": self._own.territory}
        told |= {name: value for name, value in settled.items() if value}
        row = self._api.make("Customer", told)
        return done(intent, row["name"], version=row.get("modified"))

    def _change(self, intent: Intent, name: str) -> Result:
        row = self._api.get("Customer", name)
        if row is None:
            return refused(intent, "the site has no such customer")
        told = {key: value for key, value in _values(intent, row).items() if row.get(key) != value}
        points = [one for one in POINTS if one in intent.fields]
        points = [one for one in points if row.get(POINTS[one][0]) != intent.fields[one]]
        version = intent.version if intent.external_id else ""
        if version and (told or points) and version != row.get("modified"):
            raise Changed
        if told:
            row = self._api.change("Customer", name, {**told, "modified": row.get("modified")})
        if points:
            self._reach(intent, row, points)
            row = self._api.get("Customer", name) or row
        return done(intent, name, version=row.get("modified"))

    def _reach(self, intent: Intent, row: Mapping[str, Any], points: Sequence[str]) -> None:
        """Write an e-mail address or number where the site keeps it: at the primary contact."""
        name = str(row.get("customer_primary_contact") or "")
        contact = self._api.get("Contact", name) if name else None
        if contact is None:
            raise RecordError("the customer has no primary contact", field=points[0])
        changes: Row = {"modified": contact.get("modified")}
        for one in points:
            _, table, field, first = POINTS[one]
            value = intent.fields[one]
            kept = [dict(entry) for entry in contact.get(table) or ()
                    if entry.get(first) != 1 and entry.get(field) != value]  # fmt: skip
            changes[table] = [*([{field: value, first: 1}] if value else []), *kept]
        self._api.change("Contact", name, changes)

    # opt-outs

    def _tell(self, intent: Intent) -> Result:
        """An objection is always told; it is lifted only by a newer consent with evidence."""
        told = intent.fields
        if told.get("channel") != "email" or told.get("purpose", "marketing") != "marketing":
            return refused(intent, "ERPNext knows objections to e-mail alone")
        email = str(told.get("contact") or intent.whole.get("contacts.email") or "").strip()
        if not email:
            return refused(intent, "ERPNext knows objections by e-mail address", field="contact")
        out = self._people.opted_out([email])
        if told.get("state") in AGAINST:
            if not out:
                self._api.make("Email Unsubscribe", {"email": email, "global_unsubscribe": 1})
            return done(intent)
        if told.get("state") != "granted":
            return refused(intent, "it is neither a consent nor an objection", field="state")
        return self._lift(intent, out)

    def _lift(self, intent: Intent, out: Sequence[Row]) -> Result:
        at = self._moment(intent.fields.get("at"))
        if not intent.fields.get("evidence"):
            return refused(intent, "a consent without evidence lifts nothing", field="evidence")
        if at is None:
            return refused(intent, "a consent without its date lifts nothing", field="at")
        for row in out:
            since = self._moment(row.get("creation"))
            if since is None or since >= at:
                return refused(intent, "he objected after that consent")
        for row in out:
            self._api.delete("Email Unsubscribe", str(row["name"]))
        return done(intent)

    def _moment(self, told: Any) -> datetime | None:
        try:
            found = datetime.fromisoformat(str(told))
        except ValueError:
            return None
        found = found if found.tzinfo else found.replace(tzinfo=self._zone)
        return found.astimezone(UTC)


def _values(intent: Intent, row: Mapping[str, Any]) -> Row:
    """The fields of the customer himself; RecordError for what ERPNext has not, or not there."""
    told: Row = {}
    for name, value in intent.fields.items():
        if name in PLAIN:
            told[PLAIN[name]] = value or ""
        elif name in NAMES:
            told["customer_name"] = _name(intent, row)
        elif name not in POINTS:
            raise RecordError("is not written to ERPNext", field=name)
    return told


def _name(intent: Intent, row: Mapping[str, Any]) -> str:
    """The whole name, which ERPNext has in one field; what is not told of it stays."""
    known = {**intent.whole, **intent.fields}
    firm = row.get("customer_type", "Individual") != "Individual"
    if firm or not known.get("family_name"):
        return str(known.get("company") or row.get("customer_name") or "")
    given = known.get("given_name") or str(row.get("customer_name") or "").rpartition(" ")[0]
    return " ".join(str(one) for one in (given, known["family_name"]) if one)


def _alone(intent: Intent, send: Callable[[Intent], Result]) -> Result:
    try:
        return send(intent)
    except Changed as error:
        return refused(intent, error.reason) if intent.version else again(intent, error.reason)
    except CrmsyncError as error:
        return failed(intent, error)
