"""Writes contacts in batches of up to 100, of which a part may be refused (207).

HubSpot pairs results and errors with what was sent by the objectWriteTraceId, and only where it is
given does a batch go on beside what is wrong. An account, or a kind of error, for which that does
not hold refuses the whole batch: it is then sent in halves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crmsync.errors import CrmsyncError, NotReadable
from crmsync.http.writing import Unplaced, attempted, failed, halved, named
from crmsync.model.intent import Intent, Result, done, refused, unknown
from crmsync.model.stream import reach
from crmsync_hubspot.api import Api, results_of
from crmsync_hubspot.consents import objects
from crmsync_hubspot.faults import Refusal, about, category_of
from crmsync_hubspot.objects import CONTACTS
from crmsync_hubspot.people import properties
from crmsync_hubspot.permission import Permission
from crmsync_hubspot.settings import HubSpotSettings
from crmsync_hubspot.wire import values

Row = Mapping[str, Any]
Sent = tuple[Intent, dict[str, Any]]

UNFOUND = "without e-mail address, and without unique_property, he could be made twice"
MOVED = "he objected under his present address: a new one would be free of that"
TAKEN = "CONFLICT"
"""The category of an error that says that somebody has this e-mail address already."""


class Writing:
    """The contacts of one account."""

    def __init__(self, api: Api, own: HubSpotSettings) -> None:
        self._api, self._own = api, own
        self._permission = Permission(api, own)

    def write(self, intents: Sequence[Intent]) -> list[Result]:
        """One result each: saves together, consents and erasures one by one.

        A company may have the number of a contact, who is somebody else.
        """
        alone = {"consent": self._permission.tell, "erase": self._erase}
        ours = [one for one in intents if one.stream == "customers"]
        found = {one.id: refused(one, f"HubSpot's {one.stream} are not written") for one in intents
                 if one.stream != "customers"}  # fmt: skip
        found |= {one.id: attempted(one, alone[one.change]) for one in ours
                  if one.change in alone}  # fmt: skip
        found |= {one.id: refused(one, f"it keeps no {one.change}") for one in ours
                  if one.change not in (*alone, "save")}  # fmt: skip
        saves = [one for one in ours if one.change == "save"]
        found |= {one.id: one for one in self._save(saves)}
        return [found[one.id] for one in intents]

    def _erase(self, intent: Intent) -> Result:
        identity = str(intent.external_id or "")
        if not (identity.isascii() and identity.isdigit()):
            return refused(intent, "nobody is named")
        self._api.erase(identity)
        return done(intent)

    def _save(self, intents: Sequence[Intent]) -> Iterator[Result]:
        """Look who is there, change those, and make the others."""
        ready: list[Sent] = []
        for one in intents:
            try:
                ready.append((one, values(one, self._own)))
            except Unplaced as error:
                yield refused(one, "HubSpot has no place for it", field=error.field)
        try:
            there = self._there(ready)
        except CrmsyncError as error:
            yield from (failed(one, error) for one, _ in ready)
            return
        changes, makes = [], []
        for one, told in ready:
            ids = [one.external_id] if one.external_id else there.get(_email(told), [])
            if len(ids) > 1:
                yield refused(one, "several records there are this customer", found=ids)
            elif ids:
                changes.append((one, {"id": ids[0], "properties": told}))
            elif not (self._own.unique_property or _email(told)):
                yield refused(one, UNFOUND, field="contacts.email")
            else:
                makes.append((one, self._new(one, told)))
        try:
            bound = self._bound(changes)
        except CrmsyncError as error:
            yield from (failed(one, error) for one, _ in changes)
            changes, bound = [], set()
        yield from (refused(one, MOVED, field="contacts.email") for one, _ in changes
                    if one.id in bound)  # fmt: skip
        for some in rounds([one for one in changes if one[0].id not in bound]):
            yield from self._send("update", some)
        yield from self._send(self._way, makes)

    def _there(self, ready: Sequence[Sent]) -> dict[str, list[str]]:
        """The ids of those who have an e-mail address, the first or another one, by it.

        Not searched for: a search does not show at once who has just been made.
        """
        emails = [_email(told) for one, told in ready if not one.external_id]
        asked = [one for one in dict.fromkeys(emails) if "@" in one]
        fields = ("email", "hs_additional_emails")
        found: dict[str, list[str]] = {}
        for row in self._api.read(CONTACTS.name, asked, fields, by="email") if asked else ():
            told = [str(reach(row, f"properties.{name}") or "") for name in fields]
            for email in dict.fromkeys(";".join(told).casefold().split(";")):
                found.setdefault(email.strip(), []).append(str(row.get("id")))
        return found

    def _bound(self, changes: Sequence[Sent]) -> set[str]:
        """The intents that would free somebody from an objection, which HubSpot keeps with the
        address alone."""
        moves = [(one, told["id"], _email(told["properties"])) for one, told in changes
                 if "email" in told["properties"]]  # fmt: skip
        ids = list(dict.fromkeys(identity for _, identity, _ in moves))
        rows = self._api.read(CONTACTS.name, ids, ("email", "hs_email_optout")) if ids else []
        there = {str(row.get("id")): properties(row) for row in rows}
        moved = [(one, there[identity]) for one, identity, email in moves
                 if identity in there and _email(there[identity]) not in ("", email)]  # fmt: skip
        left = self._permission.left(list(dict.fromkeys(_email(has) for _, has in moved)))
        return {one.id for one, has in moved if objects(has) or _email(has) in left}

    @property
    def _way(self) -> str:
        """By a property with unique values whoever is made twice is made once."""
        return "upsert" if self._own.unique_property else "create"

    def _new(self, intent: Intent, told: dict[str, str]) -> dict[str, Any]:
        if not self._own.unique_property:
            return {"properties": told, "associations": []}
        return {"id": intent.key, "idProperty": self._own.unique_property, "properties": told}

    def _send(self, way: str, some: Sequence[Sent]) -> list[Result]:
        inputs = {one.id: told for one, told in some}
        path = f"{self._api.objects(CONTACTS.name)}/batch/{way}"

        def send(intents: Sequence[Intent]) -> Sequence[Result]:
            traces = {str(place): one for place, one in enumerate(intents)}
            body = [{**inputs[one.id], "objectWriteTraceId": trace}
                    for trace, one in traces.items()]  # fmt: skip
            answer = self._api.post(path, {"inputs": body}, repeatable=way != "create")
            return _read(traces, inputs, answer)

        sent = halved([one for one, _ in some], send)
        return [self._settled(one, result) for (one, _), result in zip(some, sent, strict=True)]

    def _settled(self, intent: Intent, result: Result) -> Result:
        """Name who has the e-mail address that HubSpot does not take twice; say which field."""
        if result.outcome != "refused" or TAKEN not in result.reason:
            return result
        found: list[str] = []
        email = str(intent.fields.get("contacts.email") or "").strip().casefold()
        if email:
            try:
                found = self._there([(_unnamed(intent), {"email": email})]).get(email, [])
            except CrmsyncError as error:
                return failed(intent, error)
        return refused(intent, result.reason, field="contacts.email", found=found)


def _read(traces: Mapping[str, Intent], inputs: Mapping[str, Row], answer: Any) -> list[Result]:
    """What is said of each; a batch of which nothing is said at all may be done."""
    try:
        results = results_of(answer)
    except NotReadable as error:
        error.maybe_done = True
        raise
    ids = {str(inputs[one.id].get("id")): trace for trace, one in traces.items()}
    emails = {_email(inputs[one.id]["properties"]): trace for trace, one in traces.items()}

    def of(row: Row) -> str | None:
        trace = row.get("objectWriteTraceId")
        if isinstance(trace, str) and trace in traces:
            return trace
        return ids.get(str(row.get("id"))) or emails.get(_email(row.get("properties")))

    errors = answer.data.get("errors")
    return named(
        list(traces.values()),
        results,
        [pair for one in errors or () if isinstance(one, dict) for pair in _whom(one, traces, ids)],
        name=lambda one: one[0] if isinstance(one, tuple) else traced(traces, of(one)),
        read=_done,
        refuse=lambda intent, pair: _refused(intent, pair[1]),
    )


def traced(traces: Mapping[str, Intent], trace: str | None) -> str | None:
    """The id of the intent that was sent with this trace."""
    return traces[trace].id if trace is not None and trace in traces else None


def _whom(
    error: Row, traces: Mapping[str, Intent], ids: Mapping[str, str]
) -> Iterator[tuple[str | None, Row]]:
    """An error with each of the intents that it is about: one may be about several.

    One that names nobody is about the only one that was sent.
    """
    context = error.get("context")
    if len(traces) == 1:
        yield traced(traces, next(iter(traces))), error
        return
    for name in ("objectWriteTraceId", "ids", "id"):
        told = context.get(name) if isinstance(context, Mapping) else None
        for one in told if isinstance(told, list) else [told] if told else []:
            trace = str(one) if name == "objectWriteTraceId" else ids.get(str(one))
            yield traced(traces, trace), error


def _done(intent: Intent, row: Row) -> Result:
    if not row.get("id"):
        return unknown(intent, "HubSpot does not say which record it is")
    return done(intent, row["id"])


def _refused(intent: Intent, error: Row) -> Result:
    refusal = Refusal(category_of(error), about=about(error))
    return refused(intent, refusal.message, field=refusal.field)


def rounds(changes: Sequence[Sent]) -> list[list[Sent]]:
    """The changes in requests, of which none has the same record twice."""
    found: list[list[Sent]] = []
    taken: list[set[str]] = []
    for one, told in changes:
        place = next((n for n, ids in enumerate(taken) if told["id"] not in ids), len(taken))
        if place == len(taken):
            found.append([])
            taken.append(set())
        found[place].append((one, told))
        taken[place].add(told["id"])
    return found


def _email(told: Any) -> str:
    found = told.get("email") if isinstance(told, Mapping) else None
    return str(found or "").strip().casefold()


def _unnamed(intent: Intent) -> Intent:
    return Intent(id=intent.id, key=intent.key, fields=intent.fields)
