"""Writes persons one by one: a look before each is made, and a duplicate is an answer.

EspoCRM stops a new person whose name or e-mail address exists, and says who is there. The check is
left out only after a look, where the setting asks for it and nobody there has the same address.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from crmsync.errors import CrmsyncError, RecordError
from crmsync.http.writing import bare_contact, failed, looked_up, of_another
from crmsync.model.intent import Intent, Result, done, refused
from crmsync_espocrm.api import Api, Changed, Gone, Refused, Row, Taken, equals
from crmsync_espocrm.people import moment
from crmsync_espocrm.settings import EspoCrmSettings
from crmsync_espocrm.sources import KINDS
from crmsync_espocrm.wire import BOTH, EMPTY, values

AGAINST = ("denied", "withdrawn", "objected", "blocked", "bounced")
FLAGS = {"email": "emailAddressIsOptedOut", "sms": "phoneNumberIsOptedOut", "phone": "doNotCall"}
MOVED = "he objected under his present address or number: a new one would be free of that"
ALIKE = "records there may be this customer"


class Writing:
    """Brings intents into one EspoCRM."""

    def __init__(self, api: Api, own: EspoCrmSettings) -> None:
        self._api, self._own = api, own

    def write(self, intents: Sequence[Intent]) -> list[Result]:
        """One result for each intent, which goes alone."""
        kinds: dict[str, Callable[[Intent], Result]] = {
            "save": self._save, "consent": self._consent, "erase": self._erase}  # fmt: skip
        return [_alone(one, kinds.get(one.change)) for one in intents]

    def _save(self, intent: Intent) -> Result:
        return looked_up(intent, self._look, self._make, self._change)

    def _look(self, intent: Intent) -> list[str]:
        """Who is there already: by e-mail address, else by all that is said of him."""
        told = values(intent, self._own)
        email = told.get("emailAddress")
        where = [equals("emailAddress", email)] if email else [
            equals(name, value) for name, value in told.items() if value]  # fmt: skip
        return [str(row["id"]) for row in self._api.rows(_path(intent), where)] if where else []

    def _make(self, intent: Intent) -> Result:
        told = values(intent, self._own)
        name = "name" if intent.stream == "accounts" else "lastName"
        if not told.get(name):
            return refused(intent, "EspoCRM keeps nobody without it", field="family_name")
        try:
            row = self._api.post(_path(intent), told)
        except Taken as error:
            return self._taken(intent, told, error)
        return done(intent, row["id"], version=row.get("versionNumber"))

    def _taken(self, intent: Intent, told: Row, error: Taken) -> Result:
        """Whoever has the same e-mail address is changed; others are named, or are namesakes."""
        email = str(told.get("emailAddress") or "").casefold()
        same = [row for row in error.rows
                if email and str(row.get("emailAddress")).casefold() == email]  # fmt: skip
        if len(same) == 1:
            return self._change(intent, str(same[0]["id"]))
        others = error.rows and all(row.get("emailAddress") for row in error.rows) and not same
        if self._own.namesakes and email and others:
            row = self._api.post(_path(intent), told, anyway=True)
            return done(intent, row["id"], version=row.get("versionNumber"))
        return refused(intent, ALIKE, found=[row["id"] for row in error.rows if row.get("id")])

    def _change(self, intent: Intent, identity: str) -> Result:
        told = values(intent, self._own)
        if field := self._bound(intent, identity, told):
            return refused(intent, MOVED, field=field)
        version = intent.version if intent.external_id else ""
        row = self._api.put(f"{_path(intent)}/{identity}", told, version=version)
        return done(intent, row["id"], version=row.get("versionNumber"))

    def _bound(self, intent: Intent, identity: str, told: Row) -> str:
        """The field whose change would free somebody from an objection; "" where none would.

        EspoCRM keeps it with the address or the number.
        """
        names = [one for one in BOTH if BOTH[one] in told]
        row = self._api.get(f"{_path(intent)}/{identity}") if names else {}
        for one in names:
            theirs = BOTH[one]
            out = row.get(f"{theirs}IsOptedOut") is True
            if out and bare_contact(told[theirs]) != bare_contact(row.get(theirs)):
                return one
        return ""

    def _consent(self, intent: Intent) -> Result:
        """An objection is always told; it is lifted only by a newer consent with evidence."""
        told, path = intent.fields, f"{_path(intent)}/{intent.external_id}"
        flag = FLAGS.get(str(told.get("channel")))
        firm = intent.stream == "accounts" and flag == "doNotCall"
        if flag is None or firm or told.get("purpose", "marketing") != "marketing":
            return refused(intent, "EspoCRM has no field for this consent", field="channel")
        row = self._api.get(path)
        against = row.get(flag) is True
        if told.get("state") in AGAINST:
            return self._flagged(intent, path, {flag: True}) if not against else done(intent)
        if told.get("state") != "granted":
            return refused(intent, "it is neither a consent nor an objection", field="state")
        if not told.get("evidence"):
            return refused(intent, "a consent without evidence lifts nothing", field="evidence")
        if against and of_another(told.get("contact"), _points(row, str(told["channel"]))):
            return refused(intent, "he allowed it for another address or number", field="contact")
        if against and not _is_newer(told.get("at"), row.get("modifiedAt")):
            return refused(intent, "the objection may be newer than that consent", field="at")
        return self._flagged(intent, path, {flag: False}) if against else done(intent)

    def _flagged(self, intent: Intent, path: str, told: Row) -> Result:
        self._api.put(path, told)
        return done(intent)

    def _erase(self, intent: Intent) -> Result:
        """Emptied, then deleted: EspoCRM marks what is deleted and keeps it for a while."""
        path = f"{_path(intent)}/{intent.external_id}"
        try:
            self._api.get(path)
            custom = dict.fromkeys(self._own.fields.values())
            self._api.put(path, {**EMPTY[intent.stream], **custom})
            self._api.delete(path)
        except Gone:
            pass
        return done(intent)


def _path(intent: Intent) -> str:
    if intent.stream not in KINDS:
        raise RecordError(f"EspoCRM writes no {intent.stream}")
    return f"/{KINDS[intent.stream]}"


def _points(row: Row, channel: str) -> list[Any]:
    """The addresses, or the numbers, of a record."""
    name = "emailAddress" if channel == "email" else "phoneNumber"
    return [row.get(name), *(one.get(name) for one in row.get(f"{name}Data") or ())]


def _is_newer(at: Any, changed: Any) -> bool:
    """Whether a consent is surely newer than an objection: than the record's last change."""
    try:
        last = datetime.fromisoformat(str(moment(changed, "modifiedAt")))
        return datetime.fromisoformat(str(at)) > last
    except (ValueError, TypeError):
        return False


def _alone(intent: Intent, send: Callable[[Intent], Result] | None) -> Result:
    if send is None:
        return refused(intent, f"EspoCRM keeps no {intent.change}")
    try:
        return send(intent)
    except Taken as error:
        return refused(intent, ALIKE, found=[row["id"] for row in error.rows if row.get("id")])
    except (Changed, Gone, Refused) as error:
        return refused(intent, error.message)
    except RecordError as error:
        return refused(intent, error.reason, field=error.field)
    except CrmsyncError as error:
        return failed(intent, error)
