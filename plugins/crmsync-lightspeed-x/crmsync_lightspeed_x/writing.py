"""Changes of customers in Lightspeed, which takes whole records only: read, changed, written.

Nothing there compares versions, so the version is compared right before the write, and what may
have been written meanwhile is not overwritten. Nobody is made without a look whether he is there;
the code of a new customer comes from the intent's key, so that a second one would be refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from crmsync.errors import CrmsyncError, NotReadable
from crmsync.http.reading import moment_in
from crmsync.http.writing import Unplaced, failed, looked_up, of_another
from crmsync.model.intent import Intent, Result, done, refused, unknown
from crmsync_lightspeed_x.api import OURS, Api
from crmsync_lightspeed_x.settings import LightspeedSettings

Row = Mapping[str, Any]

ADDRESSES = {"home": "physical", "other": "postal"}
ADDRESS = {
    "lines": "address_2",
    "postal_code": "postcode",
    "city": "city",
    "region": "state",
    "country": "country_id",
}
NULLABLE = (
    "first_name",
    "last_name",
    "company_name",
    "email",
    "phone",
    "mobile",
    "fax",
    "note",
    "gender",
    "tax_id",
    "twitter",
    "website",
    "on_account_limit",
    *(f"custom_field_{number}" for number in range(1, 5)),
    *(
        f"{theirs}_{name}"
        for theirs in ADDRESSES.values()
        for name in ("address_1", "suburb", *ADDRESS.values())
    ),
)
"""What may be written and emptied (CustomerBase, 2026-07)."""

OTHER = (
    "customer_code",
    "customer_group_id",
    "date_of_birth",
    "do_not_email",
    "enable_loyalty",
    "enable_promotional_sms",
)
"""What may be written and is never null."""

OBJECTIONS = ("denied", "withdrawn", "objected", "bounced", "blocked")
CONSENTS = {"email": ("do_not_email", True), "sms": ("enable_promotional_sms", False)}
"""Of each channel the field, and what it says when adverts are forbidden."""

POINTS = {"email": ("email",), "sms": ("mobile", "phone")}
"""The fields that hold what a consent of a channel may be given for."""

MEANWHILE = "was changed meanwhile"


class Writing:
    """Writes the customers of one store."""

    def __init__(self, api: Api, own: LightspeedSettings) -> None:
        self._api = api
        custom = {"salutation": own.salutation_field, "titles": own.titles_field}
        self._names = {ours: theirs for theirs, ours in OURS.items()}
        self._names |= {ours: theirs for ours, theirs in custom.items() if theirs}

    def one(self, intent: Intent) -> Result:
        """What came of one change."""
        try:
            if intent.change == "consent":
                return self._consent(intent)
            if intent.change == "erase":
                return self._erase(intent)
            return looked_up(intent, self._look, self._make, self._change)
        except Unplaced as error:
            return refused(intent, "Lightspeed has no place for it", field=error.field)
        except NotReadable as error:
            return unknown(intent, error.message)
        except CrmsyncError as error:
            return failed(intent, error)

    def _look(self, intent: Intent) -> Sequence[str]:
        """The ids of those with the code or the e-mail address of this customer."""
        found = {row["id"]: row for row in self._api.found(customer_code=_code(intent))}
        email = _text(intent.fields.get("contacts.email"))
        if email and not found:
            found |= {row["id"]: row for row in self._api.found(email=email)}
        return [identity for identity, row in found.items() if not row.get("deleted_at")]

    def _make(self, intent: Intent) -> Result:
        told = {**intent.whole, **intent.fields}
        wanted = {name: value for name, value in self._wire(told, {}).items() if value is not None}
        body = {"first_name": None, "last_name": None, "customer_code": _code(intent), **wanted}
        return _done(intent, self._api.make(body))

    def _change(self, intent: Intent, identity: str) -> Result:
        row = self._api.customer(identity)
        if row is None:
            return refused(intent, "is not there")
        wanted = self._wire(intent.fields, intent.whole)
        if all(_same(row.get(name), value) for name, value in wanted.items()):
            return _done(intent, row)
        if intent.version and str(row.get("version")) != intent.version:
            return refused(intent, MEANWHILE)
        return _done(intent, self._api.put(identity, whole(row, wanted)))

    def _consent(self, intent: Intent) -> Result:
        """An objection is always told; only a newer consent with evidence lifts one."""
        field, forbidden = CONSENTS.get(str(intent.fields.get("channel")), ("", True))
        state = intent.fields.get("state")
        if not field or intent.fields.get("purpose", "marketing") != "marketing":
            raise Unplaced("channel")
        if state not in (*OBJECTIONS, "granted"):
            return refused(intent, "Lightspeed knows yes and no only", field="state")
        row = self._api.customer(str(intent.external_id))
        if row is None:
            return refused(intent, "is not there")
        value = forbidden if state in OBJECTIONS else not forbidden
        held = [row.get(one) for one in POINTS[str(intent.fields["channel"])]]
        if state == "granted" and of_another(intent.fields.get("contact"), held):
            return refused(intent, "he allowed it for another address or number", field="contact")
        if state == "granted" and (reason := _doubt(intent, row, field, forbidden)):
            return refused(intent, reason, field="evidence")
        if row.get(field, not forbidden if field == "do_not_email" else forbidden) == value:
            return _done(intent, row)
        return _done(intent, self._api.put(row["id"], whole(row, {field: value})))

    def _erase(self, intent: Intent) -> Result:
        """Emptied, then deleted: a deleted customer stays readable with all that he holds."""
        identity = str(intent.external_id)
        row = self._api.customer(identity, urgent=True)
        if row is not None:
            body = {
                **dict.fromkeys(NULLABLE),
                "do_not_email": True,
                "enable_promotional_sms": False,
            }
            kept = {name: row[name] for name in ("customer_group_id",) if row.get(name)}
            code = {"customer_code": f"ERASED-{_digest(identity)}"}
            self._api.put(identity, {**body, **kept, **code}, urgent=True)
            self._api.delete(identity)
        return done(intent)

    def _wire(self, fields: Row, rest: Row) -> dict[str, Any]:
        """The fields under Lightspeed's names; Unplaced for one that has no name there."""
        found: dict[str, Any] = {}
        for name, value in fields.items():
            kind, _, part = name.removeprefix("addresses.").partition(".")
            if name in self._names:
                theirs = self._names[name]
                if value is None and theirs in OTHER:
                    raise Unplaced(name)
                found[theirs] = value
            elif name.startswith("addresses.") and kind in ADDRESSES:
                found |= _address_part(name, kind, part, {**rest, **fields})
            else:
                raise Unplaced(name)
        return found


