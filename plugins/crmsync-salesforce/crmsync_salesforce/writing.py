"""Writes persons: collections of 200 with a result each, new ones by external id, after a look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from crmsync.errors import CrmsyncError, RecordError
from crmsync.http.writing import Several, failed, of_another, ordered
from crmsync.model.intent import Intent, Result, done, refused, unknown
from crmsync_salesforce.api import Api, Gone, Refused, Row
from crmsync_salesforce.settings import SalesforceSettings
from crmsync_salesforce.told import problem, told
from crmsync_salesforce.wire import KINDS, Wire

STAMPS = ("Id", "SystemModstamp", "LastModifiedDate")
AGAINST = ("denied", "withdrawn", "objected", "blocked", "bounced")
POINTS = {"email": ("Email", "PersonEmail"), "fax": ("Fax", "PersonFax"),
          "phone": ("Phone", "MobilePhone", "HomePhone", "OtherPhone", "PersonMobilePhone",
                    "PersonHomePhone", "PersonOtherPhone")}  # fmt: skip
"""The fields that hold what a consent of a channel may be given for."""
RULES = {"Sforce-Duplicate-Rule-Header": "allowSave=false; runAsCurrentUser=true"}
"""A duplicate rule that only warns refuses too, and names who is there."""

NO_KEY = "no external_id is set by which it could be made once only"


class Writing:
    """Brings intents into one org."""

    def __init__(self, api: Api, own: SalesforceSettings) -> None:
        self._api, self._own = api, own
        self._urgent = api.urgent()

    def write(self, intents: Sequence[Intent]) -> list[Result]:
        """One result each: those that save together by object, consents and erasures alone."""
        found: dict[str, Result] = {}
        alone: dict[str, Callable[[Intent, str], Result]] = {
            "consent": self._consent, "erase": self._erase}  # fmt: skip
        saves: defaultdict[str, list[Intent]] = defaultdict(list)
        for one in intents:
            if one.stream not in KINDS:
                found[one.id] = refused(one, f"Salesforce writes no {one.stream}")
            elif one.change in alone:
                found[one.id] = _attempted(one, alone[one.change], KINDS[one.stream])
            elif one.change == "save":
                saves[KINDS[one.stream]].append(one)
            else:
                found[one.id] = refused(one, f"Salesforce keeps no {one.change}")
        for kind, some in saves.items():
            found |= {result.id: result for result in self._save(kind, some)}
        return [found[one.id] for one in intents]

    # saving

    def _save(self, kind: str, intents: Sequence[Intent]) -> list[Result]:
        try:
            there = self._there(kind, intents)
            alike = self._alike(kind, intents)
        except CrmsyncError as error:
            return [failed(one, error) for one in intents]
        found: list[Result] = []
        changes: list[tuple[Intent, dict[str, Any]]] = []
        new: list[tuple[Intent, dict[str, Any]]] = []
        for one in intents:
            try:
                place, told = self._ready(kind, one, there, alike)
                (changes if place else new).append((one, told | ({"id": place} if place else {})))
            except RecordError as error:
                found.append(refused(one, error.reason, field=error.field))
            except Several as error:
                found.append(refused(one, str(error), found=error.ids))
            except CrmsyncError as error:
                found.append(failed(one, error))
        return [*found, *self._changed(kind, changes), *self._made(kind, new)]

    def _ready(
        self,
        kind: str,
        intent: Intent,
        there: Mapping[str, Row],
        alike: Mapping[str, Sequence[Row]],
    ) -> tuple[str, dict[str, Any]]:
        """The id of the record that an intent is about ("" for a new one), and what to send."""
        row: Row = {}
        if intent.external_id is not None:
            row = there.get(intent.external_id, {})
            if not row:
                raise RecordError("the record is no longer there")
            if intent.version and intent.version != row.get("SystemModstamp"):
                raise RecordError("the record was changed meanwhile")
        else:
            known = alike.get(_email(intent), ())
            if len(known) > 1:
                raise Several([str(one["Id"]) for one in known])
            row = known[0] if known else {}
        told = self._wire(kind, row).values(intent)
        if not row:
            if not self._own.external_id:
                raise RecordError(NO_KEY)
            told[self._own.external_id] = intent.key
        return str(row.get("Id") or ""), told

    def _wire(self, kind: str, row: Row) -> Wire:
        described, person = self._api.describe(kind), row.get("IsPersonAccount") is True
        return Wire(self._own, kind, described, person=person or kind != "Account")

    def _there(self, kind: str, intents: Sequence[Intent]) -> dict[str, Row]:
        ids = [one.external_id for one in intents if one.external_id]
        fields = self._api.visible(kind, (*STAMPS, "IsPersonAccount")) if ids else []
        return {str(row["Id"]): row for row in self._api.alike(kind, fields, "Id", ids)}

    def _alike(self, kind: str, intents: Sequence[Intent]) -> dict[str, list[Row]]:
        """Who has the e-mail address of somebody who is to be made, among all that may be seen."""
        emails = {_email(one) for one in intents if one.external_id is None} - {""}
        email = "PersonEmail" if kind == "Account" else "Email"
        found: dict[str, list[Row]] = {}
        if emails:
            fields = self._api.visible(kind, (*STAMPS, email, "IsPersonAccount"))
            if email in fields:
                for row in self._api.alike(kind, fields, email, emails):
                    found.setdefault(str(row.get(email)).casefold(), []).append(row)
        return found

    def _changed(self, kind: str, ready: Sequence[tuple[Intent, dict[str, Any]]]) -> list[Result]:
        return self._sent("composite/sobjects", kind, ready)

    def _made(self, kind: str, ready: Sequence[tuple[Intent, dict[str, Any]]]) -> list[Result]:
        return self._sent(f"composite/sobjects/{kind}/{self._own.external_id}", kind, ready)

    def _sent(
        self, path: str, kind: str, ready: Sequence[tuple[Intent, dict[str, Any]]]
    ) -> list[Result]:
        """The result of each; an upsert by our key, or the same change twice, does no harm."""
        if not ready:
            return []
        intents = [one for one, _ in ready]
        records = [{"attributes": {"type": kind}, **one} for _, one in ready]
        body = {"allOrNone": False, "records": records}
        try:
            answer = self._api.send("PATCH", path, body, headers=RULES)
        except CrmsyncError as error:
            return [failed(one, error) for one in intents]
        if not isinstance(answer.data, list):
            return [unknown(one, "Salesforce's answer is no list of results") for one in intents]
        return ordered(intents, answer.data, told)

    # consents

    def _consent(self, intent: Intent, kind: str) -> Result:
        """An objection is always told; it is lifted only by a newer consent with evidence."""
        told = intent.fields
        row = self._flags(kind, intent)
        flag = self._wire(kind, row).flag(str(told.get("channel")))
        if flag is None or told.get("purpose", "marketing") != "marketing":
            return refused(intent, "Salesforce has no field for this consent", field="channel")
        against = row.get(flag) is True
        if told.get("state") in AGAINST:
            return done(intent) if against else self._set(intent, kind, {flag: True})
        if told.get("state") != "granted":
            return refused(intent, "it is neither a consent nor an objection", field="state")
        if not told.get("evidence"):
            return refused(intent, "a consent without evidence lifts nothing", field="evidence")
        held = [row.get(one) for one in POINTS[str(told["channel"])]]
        if against and of_another(told.get("contact"), held):
            return refused(intent, "he allowed it for another address or number", field="contact")
        if against and not _is_newer(told.get("at"), row.get("LastModifiedDate")):
            return refused(intent, "the objection may be newer than that consent", field="at")
        return self._set(intent, kind, {flag: False}) if against else done(intent)

    def _flags(self, kind: str, intent: Intent) -> Row:
        names = ("HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall")
        points = (one for some in POINTS.values() for one in some)
        own = (*STAMPS, "IsPersonAccount", *names, *(f"Person{one}" for one in names), *points)
        fields = self._urgent.visible(kind, own)
        rows = self._urgent.alike(kind, fields, "Id", [intent.external_id])
        if not rows:
            raise RecordError("the record is no longer there")
        return rows[0]

    def _set(self, intent: Intent, kind: str, told: Mapping[str, Any]) -> Result:
        self._urgent.send("PATCH", f"sobjects/{kind}/{intent.external_id}", dict(told))
        return done(intent)

    # erasing

    def _erase(self, intent: Intent, kind: str) -> Result:
        """Emptied, then deleted: the recycle bin keeps for 15 days what was there last.

        Where cases or orders need the record, the emptied one stays.
        """
        fields = self._urgent.visible(kind, (*STAMPS, "IsPersonAccount"))
        rows = self._urgent.alike(kind, fields, "Id", [intent.external_id])
        if not rows:
            return done(intent)
        self._set(intent, kind, self._wire(kind, rows[0]).empty())
        try:
            self._urgent.send("DELETE", f"sobjects/{kind}/{intent.external_id}", None)
        except Gone:
            pass
        except Refused as error:
            if error.word not in ("DELETE_FAILED", "DEPENDENCY_EXISTS"):
                raise
        return done(intent)


def _email(intent: Intent) -> str:
    return str(intent.fields.get("contacts.email") or "").strip().casefold()


def _is_newer(at: Any, changed: Any) -> bool:
    """Whether a consent is surely newer than an objection: than the record's last change."""
    try:
        return datetime.fromisoformat(str(at)) > datetime.fromisoformat(str(changed))
    except (ValueError, TypeError):
        return False


def _attempted(intent: Intent, act: Callable[[Intent, str], Result], kind: str) -> Result:
    try:
        return act(intent, kind)
    except Refused as error:
        return problem(intent, {"statusCode": error.word})
    except RecordError as error:
        return refused(intent, error.reason, field=error.field)
    except CrmsyncError as error:
        return failed(intent, error)
