"""Changes of contacts in Brevo, one by one: of a batch it does not say what became of each.

A blocklisted contact stays so whatever is written, and whoever left a list is not put back into it.
Attributes that an account does not have would be dropped without a word: they are refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmsync.errors import CrmsyncError, NotReadable
from crmsync.http.writing import Unplaced, failed, looked_up
from crmsync.model.intent import Intent, Result, done, refused, unknown
from crmsync.model.stream import reach
from crmsync_brevo.api import BY_EMAIL, TWICE, Api, Refusal
from crmsync_brevo.contacts import names_of
from crmsync_brevo.settings import BrevoSettings

Row = Mapping[str, Any]

BATCH = 10
AGAINST = ("denied", "withdrawn", "objected", "blocked", "bounced")
FLAGS = {"email": "emailBlacklisted", "sms": "smsBlacklisted"}
BLOCKED = "Brevo has blocklisted the contact: no write of ours lifts that"
MOVED = "he is blocklisted under his present address: a new one would be free of that"
POINTS = {"contacts.email": "emailBlacklisted", "contacts.mobile": "smsBlacklisted"}
CONSENTED = "only a consent with its proof puts somebody into that list"
LEFT = "the contact left that list: only he himself may come back"


class Writing:
    """Writes the contacts of one account."""

    def __init__(self, api: Api, own: BrevoSettings) -> None:
        self._api, self._own = api, own
        self._attributes: set[str] | None = None
        self._lists: dict[str, int] = {}

    def all(self, intents: Sequence[Intent]) -> list[Result]:
        """What came of each change."""
        ways = {"save": self._save, "consent": self._consent, "audience": self._audience,
                "erase": self._erase}  # fmt: skip
        return [self._tried(ways[one.change], one) for one in intents]

    def _tried(self, way: Any, intent: Intent) -> Result:
        try:
            result: Result = way(intent)
            return result
        except Unplaced as error:
            return refused(intent, "the account has no attribute for it", field=error.field)
        except CrmsyncError as error:
            return lost(intent, error)

    # fields

    def _save(self, intent: Intent) -> Result:
        self._wire(intent.fields)
        return looked_up(intent, self._look, self._make, self._change)

    def _look(self, intent: Intent) -> list[str]:
        email = str(intent.fields.get("contacts.email") or "").strip()
        row = self._api.contact(email, BY_EMAIL) if "@" in email else None
        return [str(row["id"])] if row else []

    def _make(self, intent: Intent) -> Result:
        told = {**intent.whole, **intent.fields}
        known = {name: value for name, value in told.items()
                 if value is not None and (name in intent.fields or self._has(name))}  # fmt: skip
        email = known.pop("contacts.email", None)
        body = {"attributes": self._wire(known), "updateEnabled": False}
        if email:
            body["email"] = email
        try:
            return done(intent, self._api.create(body))
        except Refusal as error:
            there = self._look(intent) if error.word in TWICE else []
            if not there:
                raise
            return self._change(intent, there[0])

    def _change(self, intent: Intent, identity: str) -> Result:
        points = [one for one in POINTS if one in intent.fields]
        row = self._api.contact(identity) if points else None
        if points and row is None:
            return refused(intent, "is not there")
        for one in points:
            if row is not None and row.get(POINTS[one]) is not False and _moves(intent, one, row):
                return refused(intent, MOVED, field=one)
        self._api.change(identity, {"attributes": self._wire(intent.fields)})
        return done(intent, identity)

    def _wire(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Fields under the account's names; "" empties one. Unplaced where there is none."""
        found: dict[str, Any] = {}
        for field, value in fields.items():
            name = "EMAIL" if field == "contacts.email" else self._attribute(field)
            if not name:
                raise Unplaced(field)
            found[name] = "" if value is None else value
        return found

    def _has(self, field: str) -> bool:
        return field == "contacts.email" or self._attribute(field) is not None

    def _attribute(self, field: str) -> str | None:
        """The account's own name of a field: the first of those that may be it."""
        names = names_of(field, self._own)
        if names and self._attributes is None:
            self._attributes = self._api.attributes()
        return next((one for one in names if one in (self._attributes or ())), None)

    # consents

    def _consent(self, intent: Intent) -> Result:
        told = intent.fields
        channel = str(told.get("channel"))
        if channel not in FLAGS or told.get("purpose", "marketing") != "marketing":
            return refused(intent, "Brevo knows consents to adverts by e-mail and SMS alone")
        state, row = told.get("state"), self._who(intent)
        if state in AGAINST:
            return self._stop(intent, row, FLAGS[channel])
        if state not in ("granted", "pending"):
            return refused(intent, "it is neither a consent nor an objection", field="state")
        if channel != "email":
            return refused(intent, "Brevo has no way to note a consent to SMS")
        if row is not None and row.get("emailBlacklisted") is not False:
            return refused(intent, BLOCKED)
        return self._begin(intent, row) if state == "granted" else self._ask(intent, row)

    def _who(self, intent: Intent) -> Row | None:
        """The contact that has the address in question; else the one that is named."""
        contact = str(intent.fields.get("contact") or "")
        if "@" in contact:
            return self._api.contact(contact.strip(), BY_EMAIL)
        return self._api.contact(intent.external_id) if intent.external_id else None

    def _stop(self, intent: Intent, row: Row | None, flag: str) -> Result:
        """Nobody who is not there gets a newsletter: there is nothing to stop."""
        if row is not None and row.get(flag) is not True:
            self._api.change(str(row["id"]), {flag: True})
        return done(intent)

    def _begin(self, intent: Intent, row: Row | None) -> Result:
        """A consent with its proof puts its giver into the lists that are for that."""
        for field in ("evidence", "at"):
            if not intent.fields.get(field):
                return refused(intent, f"a consent without {field} grants nothing", field=field)
        if row is None:
            return refused(intent, "is not there")
        lists = self._own.consent_lists
        if not lists:
            return refused(intent, "no consent_lists are set: Brevo notes a consent nowhere else")
        if set(lists) & set(row.get("listUnsubscribed") or ()):
            return refused(intent, LEFT)
        self._api.change(str(row["id"]), {"listIds": list(lists)})
        return done(intent)

    def _ask(self, intent: Intent, row: Row | None) -> Result:
        """Brevo's own double opt-in: it writes, and he is in the lists once he has confirmed."""
        own, lists = self._own, self._own.consent_lists
        email = intent.fields.get("contact") or (row or {}).get("email")
        if not (own.doi_template and own.doi_redirect and lists and email):
            return refused(intent, "doi_template, doi_redirect and consent_lists are not all set")
        if row is not None and set(lists) & set(row.get("listUnsubscribed") or ()):
            return refused(intent, LEFT)
        self._api.confirm({"email": email, "includeListIds": list(lists),
                           "templateId": own.doi_template,
                           "redirectionUrl": own.doi_redirect})  # fmt: skip
        return done(intent)

    # lists

    def _audience(self, intent: Intent) -> Result:
        """A list of that name, made where there is none."""
        name, member = str(intent.fields["name"]), bool(intent.fields["member"])
        number = self._list(name, make=member)
        if number is None:
            return done(intent)
        if member and number in self._own.consent_lists:
            return refused(intent, CONSENTED, field="name")
        row = self._api.contact(str(intent.external_id))
        if row is None:
            return refused(intent, "is not there") if member else done(intent)
        if member and number in (row.get("listUnsubscribed") or ()):
            return refused(intent, LEFT)
        if member != (number in (row.get("listIds") or ())):
            way = "listIds" if member else "unlinkListIds"
            self._api.change(str(row["id"]), {way: [number]})
        return done(intent)

    def _list(self, name: str, *, make: bool) -> int | None:
        if name not in self._lists:
            known = sorted(self._api.lists().items(), reverse=True)
            self._lists = {title: number for number, title in known}
        if name not in self._lists and make:
            self._lists[name] = self._api.new_list(name, self._own.folder)
        return self._lists.get(name)

    def _erase(self, intent: Intent) -> Result:
        self._api.delete(str(intent.external_id))
        return done(intent)


def lost(intent: Intent, error: CrmsyncError) -> Result:
    """What an error says of one change; an answer that cannot be read may follow a change."""
    if isinstance(error, Refusal):
        gone = error.word == "document_not_found"
        return refused(intent, "is not there" if gone else f"Brevo refuses it ({error.word})")
    if isinstance(error, NotReadable):
        return unknown(intent, error.message)
    if getattr(error, "status", 0) == 404:
        return refused(intent, "is not there")
    return failed(intent, error)


def _moves(intent: Intent, point: str, row: Row) -> bool:
    """Whether a change gives a contact another address or number than it has."""
    there = row.get("email") if point == "contacts.email" else reach(row, "attributes.SMS")
    return _bare(intent.fields[point]) != _bare(there)


def _bare(told: Any) -> str:
    """An address or a number without what writes the same one otherwise."""
    text = str(told or "").strip().casefold()
    return text if "@" in text else "".join(one for one in text if one.isdigit()).lstrip("0")
