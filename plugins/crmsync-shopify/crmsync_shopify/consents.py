"""Writes what a customer allows: an objection always, a consent only with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from crmsync.http.reading import moment_in
from crmsync.model.intent import Intent, Result, done, refused
from crmsync.model.stream import reach
from crmsync_shopify import queries
from crmsync_shopify.api import Api
from crmsync_shopify.settings import ShopifySettings
from crmsync_shopify.wire import refusal

Row = Mapping[str, Any]

AGAINST = ("denied", "withdrawn", "objected", "blocked", "bounced")
OVER = ("UNSUBSCRIBED", "REDACTED", "INVALID")
"""States in which nothing is sent any more."""
CLOSED = ("REDACTED", "INVALID")
"""States that Shopify sets, and nobody else may lift."""

EMAIL = ("defaultEmailAddress", "marketingState", "marketingUpdatedAt", "emailAddress")
SMS = ("defaultPhoneNumber", "smsMarketingConsent.state", "smsMarketingConsent.updatedAt",
       "phoneNumber")  # fmt: skip


class Consents:
    """The consents of one shop's customers to adverts by e-mail and by SMS."""

    def __init__(self, api: Api, own: ShopifySettings) -> None:
        self._api, self._own = api, own

    def tell(self, intent: Intent, held: Row | None) -> Result:
        """What came of telling it; `held` is the customer as Shopify has him."""
        told = intent.fields
        channel, purpose = told.get("channel"), told.get("purpose", "marketing")
        if channel not in ("email", "sms") or purpose != "marketing":
            return refused(intent, "Shopify knows consents to adverts by e-mail and SMS alone")
        if channel == "sms" and not self._own.phones:
            return refused(intent, "phone numbers are not asked for (phones = false)")
        there = _there(held, EMAIL if channel == "email" else SMS)
        if told.get("state") in AGAINST:
            return self._stop(intent, there)
        if told.get("state") != "granted":
            return refused(intent, "it is neither a consent nor an objection", field="state")
        return self._begin(intent, there)

    def _stop(self, intent: Intent, there: tuple[Any, Any, Any]) -> Result:
        """Who has no such contact point, or said so already, gets nothing."""
        contact, state, _ = there
        if not contact or state in OVER or not _same(intent, contact):
            return done(intent)
        at = moment_in(intent.fields.get("at"))
        stamp = {"consentUpdatedAt": _text(at)} if at else {}
        return self._send(intent, {"marketingState": "UNSUBSCRIBED", **stamp})

    def _begin(self, intent: Intent, there: tuple[Any, Any, Any]) -> Result:
        contact, state, since = there
        at = moment_in(intent.fields.get("at"))
        if not intent.fields.get("evidence"):
            return refused(intent, "a consent without evidence lifts nothing", field="evidence")
        if at is None:
            return refused(intent, "a consent without its date lifts nothing", field="at")
        if not contact or not _same(intent, contact):
            return refused(intent, "Shopify does not know this contact point", field="contact")
        before = moment_in(since)
        if state in CLOSED or (state == "UNSUBSCRIBED" and (before is None or before >= at)):
            return refused(intent, "he objected after that consent")
        if state == "SUBSCRIBED":
            return done(intent)
        level = {"marketingOptInLevel": self._own.opt_in_level, "consentUpdatedAt": _text(at)}
        return self._send(intent, {"marketingState": "SUBSCRIBED", **level})

    def _send(self, intent: Intent, consent: Row) -> Result:
        by_mail = intent.fields["channel"] == "email"
        document = queries.EMAIL_CONSENT if by_mail else queries.SMS_CONSENT
        name = "emailMarketingConsent" if by_mail else "smsMarketingConsent"
        told = self._api.change(
            document, input={"customerId": intent.external_id, name: dict(consent)}
        )
        if told.get("userErrors"):
            return refusal(intent, told["userErrors"])
        return done(intent)


def _there(held: Row | None, words: tuple[str, str, str, str]) -> tuple[Any, Any, Any]:
    """Contact point, state and when that was so."""
    holder, state, at, contact = words
    own = (held or {}).get(holder) or {}
    return reach(own, contact), reach(own, state), reach(own, at)


def _same(intent: Intent, contact: Any) -> bool:
    """Whether it is about the contact point that Shopify has; without one it is about all.

    An objection is also about a number that is told without its country.
    """
    told, there = str(intent.fields.get("contact") or contact).strip(), str(contact).strip()
    if intent.fields["channel"] == "email":
        return told.casefold() == there.casefold()
    numbers = ["".join(filter(str.isdigit, one)).lstrip("0") for one in (told, there)]
    if intent.fields.get("state") == "granted":
        return numbers[0] == numbers[1]
    return all(numbers) and numbers[1].endswith(numbers[0])


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
