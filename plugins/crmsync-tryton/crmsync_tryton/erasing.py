"""Erases a party with Tryton's own wizard, which also erases its history and its attachments."""

from __future__ import annotations

from crmsync.model.intent import Intent, Result, done, refused
from crmsync_tryton.consents import MODEL, addresses
from crmsync_tryton.faults import Missing, Refused
from crmsync_tryton.rpc import Row, Rpc

PARTY = "party.party"
WIZARD = "wizard.party.erase"
FIELDS = ["name", "active", "contact_mechanisms.type", "contact_mechanisms.value"]
PENDING = "Tryton erases nobody with pending sales, shipments or invoices"
FORBIDDEN = "the user may not erase parties"


def erase(rpc: Rpc, intent: Intent) -> Result:
    """The result; who is gone or was erased already is done.

    The wizard takes archived parties only. One that it refuses is brought back.
    """
    identity = int(intent.external_id or 0)
    rows = rpc.search_read(PARTY, [["id", "=", identity]], FIELDS)
    if not rows or _is_erased(rows[0]):
        _leave_lists(rpc, intent, {})
        return done(intent)
    try:
        session, *_ = rpc.call(f"{WIZARD}.create", rpc.context, changes=True)
    except Refused:
        return refused(intent, FORBIDDEN)
    try:
        return _with_wizard(rpc, intent, rows[0], int(session))
    finally:
        rpc.call(f"{WIZARD}.delete", session, rpc.context, changes=True)


def _is_erased(row: Row) -> bool:
    return not row.get("active") and not row.get("name")


def _with_wizard(rpc: Rpc, intent: Intent, row: Row, session: int) -> Result:
    identity, was_there = row["id"], bool(row.get("active"))
    if was_there:
        _activate(rpc, identity, active=False)
    try:
        data = {"ask": {"party": identity}}
        rpc.call(f"{WIZARD}.execute", session, data, "erase", rpc.context, changes=True)
    except Refused:
        if was_there:
            _activate(rpc, identity, active=True)
        return refused(intent, PENDING)
    _leave_lists(rpc, intent, row)
    return done(intent)


def _activate(rpc: Rpc, identity: int, *, active: bool) -> None:
    values = {"active": active}
    rpc.call(f"model.{PARTY}.write", [identity], values, rpc.context, changes=True)


def _leave_lists(rpc: Rpc, intent: Intent, row: Row) -> None:
    """The wizard does not know the mailing lists; whoever it refuses stays on them as he was."""
    emails = [str(one.get("value")) for one in row.get("contact_mechanisms.") or ()
              if one.get("type") == "email"]  # fmt: skip
    if intent.whole.get("contacts.email"):
        emails.append(str(intent.whole["contacts.email"]))
    try:
        ids = [one["id"] for one in addresses(rpc, emails)] if emails else []
        if ids:
            rpc.call(f"model.{MODEL}.delete", ids, rpc.context, changes=True)
    except (Missing, Refused):
        return
