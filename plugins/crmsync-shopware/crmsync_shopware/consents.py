"""Writes what a customer allows: the state of his newsletter, never widened without a proof."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from crmsync.errors import CrmsyncError
from crmsync.http.reading import moment_in
from crmsync.model.intent import Intent, Result, done, refused
from crmsync_shopware.api import Api
from crmsync_shopware.criteria import ascending, equals
from crmsync_shopware.settings import ShopwareSettings
from crmsync_shopware.wire import own_id

AGAINST = ("denied", "withdrawn", "objected", "blocked", "bounced")


class Consents:
    """The newsletter recipients of one shop."""

    def __init__(self, api: Api, own: ShopwareSettings, connection: str) -> None:
        self._api, self._own, self._connection = api, own, connection

    def tell(self, intent: Intent) -> Result:
        """An objection is always told; it is lifted only by a newer consent with evidence."""
        told = intent.fields
        email = told.get("contact") or intent.whole.get("contacts.email")
        if told.get("channel") != "email" or told.get("purpose", "marketing") != "marketing":
            return refused(intent, "Shopware knows consents to adverts by e-mail alone")
        if not email:
            return refused(intent, "Shopware knows consents by e-mail address", field="contact")
        found = self.recipients(str(email))
        if told.get("state") in AGAINST:
            return self._stop(intent, found)
        if told.get("state") != "granted":
            return refused(intent, "it is neither a consent nor an objection", field="state")
        return self._begin(intent, str(email), found)

    def recipients(self, email: str) -> Sequence[dict[str, Any]]:
        """The recipients with an e-mail address, one for each channel that they came from."""
        fields = ["id", "status", "createdAt", "updatedAt", "confirmedAt", "salesChannelId"]
        criteria = {"filter": [equals("email", email.strip())], "sort": ascending("id"),
                    "includes": {"newsletter_recipient": fields}}  # fmt: skip
        found = self._api.every("newsletter-recipient", criteria, size=self._own.page_size)
        return [dict(row) for row in found]

    def is_there(self, identity: str) -> bool:
        """Whether there is a recipient with this id."""
        criteria = {"limit": 1, "filter": [equals("id", identity)],
                    "includes": {"newsletter_recipient": ["id"]}}  # fmt: skip
        return bool(self._api.rows("newsletter-recipient", criteria))

    def _stop(self, intent: Intent, found: Sequence[dict[str, Any]]) -> Result:
        """Nobody who is no recipient gets a newsletter, so there is nothing to stop."""
        rows = [{"id": row["id"], "status": "optOut"} for row in found
                if row.get("status") != "optOut"]  # fmt: skip
        return self._write(intent, rows)

    def _begin(self, intent: Intent, email: str, found: Sequence[dict[str, Any]]) -> Result:
        if not intent.fields.get("evidence"):
            return refused(intent, "a consent without evidence lifts nothing", field="evidence")
        at = moment_in(intent.fields.get("at"))
        if at is None:
            return refused(intent, "a consent without its date lifts nothing", field="at")
        if any(row.get("status") == "optOut" and not _before(row, at) for row in found):
            return refused(intent, "he objected after that consent")
        stamp = at.astimezone(UTC).isoformat(timespec="milliseconds")
        new = {"status": "optIn", "confirmedAt": stamp}
        if found:
            return self._write(intent, [{"id": row["id"], **new} for row in found])
        if not self._own.sales_channel:
            return refused(intent, "no sales_channel is set in which he could be a recipient")
        return self._write(intent, [{**self._recipient(email), **new}])

    def _recipient(self, email: str) -> dict[str, Any]:
        channel = self._own.sales_channel
        criteria = {"limit": 1, "filter": [equals("id", channel)],
                    "includes": {"sales_channel": ["id", "languageId"]}}  # fmt: skip
        (row,) = self._api.rows("sales-channel", criteria) or [{"languageId": None}]
        identity = own_id(self._connection, "recipient", email.casefold())
        return {"id": identity, "email": email, "hash": own_id(identity, "hash"),
                "salesChannelId": channel, "languageId": row["languageId"]}  # fmt: skip

    def _write(self, intent: Intent, rows: Sequence[dict[str, Any]]) -> Result:
        if rows:
            operation = {"action": "upsert", "entity": "newsletter_recipient", "payload": rows}
            errors = self._api.sync([operation])
            if errors:
                raise CrmsyncError("the shop refuses to change a newsletter recipient.")
        return done(intent)


def _before(row: dict[str, Any], at: datetime) -> bool:
    """Whether a recipient's objection is older than a consent."""
    since = moment_in(row.get("updatedAt") or row.get("createdAt"))
    return since is not None and since < at
