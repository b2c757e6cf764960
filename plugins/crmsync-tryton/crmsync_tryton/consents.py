"""Notes objections on the mailing lists of the module marketing_email; nobody is put on one."""

from __future__ import annotations

from hashlib import sha256
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
        if missing:
            self._add(email, missing)
        # an entry that was never written is one that waits to be confirmed
        open_ones = [row["id"] for row in found if row.get("active") or not row.get("write_date")]
        if open_ones:
            self._change("write", open_ones, {"active": False})
        return done(intent)

    def _add(self, email: str, lists: list[int]) -> None:
        """Entries that are archived, which Tryton makes none of from the start.

        They are made in the name of nobody: the address is on no list for a moment, also where this
        ends in the middle. A name by the address lets the next attempt go on with them.
        """
        nobody = f"{sha256(email.encode()).hexdigest()[:16]}@crmsync.invalid"
        begun = {row["list_"]: row["id"] for row in addresses(self._rpc, [nobody])}
        new = [{"email": nobody, "list_": one} for one in lists if one not in begun]
        made = self._change("create", new) if new else []
        self._change("write", [*begun.values(), *made], {"email": email, "active": False})

    def _change(self, method: str, *arguments: Any) -> Any:
        return self._rpc.call(
            f"model.{MODEL}.{method}", *arguments, self._rpc.context, changes=True
        )


def addresses(rpc: Rpc, emails: list[str]) -> list[Row]:
    """The entries of all lists with one of these addresses, which Tryton keeps in small letters."""
    domain: Domain = [["email", "in", [one.lower() for one in emails]]]
    fields = ["email", "list_", "active", "write_date"]
    found: list[Any] = rpc.search_read(MODEL, domain, fields)
    return found
