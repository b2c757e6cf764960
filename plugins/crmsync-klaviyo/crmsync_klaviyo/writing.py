"""Changes of profiles: one by one or as an import job, never a suppression lifted.

To subscribe somebody at Klaviyo removes his suppressions. So everybody is looked up first; who is
suppressed, unsubscribed, or left the list in question is refused, as is who is not shown whole.
Consents and erasures are only accepted at first: what is not seen to be done is *unknown*, and is
looked at again before anything is repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from crmsync.errors import CrmsyncError, NotReadable
from crmsync.http.writing import Unplaced, failed
from crmsync.model.intent import Intent, Result, done, refused, unknown
from crmsync.model.stream import reach
from crmsync_klaviyo.api import Api, Refusal, quoted
from crmsync_klaviyo.importing import Importing
from crmsync_klaviyo.profiles import AGAINST, EMAIL, is_stopped, moves, suppressed
from crmsync_klaviyo.settings import KlaviyoSettings
from crmsync_klaviyo.wire import POINTS, known_of, number, wire

Row = Mapping[str, Any]

BATCH = 50
MOVED = "he is suppressed under his present address or number: a new one would be free of that"
CONSENTED = "only a consent with its proof puts somebody into that list"
LATER = "Klaviyo has accepted it, and does not show it yet"
LONGEST = 255
"""So many signs of a proof are told as the source of a consent."""


class Writing:
    """Writes the profiles of one account."""

    def __init__(self, api: Api, own: KlaviyoSettings) -> None:
        self._api, self._own = api, own
        self._importing = Importing(api, own)
        self._lists: dict[str, str] = {}

    def all(self, intents: Sequence[Intent]) -> list[Result]:
        """What came of each change: many of known profiles in one job, everything else alone."""
        found = {one.id: one for one in self._importing.all(intents)}
        for one in intents:
            if one.id not in found:
                found[one.id] = self._tried(one)
        return [found[one.id] for one in intents]

    def _tried(self, intent: Intent) -> Result:
        ways = {"save": self._save, "consent": self._consent, "audience": self._audience,
                "erase": self._erase}  # fmt: skip
        try:
            return ways[intent.change](intent)
        except Unplaced as error:
            return refused(intent, "Klaviyo has no place for it", field=error.field)
        except CrmsyncError as error:
            return lost(intent, error)

    # fields

    def _save(self, intent: Intent) -> Result:
        if intent.external_id is not None:
            if why := self._moves(intent, intent.external_id):
                return refused(intent, why)
            body = wire(intent.fields, intent.whole, self._own)
            self._api.change(intent.external_id, body)
            return done(intent)
        wire(intent.fields, intent.whole, self._own)
        try:
            return done(intent, self._api.create(known_of(intent, self._own)))
        except Refusal as error:
            if not error.twin:
                raise
            return self._twin(intent, error.twin)

    def _moves(self, intent: Intent, identity: str) -> str:
        """Why a profile must keep its address or number; "" where it may change, or stays."""
        if not any(one in intent.fields for one in POINTS):
            return ""
        row = self._api.profile(identity)
        if row is None:
            return "is not there"
        points = {one: intent.fields[one] for one in POINTS if one in intent.fields}
        return MOVED if moves(row, wire(points, {}, self._own)) else ""

    def _twin(self, intent: Intent, twin: str) -> Result:
        """Who has the e-mail address is changed; who shares no more than a number is named."""
        row = self._api.profile(twin)
        told = str(intent.fields.get("contacts.email") or "").strip().casefold()
        there = str(reach(row or {}, "attributes.email") or "").casefold()
        if row is None or (told and there and told != there):
            return refused(intent, "somebody else has one of his identifiers", found=[twin])
        self._api.change(twin, wire(intent.fields, intent.whole, self._own))
        return done(intent, twin)

    # consents

    def _consent(self, intent: Intent) -> Result:
        told = intent.fields
        channel = str(told.get("channel"))
        if channel not in ("email", "sms") or told.get("purpose", "marketing") != "marketing":
            return refused(intent, "Klaviyo knows consents to adverts by e-mail and SMS alone")
        row, state = self._who(intent, channel), told.get("state")
        if state in AGAINST:
            return self._stop(intent, row, channel)
        if state not in ("granted", "pending"):
            return refused(intent, "it is neither a consent nor an objection", field="state")
        if channel != "email":
            return refused(intent, "consents to SMS are given to Klaviyo by text message alone")
        if row is None:
            return refused(intent, "is not there")
        why = suppressed(row, self._own.consent_list)
        if why:
            return refused(intent, why)
        return self._begin(intent, row)

    def _who(self, intent: Intent, channel: str) -> Row | None:
        """The profile that has the address or number in question; else the one that is named."""
        contact = str(intent.fields.get("contact") or "").strip()
        if channel == "email" and "@" in contact:
            return self._api.found("email", contact)
        if channel == "sms" and contact.startswith("+"):
            return self._api.found("phone_number", number(contact))
        return self._api.profile(intent.external_id) if intent.external_id else None

    def _stop(self, intent: Intent, row: Row | None, channel: str) -> Result:
        """Nobody who is not there gets a newsletter: there is nothing to stop."""
        if row is None or is_stopped(row, channel):
            return done(intent)
        field = "email" if channel == "email" else "phone_number"
        contact = reach(row, f"attributes.{field}")
        if not contact:
            return done(intent)
        if channel == "email" and intent.fields["state"] in ("blocked", "bounced"):
            self._job("profile-suppression-bulk-create-job", {"email": contact})
        else:
            ended = {channel: {"marketing": {"consent": "UNSUBSCRIBED"}}}
            told = {field: contact, "subscriptions": ended}
            self._job("profile-subscription-bulk-delete-job", told)
        now = self._api.profile(str(row["id"]))
        return done(intent) if now is None or is_stopped(now, channel) else unknown(intent, LATER)

    def _begin(self, intent: Intent, row: Row) -> Result:
        """A consent with its proof subscribes, dated; one that is pending has Klaviyo ask."""
        if reach(row, f"attributes.{EMAIL}.consent") == "SUBSCRIBED":
            return done(intent)
        granted = intent.fields["state"] == "granted"
        problem = _unproven(intent) if granted else self._asks_twice()
        if problem[0]:
            return refused(intent, problem[0], field=problem[1])
        email = reach(row, "attributes.email")
        if not email:
            return refused(intent, "the profile has no e-mail address", field="contact")
        marketing: dict[str, Any] = {"consent": "SUBSCRIBED"}
        more: dict[str, Any] = {}
        if granted:
            marketing["consented_at"] = intent.fields["at"]
            source = str(intent.fields["evidence"])[:LONGEST]
            more = {"historical_import": True, "custom_source": source}
        told = {"email": email, "subscriptions": {"email": {"marketing": marketing}}}
        self._job("profile-subscription-bulk-create-job", told, row["id"], **more)
        if not granted:
            return done(intent)
        now = self._api.profile(str(row["id"]))
        seen = reach(now or {}, f"attributes.{EMAIL}.consent") == "SUBSCRIBED"
        return done(intent) if seen else unknown(intent, LATER)

    def _asks_twice(self) -> tuple[str, str]:
        """Why Klaviyo would not ask for a confirmation; ("", "") where it would."""
        group = self._own.consent_list
        if not group:
            return "no consent_list is set whose opt-in Klaviyo could ask for", ""
        told = reach(self._api.get(f"lists/{group}"), "attributes.opt_in_process")
        return ("", "") if told == "double_opt_in" else ("the list does not ask twice", "")

    def _job(self, kind: str, told: Row, identity: Any = None, **more: Any) -> None:
        profile: dict[str, Any] = {"type": "profile", "attributes": dict(told)}
        if identity:
            profile["id"] = identity
        attributes = {"profiles": {"data": [profile]}, **more}
        data: dict[str, Any] = {"type": kind, "attributes": attributes}
        if self._own.consent_list and kind.startswith("profile-subscription-bulk-create"):
            group = {"type": "list", "id": self._own.consent_list}
            data["relationships"] = {"list": {"data": group}}
        self._api.post(f"{kind}s", {"data": data})

    # lists, erasures

    def _audience(self, intent: Intent) -> Result:
        """A list of that name, made where there is none; it changes no consent."""
        name, member = str(intent.fields["name"]), bool(intent.fields["member"])
        group = self._list(name, make=member)
        if group is None:
            return done(intent)
        if member and group == self._own.consent_list:
            return refused(intent, CONSENTED, field="name")
        row = self._api.profile(str(intent.external_id))
        if row is None:
            return refused(intent, "is not there") if member else done(intent)
        if member and "left that list" in (why := suppressed(row, group)):
            return refused(intent, why)
        self._api.belongs("POST" if member else "DELETE", group, str(intent.external_id))
        return done(intent)

    def _list(self, name: str, *, make: bool) -> str | None:
        if name not in self._lists:
            asked = {"filter": f"equals(name,{quoted(name)})", "sort": "created"}
            rows = self._api.every("lists", asked)
            if not rows and not make:
                return None
            self._lists[name] = str(rows[0]["id"]) if rows else self._new_list(name)
        return self._lists[name]

    def _new_list(self, name: str) -> str:
        body = {"data": {"type": "list", "attributes": {"name": name}}}
        found = reach(self._api.post("lists", body).data or {}, "data.id")
        if not isinstance(found, str):
            raise NotReadable("Klaviyo's answer holds no list.", maybe_done=True)
        return found

    def _erase(self, intent: Intent) -> Result:
        """A request for deletion by id: by address it would concern every profile that has it."""
        identity = str(intent.external_id)
        if self._api.profile(identity) is None:
            return done(intent)
        profile = {"data": {"type": "profile", "id": identity, "attributes": {}}}
        data = {"type": "data-privacy-deletion-job", "attributes": {"profile": profile}}
        self._api.post("data-privacy-deletion-jobs", {"data": data}, urgent=True)
        gone = self._api.profile(identity) is None
        return done(intent) if gone else unknown(intent, LATER)


def _unproven(intent: Intent) -> tuple[str, str]:
    """What a consent lacks, and its field; ("", "") for nothing."""
    for field in ("evidence", "at"):
        if not intent.fields.get(field):
            return f"a consent without {field} grants nothing", field
    try:
        datetime.fromisoformat(str(intent.fields["at"]))
    except ValueError:
        return "a consent needs a moment", "at"
    return "", ""


def lost(intent: Intent, error: CrmsyncError) -> Result:
    """What an error says of one change; an answer that cannot be read may follow a change."""
    if isinstance(error, Refusal):
        found = [error.twin] if error.twin else ()
        return refused(intent, f"Klaviyo refuses it ({error.word})", found=found)
    if isinstance(error, NotReadable):
        return unknown(intent, error.message)
    if getattr(error, "status", 0) == 404:
        return refused(intent, "is not there")
    return failed(intent, error)
