"""Changes of members: new ones in one batch with an answer for each, never a suppression lifted.

Whoever is made is made *transactional*: he gets no adverts until a consent with its proof is told.
A change never holds a status. Who unsubscribed, bounced, was archived or has still to confirm is
not subscribed by us: that is for him alone, and Mailchimp sees to it too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crmsync.errors import CrmsyncError, NotReadable
from crmsync.http.writing import Unplaced, failed, named
from crmsync.model.intent import Intent, Result, done, refused, unknown
from crmsync_mailchimp.api import TITLES, Api, Refusal, hash_of
from crmsync_mailchimp.batching import changed
from crmsync_mailchimp.members import ADDRESS, PARTS, address, tags_of
from crmsync_mailchimp.settings import MailchimpSettings

Row = Mapping[str, Any]

BATCH = 100
"""Mailchimp takes 500 new members at once."""

AGAINST = ("denied", "withdrawn", "objected", "blocked", "bounced")
STANDS = {
    "unsubscribed": TITLES["Member In Compliance State"],
    "cleaned": "his address bounced: Mailchimp mails it no more",
    "archived": "he is archived, and what he was before is not told",
    "pending": "Mailchimp waits for his own confirmation",
}
"""Why somebody of this status is not subscribed by us."""

MOVED = "he is suppressed under his present address: a new one might be free of that"
EXISTS = "ERROR_CONTACT_EXISTS"
OWN = {"contacts.email": "email_address", "language": "language"}


class Writing:
    """Writes the members of one audience."""

    def __init__(self, api: Api, own: MailchimpSettings) -> None:
        self._api, self._own = api, own
        self._tags: set[str] | None = None

    def all(self, intents: Sequence[Intent]) -> list[Result]:
        """What came of each change."""
        makes = [one for one in intents if one.change == "save" and one.external_id is None]
        found = {one.id: one for one in [*self._make(makes), *self._together(intents)]}
        for one in intents:
            if one.id not in found:
                found[one.id] = self._tried(self._one, one)
        return [found[one.id] for one in intents]

    def _together(self, intents: Sequence[Intent]) -> list[Result]:
        """What came of changes that go as one batch operation; [] where they are too few for one.

        Its order is not promised: a second change of a member is made alone, and after it, as is a
        change of his address, before which he is looked up.
        """
        some: dict[str, tuple[Intent, Row]] = {}
        for one in intents if self._own.batch_from else ():
            moves = "contacts.email" in one.fields
            if one.change == "save" and not moves and one.external_id not in (None, *some):
                try:
                    some[str(one.external_id)] = one, self._wire(one.fields, one.whole)
                except (Unplaced, CrmsyncError):
                    continue
        enough = some and len(some) >= self._own.batch_from
        return changed(self._api, list(some.values())) if enough else []

    def _one(self, intent: Intent) -> Result:
        ways = {"save": self._change, "consent": self._consent, "audience": self._audience,
                "erase": self._erase}  # fmt: skip
        return ways[intent.change](intent)

    def _tried(self, way: Any, intent: Intent, *more: Any) -> Result:
        try:
            result: Result = way(intent, *more)
            return result
        except Unplaced as error:
            return refused(intent, "the audience has no merge field for it", field=error.field)
        except CrmsyncError as error:
            return lost(intent, error)

    # fields

    def _make(self, intents: Sequence[Intent]) -> list[Result]:
        bodies: dict[str, Row] = {}
        found: list[Result] = []
        for one in intents:
            result = self._tried(self._prepared, one, bodies)
            if result.outcome != "done":
                found.append(result)
        open_ones = [one for one in intents if one.id in bodies]
        if open_ones:
            found += self._batch(open_ones, bodies)
        return found

    def _prepared(self, intent: Intent, bodies: dict[str, Row]) -> Result:
        email = str(intent.fields.get("contacts.email") or "").strip()
        if not email:
            return refused(intent, "a member needs an e-mail address", field="contacts.email")
        self._wire(intent.fields, intent.whole)
        told = {**intent.whole, **intent.fields}
        known = {name: value for name, value in told.items()
                 if value is not None and self._has(name)}  # fmt: skip
        body = self._wire(known, told)
        bodies[intent.id] = {**body, "email_address": email, "status": "transactional"}
        return done(intent)

    def _batch(self, intents: Sequence[Intent], bodies: Mapping[str, Row]) -> list[Result]:
        try:
            told = self._api.add_all([bodies[one.id] for one in intents])
        except CrmsyncError as error:
            return [lost(one, error) for one in intents]
        return named(
            intents,
            told["new_members"],
            told.get("errors") or (),
            name=lambda row: str(row.get("email_address") or "").strip().lower(),
            read=lambda intent, row: done(intent, row["contact_id"]),
            refuse=lambda intent, row: self._tried(self._there_already, intent, row),
            key=lambda intent: str(bodies[intent.id]["email_address"]).lower(),
        )

    def _there_already(self, intent: Intent, error: Row) -> Result:
        """Who is there already is changed instead; anything else that is wrong is refused."""
        email = str(intent.fields["contacts.email"])
        code = error.get("error_code")
        row = self._api.member(hash_of(email)) if code == EXISTS else None
        if row is None:
            return refused(intent, "Mailchimp does not take such a member", field="contacts.email")
        body = self._wire(intent.fields, intent.whole)
        body.pop("email_address", None)
        if _says(row, body):
            return done(intent, row["contact_id"])
        return done(intent, self._api.change(str(row["contact_id"]), body)["contact_id"])

    def _change(self, intent: Intent) -> Result:
        if "contacts.email" in intent.fields:
            row = self._api.member(str(intent.external_id))
            email = str(intent.fields["contacts.email"] or "")
            if row is None:
                return refused(intent, "is not there")
            if row.get("status") in STANDS and hash_of(email) != row.get("id"):
                return refused(intent, MOVED, field="contacts.email")
        body = self._wire(intent.fields, intent.whole)
        return done(intent, self._api.change(str(intent.external_id), body)["contact_id"])

    def _wire(self, fields: Mapping[str, Any], whole: Mapping[str, Any]) -> dict[str, Any]:
        """Fields under the audience's tags; "" empties one. Unplaced where there is none."""
        merged: dict[str, Any] = {}
        found: dict[str, Any] = {}
        for field, value in fields.items():
            text = "" if value is None else value
            if field in OWN:
                found[OWN[field]] = text
            elif not (tag := self._tag(field)):
                raise Unplaced(field)
            else:
                merged[tag] = address({**whole, **fields}) if tag == ADDRESS else text
        return {**found, "merge_fields": merged} if merged else found

    def _has(self, field: str) -> bool:
        return field in OWN or self._tag(field) is not None

    def _tag(self, field: str) -> str | None:
        """The merge field of a field of ours: the first of those that the audience has."""
        part = field.removeprefix("addresses.home.")
        of_address = part != field and (part in PARTS or part in ("house_number", "lines"))
        names = (ADDRESS,) if of_address else tags_of(field, self._own)
        if names and self._tags is None:
            self._tags = self._api.merge_fields()
        return next((one for one in names if one in (self._tags or ())), None)

    # consents

    def _consent(self, intent: Intent) -> Result:
        told = intent.fields
        if told.get("channel") != "email" or told.get("purpose", "marketing") != "marketing":
            return refused(intent, "Mailchimp takes consents to adverts by e-mail alone")
        state, row = told.get("state"), self._who(intent)
        if state in AGAINST:
            return self._stop(intent, row, bounced=state == "bounced")
        if state not in ("granted", "pending"):
            return refused(intent, "it is neither a consent nor an objection", field="state")
        status = str(row.get("status")) if row else ""
        if status in STANDS and not (state == status == "pending"):
            return refused(intent, STANDS[status])
        return self._begin(intent, row, status)

    def _who(self, intent: Intent) -> Row | None:
        """The member who has the address in question; else the one that is named."""
        contact = str(intent.fields.get("contact") or "")
        if "@" in contact:
            return self._api.member(hash_of(contact))
        return self._api.member(intent.external_id) if intent.external_id else None

    def _stop(self, intent: Intent, row: Row | None, *, bounced: bool) -> Result:
        """Nobody who is not there gets a newsletter: there is nothing to stop."""
        if row is not None and row.get("status") not in ("unsubscribed", "cleaned"):
            status = "cleaned" if bounced else "unsubscribed"
            self._api.change(str(row["contact_id"]), {"status": status})
        return done(intent)

    def _begin(self, intent: Intent, row: Row | None, status: str) -> Result:
        """A consent with its proof subscribes; one that is pending has Mailchimp ask for it."""
        told, granted = intent.fields, intent.fields["state"] == "granted"
        for field in ("evidence", "at") if granted else ():
            if not told.get(field):
                return refused(intent, f"a consent without {field} grants nothing", field=field)
        wanted = "subscribed" if granted else "pending"
        if status in (wanted, "subscribed"):
            return done(intent, row and row["contact_id"])
        body = {"status": wanted, **({"timestamp_opt": told["at"]} if granted else {})}
        if row is not None:
            self._api.change(str(row["contact_id"]), body)
            return done(intent)
        email = told.get("contact") or intent.whole.get("contacts.email")
        if not email:
            return refused(intent, "Mailchimp knows consents by e-mail address", field="contact")
        return done(intent, self._api.add({"email_address": email, **body})["contact_id"])

    # tags, erasures

    def _audience(self, intent: Intent) -> Result:
        """A tag of that name, which Mailchimp makes where there is none."""
        name, member = str(intent.fields["name"]), bool(intent.fields["member"])
        try:
            self._api.tag(str(intent.external_id), name, active=member)
        except CrmsyncError as error:
            if getattr(error, "status", 0) == 404 and not member:
                return done(intent)
            raise
        return done(intent)

    def _erase(self, intent: Intent) -> Result:
        self._api.delete(str(intent.external_id))
        return done(intent)


def lost(intent: Intent, error: CrmsyncError) -> Result:
    """What an error says of one change; an answer that cannot be read may follow a change."""
    if isinstance(error, Refusal):
        return refused(intent, TITLES.get(error.title, "Mailchimp refuses it"))
    if isinstance(error, NotReadable):
        return unknown(intent, error.message)
    if getattr(error, "status", 0) == 404:
        return refused(intent, "is not there")
    return failed(intent, error)


def _says(row: Row, body: Row) -> bool:
    """Whether a member is already as a change would make him."""
    held = row.get("merge_fields") or {}
    merged = all(held.get(tag) == value for tag, value in body.get("merge_fields", {}).items())
    return merged and all(row.get(name) == body[name] for name in body if name != "merge_fields")
