"""Writes customers: looks who is there, then changes or makes each, alone or through the queue."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from crmsync.errors import CrmsyncError, RecordError
from crmsync.http.reading import moment_in
from crmsync.http.writing import Several, attempted, failed
from crmsync.model.intent import Intent, Result, done, refused
from crmsync.model.stream import Connection
from crmsync_adobe_commerce import wire
from crmsync_adobe_commerce.api import Api, Taken
from crmsync_adobe_commerce.criteria import CUSTOMERS, NUMBER, Filter
from crmsync_adobe_commerce.queue import Job, Queue
from crmsync_adobe_commerce.settings import AdobeCommerceSettings

NOBODY = "no website is set in which it could be made"
AGAINST = ("denied", "withdrawn", "objected", "blocked", "bounced")
MOST = 300
"""So many records at most are asked for when somebody is looked for."""


class Writing:
    """Brings intents into one shop."""

    def __init__(self, api: Api, own: AdobeCommerceSettings, connection: Connection) -> None:
        self._api, self._own, self._country = api, own, connection.country
        self._queue = Queue(api, own.bulk_wait)

    def write(self, intents: Sequence[Intent]) -> list[Result]:
        """One result each: those that save together, consents and erasures one by one."""
        one_by_one = {"consent": self._tell, "erase": self._erase}
        found: dict[str, Result] = {}
        for one in intents:
            if one.change in one_by_one:
                found[one.id] = attempted(one, one_by_one[one.change])
            elif one.change != "save":
                found[one.id] = refused(one, f"the shop keeps no {one.change}")
        saves = [one for one in intents if one.change == "save"]
        found |= {result.id: result for result in self._save(saves)}
        return [found[one.id] for one in intents]

    def _save(self, intents: Sequence[Intent]) -> list[Result]:
        """Look who is there, then change or make."""
        try:
            there = self._there(intents)
        except CrmsyncError as error:
            return [failed(one, error) for one in intents]
        jobs: list[Job] = []
        found: list[Result] = []
        for one in intents:
            try:
                jobs.append(self._job(one, there))
            except RecordError as error:
                found.append(failed(one, error))
            except Several as error:
                reason = "several records there are this customer"
                found.append(refused(one, reason, found=error.ids))
        sent = self._queue.send(jobs) if self._own.bulk else map(self._sent, jobs)
        return [
            *found,
            *(self._named(job.intent, one) for job, one in zip(jobs, sent, strict=True)),
        ]

    def _there(self, intents: Sequence[Intent]) -> list[dict[str, Any]]:
        """The customers that the intents are about: those named, and those with the e-mail."""
        ids = [one.external_id for one in intents if one.external_id and one.external_id.isdigit()]
        emails = [_email(one.fields.get("contacts.email")) for one in intents
                  if one.external_id is None]  # fmt: skip
        return [*self._customers(NUMBER, ids), *self._customers("email", filter(None, emails))]

    def _customers(self, field: str, values: Iterable[Any]) -> list[dict[str, Any]]:
        """The whole customers that have one of these values, in the order of their ids."""
        wanted = ",".join(dict.fromkeys(str(one) for one in values if "," not in str(one)))
        if not wanted:
            return []
        rule = Filter(field, "in", wanted)
        return self._api.rows(CUSTOMERS, [rule], (NUMBER,), size=MOST, fields="")

    def _job(self, intent: Intent, there: Sequence[dict[str, Any]]) -> Job:
        email = _email(intent.fields.get("contacts.email"))
        if intent.external_id is not None:
            alike = [row for row in there if str(row.get("id")) == intent.external_id][:1]
            if not alike:
                raise RecordError("the shop has no such customer")
        else:
            alike = [row for row in there if email and _email(row.get("email")) == email]
        known = list(dict.fromkeys(str(row["id"]) for row in alike))
        if len(known) > 1:
            raise Several(known)
        if not known and not self._own.website:
            raise RecordError(NOBODY)
        old = alike[0] if alike else {"website_id": self._own.website}
        whole = wire.changed(old, intent, self._own, self._country)
        return Job(intent, known[0] if known else None, whole)

    def _sent(self, job: Job) -> Result:
        """One customer, alone."""
        return attempted(job.intent, lambda _: self._put(job))

    def _put(self, job: Job) -> Result:
        if job.identity is None:
            return done(job.intent, self._api.make(job.customer)["id"])
        self._api.change(job.identity, job.customer)
        return done(job.intent, job.identity)

    def _named(self, intent: Intent, result: Result) -> Result:
        """Who has the e-mail address that the shop would not take twice, or was just made."""
        lacks = result.outcome == "done" and result.external_id is None
        taken = result.outcome == "refused" and Taken().reason in result.reason
        if not (lacks or taken):
            return result
        try:
            rows = self._customers("email", [_email(intent.fields.get("contacts.email"))])
        except CrmsyncError as error:
            return failed(intent, error) if lacks else result
        found = [str(row["id"]) for row in rows]
        if lacks and len(found) == 1:
            return done(intent, found[0])
        return refused(intent, Taken().reason, field="contacts.email", found=found)

    # newsletters and erasures

    def _tell(self, intent: Intent) -> Result:
        """An objection is always told; a subscription only with its date and evidence."""
        told = intent.fields
        if told.get("channel") != "email" or told.get("purpose", "marketing") != "marketing":
            return refused(intent, "the shop knows consents to adverts by e-mail alone")
        state = told.get("state")
        if state not in (*AGAINST, "granted"):
            return refused(intent, "it is neither a consent nor an objection", field="state")
        if state == "granted":
            for name in ("evidence", "at"):
                if not told.get(name) or (name == "at" and moment_in(told[name]) is None):
                    return refused(intent, f"a consent without {name} lifts nothing", field=name)
        return self._subscribe(intent, wanted=state == "granted")

    def _subscribe(self, intent: Intent, *, wanted: bool) -> Result:
        told = _email(intent.fields.get("contact") or intent.whole.get("contacts.email"))
        identity = intent.external_id or ""
        rows = (
            self._customers(NUMBER, [identity])
            if identity.isdigit()
            else self._customers("email", [told])
        )
        if told and any(_email(row.get("email")) != told for row in rows):
            return refused(intent, "the customer has another e-mail address there", field="contact")
        if not rows:
            return done(intent) if not wanted else refused(intent, "the shop has no such customer")
        for row in rows:
            extra = row.get("extension_attributes") or {}
            if extra.get("is_subscribed") is not wanted:
                customer = {name: value for name, value in row.items() if name not in wire.LEFT_OUT}
                customer["extension_attributes"] = {"is_subscribed": wanted}
                self._api.change(str(row["id"]), customer)
        return done(intent)

    def _erase(self, intent: Intent) -> Result:
        """The account goes, and its subscription with it; the orders stay, and what is in them."""
        if not (intent.external_id or "").isdigit():
            return refused(intent, "nobody is named")
        self._api.erase(str(intent.external_id))
        return done(intent)


def _email(told: Any) -> str:
    return str(told or "").strip().casefold()
