"""What humans and backends decided of records that a change touches."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from crmsync.model.ref import Ref
from crmsync.model.words import Band
from crmsync.store import Work
from crmsync.store import keys as key_store
from crmsync.store import links as link_store
from crmsync.store.links import DecisionRow
from crmsync.store.merges import BACKEND

IdPair = tuple[int, int]


class Decision(NamedTuple):
    """What was decided of a pair, by a human ("human") or by its backend ("backend_merge")."""

    band: Band
    rule: str
    at: str

    @property
    def turn(self) -> tuple[bool, str]:
        """Sorts the stronger last: a human above a backend, the newer above the older."""
        return self.rule == "human", self.at


@dataclass(slots=True)
class Decided:
    """Decisions by the record ids of their pairs, smaller first; those of the gone ones too."""

    made: dict[IdPair, Decision] = field(default_factory=dict)
    refs: dict[tuple[Ref, Ref], Decision] = field(default_factory=dict)

    def ask(self, work: Work, refs: Iterable[Ref]) -> set[int]:
        """Take in what was decided of these; gives both ends of every decision."""
        if not link_store.is_decided(work):
            return set()
        rows = link_store.decisions_on(work, sorted(map(str, refs)))
        rows = [row for row in rows if row.band != "review"]
        names = {Ref.parse(text) for row in rows for text in (row.a_ref, row.b_ref)}
        ids = key_store.record_ids(work, sorted(names))
        for row in rows:
            self._take(row, ids)
        return set(ids.values())

    def _take(self, row: DecisionRow, ids: dict[Ref, int]) -> None:
        a, b = Ref.parse(row.a_ref), Ref.parse(row.b_ref)
        rule = "backend_merge" if row.by.startswith(BACKEND) else "human"
        made = Decision(row.band, rule, row.at)
        self.refs[(a, b) if a < b else (b, a)] = made
        if a in ids and b in ids:
            one, other = sorted((ids[a], ids[b]))
            self.made[one, other] = made

    def among(self, alive: Collection[int], owner: dict[int, str]) -> dict[IdPair, Decision]:
        """The decisions on two living records of one controller."""
        return {
            (a, b): made
            for (a, b), made in self.made.items()
            if a in alive and b in alive and owner[a] == owner[b]
        }
