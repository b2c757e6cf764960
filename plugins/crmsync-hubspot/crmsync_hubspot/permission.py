"""Writes what a customer allows: his subscriptions, never widened without a proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from crmsync.errors import NotReadable
from crmsync.http.reading import moment_in
from crmsync.model.intent import Intent, Result, done, refused
from crmsync_hubspot.api import Api
from crmsync_hubspot.consents import CONSENT
from crmsync_hubspot.settings import HubSpotSettings

Row = Mapping[str, Any]

AGAINST = ("denied", "withdrawn", "objected", "blocked", "bounced")


class Permission:
    """The subscriptions of one account."""

    def __init__(self, api: Api, own: HubSpotSettings) -> None:
        self._api, self._own = api, own

    def tell(self, intent: Intent) -> Result:
        """An objection is always told; it is lifted only by a newer consent with evidence."""
        told = intent.fields
        email = str(told.get("contact") or intent.whole.get("contacts.email") or "").strip()
        if told.get("channel") != "email" or told.get("purpose", "marketing") != "marketing":
            return refused(intent, "HubSpot knows consents to adverts by e-mail alone")
        if "@" not in email:
            return refused(intent, "HubSpot knows consents by e-mail address", field="contact")
        if told.get("state") in AGAINST:
            return self._stop(intent, email)
        if told.get("state") != "granted":
            return refused(intent, "it is neither a consent nor an objection", field="state")
        return self._begin(intent, email)

    def _stop(self, intent: Intent, email: str) -> Result:
        """Whoever objects gets no advert of any kind."""
        path = self._api.preferences(f"statuses/{quote(email, safe='')}/unsubscribe-all")
        self._api.post(path, {}, params={"channel": "EMAIL"})
        return done(intent)

    def _begin(self, intent: Intent, email: str) -> Result:
        evidence, at = intent.fields.get("evidence"), moment_in(intent.fields.get("at"))
        if not evidence:
            return refused(intent, "a consent without evidence lifts nothing", field="evidence")
        if at is None:
            return refused(intent, "a consent without its date lifts nothing", field="at")
        if not self._own.subscriptions:
            return refused(intent, "no subscription is set to which he could be subscribed")
        if any(not _before(row, at) for row in self._objections(email)):
            return refused(intent, "he objected after that consent")
        body = {"subscriptionId": self._own.subscriptions[0], "statusState": "SUBSCRIBED",
                "channel": "EMAIL", "legalBasis": CONSENT,
                "legalBasisExplanation": f"{evidence} ({at.isoformat()})"}  # fmt: skip
        path = self._api.preferences(f"statuses/{quote(email, safe='')}")
        answer = self._api.post(path, body)
        if not isinstance(answer.data, dict) or answer.data.get("numErrors"):
            raise NotReadable("HubSpot does not say that he is subscribed.", maybe_done=True)
        return done(intent)

    def left(self, emails: Sequence[str]) -> set[str]:
        """Which of these addresses left a kind of adverts; none where statuses are not read."""
        found = self._api.statuses(emails) if emails and self._own.statuses else {}
        return {email for email, rows in found.items()
                if any(row.get("status") == "UNSUBSCRIBED" for row in rows)}  # fmt: skip

    def _objections(self, email: str) -> list[Row]:
        """What he left, of every type and as a whole."""
        kept = [self._api.statuses([email], wide=wide) for wide in (False, True)]
        rows = [row for one in kept for row in one.get(email.casefold(), [])]
        return [row for row in rows if row.get("status") == "UNSUBSCRIBED"]


def _before(row: Row, at: datetime) -> bool:
    """Whether an objection is older than a consent."""
    since = moment_in(row.get("timestamp"))
    return since is not None and since < at
