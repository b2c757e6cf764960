"""Notes objections on the mailing lists of the module marketing_email; nobody is put on one."""

from __future__ import annotations

from typing import Any

from crmsync.model.intent import Intent, Result, done, refused
from crmsync_tryton.rpc import Domain, Row, Rpc

MODEL = "marketing.email"
FORBIDS = {"denied", "withdrawn", "objected", "blocked", "bounced"}


class Consents:
    """The mailing lists of one database."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc

    def tell(self, intent: Intent) -> Result:
        """Take an address off every list, and keep it as one that left; twice does no harm."""
        told = intent.fields
        if told.get("channel") != "email" or told.get("purpose", "marketing") != "marketing":
            return refused(intent, "Tryton keeps consents to adverts by e-mail alone")
        if told.get("state") not in FORBIDS:
            return refused(intent, "nobody is put on a mailing list from here", field="state")
        if not self._rpc.fields(MODEL, ["id"]):
            return refused(intent, "Tryton keeps consents with the module marketing_email alone")
        email = str(told.get("contact") or intent.whole.get("contacts.email") or "").strip()
        if not email:
            return refused(intent, "no address to take off the lists", field="contact")
        return self._take_off(intent, email.lower())

    def _take_off(self, intent: Intent, email: str) -> Result:
        found = addresses(self._rpc, [email])
        lists = self._rpc.search(f"{MODEL}.list", [["active", "=", True]], limit=1000)
        if not lists and not found:
            return refused(intent, "there is no mailing list on which it could be noted")
        missing = sorted({*lists} - {row["list_"] for row in found})
        if missing:  # Tryton makes no entry that is archived from the start
            new = [{"email": email, "list_": one} for one in missing]
            made = self._rpc.call(f"model.{MODEL}.create", new, self._rpc.context, changes=True)
            found = [*found, *({"id": one, "active": True} for one in made)]
        # an entry that was never written is one that waits to be confirmed
        open_ones = [row["id"] for row in found if row.get("active") or not row.get("write_date")]
        if open_ones:
            self._rpc.call(f"model.{MODEL}.write", open_ones, {"active": False},
                           self._rpc.context, changes=True)  # fmt: skip
        return done(intent)


def addresses(rpc: Rpc, emails: list[str]) -> list[Row]:
    """The entries of all lists with one of these addresses, which Tryton keeps in small letters."""
    domain: Domain = [["email", "in", [one.lower() for one in emails]]]
    fields = ["email", "list_", "active", "write_date"]
    found: list[Any] = rpc.search_read(MODEL, domain, fields)
    return found
