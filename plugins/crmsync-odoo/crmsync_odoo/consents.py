"""Notes objections on Odoo's blacklists. None is ever lifted here: that is for people, in Odoo."""

from __future__ import annotations

from crmsync.model.intent import Intent, Result, done, refused
from crmsync_odoo.api import Api
from crmsync_odoo.values import filled

LISTS = {
    "email": ("mail.blacklist", "email", "email_normalized"),
    "sms": ("phone.blacklist", "number", "phone_sanitized"),
    "phone": ("phone.blacklist", "number", "phone_sanitized"),
}
"""The blacklist of a channel, its field, and where a contact has the same value."""

FORBIDS = {"denied", "withdrawn", "objected", "blocked", "bounced"}


class Consents:
    """The blacklists of one database."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def write(self, intent: Intent) -> Result:
        """Put the address or number of an objection on the list; twice does no harm."""
        channel, state = str(intent.fields.get("channel")), str(intent.fields.get("state"))
        if intent.fields.get("purpose", "marketing") != "marketing":
            return refused(intent, "Odoo's blacklists are about marketing alone", field="purpose")
        if channel not in LISTS or not self._api.fields(LISTS[channel][0]):
            return refused(intent, "Odoo has no list for this channel", field="channel")
        if state not in FORBIDS:
            return refused(intent, "nobody is taken off a blacklist from here", field="state")
        model, field, ours = LISTS[channel]
        value = intent.fields.get("contact") or self._of(intent, ours)
        if not value:
            return refused(intent, "no address or number to put on the list", field="contact")
        self._put(model, field, str(value).lower())
        return done(intent)

    def _put(self, model: str, field: str, value: str) -> None:
        """The entry is made; one that was archived when he was taken off is there again."""
        found = self._api.search_read(model, [[field, "=", value]], ["id", "active"])
        if not found:
            self._api.call(model, "create", changes=True, vals_list=[{field: value}])
        elif not all(row.get("active", True) for row in found):
            ids = [row["id"] for row in found]
            self._api.call(model, "write", changes=True, ids=ids, vals={"active": True})

    def _of(self, intent: Intent, field: str) -> str | None:
        if intent.external_id is None or field not in self._api.fields("res.partner"):
            return None
        rows = self._api.search_read(
            "res.partner", [["id", "=", int(intent.external_id)]], ["id", field]
        )
        return filled(rows[0].get(field)) if rows else None
