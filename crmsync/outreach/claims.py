"""Reads what a backend claims about consents: which claims are news, and what they mean."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from crmsync.model.consent import POINT_CHANNELS, STRICTNESS, SYNC
from crmsync.store.chain import Entry, Pseudonyms
from crmsync.store.ledger import Source

CARRIERS: Mapping[str, frozenset[str]] = {
    "email": frozenset({"email"}),
    "phone": frozenset({"phone", "mobile"}),
    "sms": frozenset({"phone", "mobile"}),
    "messenger": frozenset({"phone", "mobile"}),
    "fax": frozenset({"fax"}),
}
"""Which contact points a claim for a whole channel means."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads the claims of one source customer against what it claimed the last time."""

    source: Source
    keys: Pseudonyms
    as_of: str
    before: tuple[str, ...]

    def entries(self, claims: Iterable[Any]) -> tuple[list[Entry], list[str]]:
        """The entries that are news, and the marks of everything that weighs something."""
        known = {mark.partition(":")[0] for mark in self.before}
        marks: set[str] = set()
        news: list[Entry] = []
        for claim in sorted(claims, key=_order):
            digest = _digest(claim)
            moved = claim.state == "granted" and digest in known
            subjects = self._subjects(claim)
            if not subjects and _weighs(claim):
                marks.add(f"{digest}:")
            for subject, value in subjects:
                mark = f"{digest}:{subject[:16]}"
                # A grant told before for another address was not given for this one.
                if mark not in marks and mark not in self.before and not moved:
                    news.append(self._entry(claim, subject, value))
                marks.add(mark)
        return news, sorted(marks)

    def _subjects(self, claim: Any) -> list[tuple[str, str]]:
        if not _weighs(claim):
            return []
        person = (self.keys.of_ref(self.source.controller, self.source.ref), "")
        if claim.channel not in POINT_CHANNELS:
            return [person]
        values = self._values(claim)
        found = [(self.keys.of_point(self.source.controller, value), value) for value in values]
        whole = not claim.contact and claim.state in STRICTNESS
        return [*found, person] if whole else found

    def _values(self, claim: Any) -> list[str]:
        if claim.contact:
            named = claim.contact.strip().casefold()
            same = [value for _, value, raw in self.source.points
                    if value and named in (value.casefold(), raw.strip().casefold())]  # fmt: skip
            return sorted(set(same)) or [claim.contact.strip()]
        carriers = CARRIERS[claim.channel]
        return sorted({value for kind, value, _ in self.source.points if kind in carriers if value})

    def _entry(self, claim: Any, subject: str, value: str) -> Entry:
        payload = {
            "contact": value,
            "ref": str(self.source.ref),
            "evidence": claim.evidence,
            "source": claim.origin,
        }
        return Entry(
            subject, claim.channel, claim.purpose, self.source.controller, claim.state,
            claim.basis, claim.at or "", self.as_of, SYNC, claim.expires_on,
            {name: said for name, said in payload.items() if said},
        )  # fmt: skip


def _weighs(claim: Any) -> bool:
    if claim.state == "granted":
        return bool(claim.evidence)
    return claim.state == "pending" or claim.state in STRICTNESS


def _order(claim: Any) -> tuple[str, ...]:
    return (
        claim.channel,
        claim.purpose,
        claim.at or "",
        claim.state,
        claim.contact,
        claim.evidence,
    )


def _digest(claim: Any) -> str:
    """What a claim says, whichever address it is told for."""
    said = [claim.channel, claim.purpose, claim.state, claim.at, claim.basis, claim.origin,
            claim.evidence, claim.expires_on]  # fmt: skip
    return hashlib.sha256(orjson.dumps(said)).hexdigest()[:16]
