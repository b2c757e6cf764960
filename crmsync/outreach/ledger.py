"""Writes the ledger: from the claims of a sync, and from what customers tell us directly.

A sync may only restrict. What a backend claims becomes an entry only when it is news and weighs
something: a restriction, a grant with evidence, a pending double opt-in. Whether it counts, the
fold decides (model/consent.py).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crmsync.errors import RecordError
from crmsync.model.consent import POINT_CHANNELS, Consents
from crmsync.model.ref import Ref
from crmsync.outreach.claims import CARRIERS, Reading
from crmsync.store import Change, Work
from crmsync.store import ledger as stored
from crmsync.store.chain import Entry, Pseudonyms, TokenBytes, append, make_pseudonyms
from crmsync.store.habits import set_due
from crmsync.store.ledger import Source

DIRECT = ("form", "till", "call", "letter", "human")
"""How a customer tells us directly."""


EXPIRES = "consent_expires"
"""The reason of a due day on which a consent ends."""


class LedgerFeed:
    """The feed that turns consent claims into ledger entries, before the feeds that use them."""

    name = "ledger"
    topics: tuple[str, ...] = ("consents", "customer", "due")
    order = 10

    def __init__(self, token_bytes: TokenBytes = secrets.token_bytes) -> None:
        self._token_bytes = token_bytes

    def take(self, work: Work, changes: Sequence[Change], *, as_of: str) -> Mapping[str, int]:
        """Append what is new; counts of changes: taken = recorded + moved + unchanged.

        Told again unchanged, nothing is appended. Logs "ledger" for every customer whose
        consents may be different now: by an entry, by a change of links, or by their expiry,
        whose day is kept among the due days.
        """
        sources = [change.record_id for change in changes if change.record_id is not None]
        recorded = _record_claims(work, sources, as_of=as_of, token_bytes=self._token_bytes)
        named = {change.customer_id for change in changes if change.customer_id}
        told = set(stored.customers_of(work, recorded).values())
        found = stored.consents_of(work, sorted(named | told), as_of=as_of)
        moved = {name for name in named if found[name].events}
        work.log_customers("ledger", sorted(moved | told))
        set_due(work, {name: _due(consents) for name, consents in found.items()}, reasons=[EXPIRES])
        return {
            "taken": len(changes),
            "recorded": len(recorded),
            "moved": len(moved),
            "unchanged": len(changes) - len(recorded) - len(moved),
        }


def _due(consents: Consents) -> dict[str, str]:
    day = consents.next_expiry()
    return {EXPIRES: day} if day else {}


def _record_claims(
    work: Work, source_ids: Sequence[int], *, as_of: str, token_bytes: TokenBytes
) -> list[int]:
    """Append what these source customers newly claim; gives those that brought an entry."""
    sources = stored.load_sources(work, source_ids)
    claims = stored.load_claims(work, sources)
    before = stored.load_told(work, sources)
    if not claims and not before:
        return []
    keys = make_pseudonyms(work, token_bytes)
    entries: dict[int, list[Entry]] = {}
    now: dict[int, list[str]] = {}
    for number in sorted(sources, key=lambda one: sources[one].ref):
        reading = Reading(sources[number], keys, as_of, tuple(before.get(number, ())))
        entries[number], now[number] = reading.entries(claims.get(number, ()))
    append(work, [one for told in entries.values() for one in told], token_bytes=token_bytes)
    stored.save_told(work, {n: told for n, told in now.items() if told != before.get(n, [])})
    return [number for number, told in entries.items() if told]


@dataclass(frozen=True, slots=True)
class Statement:
    """What a customer told us directly: at the till, on a form, by phone, by letter.

    `contact` is the e-mail address or number it is about ("" for all of the channel); `at` its
    UTC stamp or day; `evidence` names the proof (text version, form, clerk, message id).
    """

    channel: str
    purpose: str
    state: str
    origin: str
    at: str
    contact: str = ""
    basis: str = "consent"
    evidence: str = ""
    expires_on: str | None = None


def record(
    work: Work,
    customer_id: str,
    statement: Statement,
    *,
    as_of: str,
    token_bytes: TokenBytes = secrets.token_bytes,
) -> range:
    """Append what a customer told us; gives the numbers of the entries.

    A restriction binds all of the customer's source customers, so that parting them loses
    nothing; a grant binds one address, or the first Ref. RecordError for a grant without
    evidence or, on a channel with addresses, without its address; and for an unknown customer.
    """
    _check(statement)
    sources = stored.sources_of_customer(work, customer_id)
    if not sources:
        raise RecordError("no such customer, or nothing is linked to it", field="customer_id")
    keys = make_pseudonyms(work, token_bytes)
    entries = [
        _direct_entry(statement, source.controller, source.ref, subject, value, as_of)
        for source, subject, value in _targets(statement, sources, keys)
    ]
    work.log_customers("ledger", [customer_id])
    return append(work, entries, token_bytes=token_bytes)


def _check(statement: Statement) -> None:
    if statement.origin not in DIRECT:
        raise RecordError(f"must be one of {', '.join(DIRECT)}", field="origin")
    if statement.state != "granted":
        return
    if not statement.evidence:
        raise RecordError("a grant needs its evidence", field="evidence")
    if statement.channel in POINT_CHANNELS and not statement.contact:
        raise RecordError("a grant belongs to one address or number", field="contact")


def _targets(
    statement: Statement, sources: Sequence[Source], keys: Pseudonyms
) -> list[tuple[Source, str, str]]:
    first = sources[0]
    if statement.contact:
        subject = keys.of_point(first.controller, statement.contact)
        return [(first, subject, statement.contact)]
    people = [(one, keys.of_ref(one.controller, one.ref), "") for one in sources]
    if statement.state == "granted":
        return people[:1]
    kinds = CARRIERS.get(statement.channel, frozenset())
    points = {
        value: (one, keys.of_point(one.controller, value), value)
        for one in sources
        for kind, value, _ in one.points
        if kind in kinds and value
    }
    return [*people, *points.values()]


def _direct_entry(
    statement: Statement, controller: str, ref: Ref, subject: str, value: str, as_of: str
) -> Entry:
    payload = {"contact": value, "ref": str(ref), "evidence": statement.evidence}
    return Entry(
        subject, statement.channel, statement.purpose, controller, statement.state,
        statement.basis, statement.at, as_of, statement.origin, statement.expires_on,
        {name: said for name, said in payload.items() if said},
    )  # fmt: skip