def _address_part(name: str, kind: str, part: str, told: Row) -> dict[str, Any]:
    """One field of an address; street and number are one line there."""
    before, after = f"addresses.{kind}", ADDRESSES[kind]
    if part in ("street", "house_number"):
        both = (told.get(f"{before}.street"), told.get(f"{before}.house_number"))
        return {f"{after}_address_1": " ".join(str(one) for one in both if one) or None}
    if part not in ADDRESS:
        raise Unplaced(name)
    value = told[name]
    if isinstance(value, (list, tuple)):
        value = ", ".join(map(str, value)) or None
    return {f"{after}_{ADDRESS[part]}": value}


def whole(row: Row, wanted: Row) -> dict[str, Any]:
    """The whole record as it is to be written: what was read, and what shall change."""
    kept = {name: row.get(name) for name in NULLABLE}
    kept |= {name: row[name] for name in OTHER if row.get(name) is not None}
    return {**kept, **wanted}


def _doubt(intent: Intent, row: Row, field: str, forbidden: bool) -> str:
    """Why a consent lifts nothing: no evidence, or an objection that may be newer.

    Lightspeed does not tell when somebody objected, only when his record last changed.
    """
    if not intent.fields.get("evidence"):
        return "a consent without evidence lifts nothing"
    if field != "do_not_email" or row.get(field) != forbidden:
        return ""
    given, changed = moment_in(intent.fields.get("at")), moment_in(row.get("updated_at"))
    newer = given is not None and changed is not None and given > changed
    return "" if newer else "the objection there may be newer than the consent"


def _code(intent: Intent) -> str:
    """The customer code: the number that is told, or one that only this wish has."""
    told = _text(intent.fields.get("customer_number") or intent.whole.get("customer_number"))
    return told or f"CS-{_digest(intent.key)}"


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:12].upper()


def _same(there: Any, wanted: Any) -> bool:
    return (there or None) == (wanted or None)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _done(intent: Intent, row: Row) -> Result:
    return done(intent, row["id"], version=row.get("version", ""))
