"""Whatever the order of syncs, merges, partings and replays: nobody may be contacted who may not.

A model beside the ledger remembers, for each person, the newest restriction and the newest proven
consent that was told. (The replay of listmonk #2192, Mautic #11679 and Klaviyo's bulk subscribe.)
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from crmsync.outreach.ledger import LedgerFeed
from crmsync.store import Change, open_store
from crmsync.store.chain import verify
from tests.outreach.conftest import AS_OF, Filler

DAYS = [f"2026-0{month}-15T10:00:00Z" for month in range(1, 9)]
SOURCES = ("crm/customers/1", "shop/customers/9", "news/subscribers/5")
ADDRESS = "kaethe@example.org"


class Syncs(RuleBasedStateMachine):
    """Three systems tell of one address; links move; a human grants now and then."""

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.store = open_store(f"sqlite:///{Path(self.folder.name) / 's.db'}")
        self.fill = Filler(self.store)
        someone = self.fill.person(email=ADDRESS)
        self.sources = [
            self.fill.source(ref, someone, f"c{number}") for number, ref in enumerate(SOURCES)
        ]
        self.claims = [self.fill.claim(source, "email", "unknown") for source in self.sources]
        self.restricted: list[str] = []
        self.proofs: dict[str, str] = {}

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    def tell(self, number: int, state: str, **more: Any) -> None:
        source = self.sources[number]
        self.fill.claim(source, "email", state, record_id=self.claims[number], **more)
        self.fill.take(source)

    @rule(number=st.integers(0, 2), state=st.sampled_from(["withdrawn", "objected", "denied"]),
          at=st.sampled_from(DAYS), named=st.booleans())  # fmt: skip
    def restrict(self, number: int, state: str, at: str, named: bool) -> None:
        self.tell(number, state, at=at, contact=ADDRESS if named else "")
        self.restricted.append(at)

    @rule(number=st.integers(0, 2), at=st.sampled_from([None, *DAYS]),
          proof=st.sampled_from(["", "doi:1", "doi:2", "doi:3"]))  # fmt: skip
    def overwrite_with_a_grant(self, number: int, at: str | None, proof: str) -> None:
        self.tell(number, "granted", at=at, evidence=proof, contact=ADDRESS)
        if proof:
            self.proofs[proof] = min(at or "", self.proofs.get(proof, at or ""))

    @rule(number=st.integers(0, 2))
    def forget(self, number: int) -> None:
        self.tell(number, "unknown")

    @rule(number=st.integers(0, 2), to=st.integers(0, 2))
    def link(self, number: int, to: int) -> None:
        self.fill.link(self.sources[number], f"c{to}")
        with self.store.work() as work:
            LedgerFeed().take(work, [Change(1, "customer", None, f"c{to}")], as_of=AS_OF)

    @rule(number=st.integers(0, 2))
    def replay(self, number: int) -> None:
        before = self.fill.entries()
        self.fill.take(self.sources[number], as_of="2026-12-24")
        assert self.fill.entries() == before

    @precondition(lambda self: self.restricted)
    @invariant()
    def only_a_newer_proof_lifts(self) -> None:
        allowed = [
            name
            for name in ("c0", "c1", "c2")
            if self.fill.state(name, "email", contact=ADDRESS) == "granted"
        ]
        newer = [proof for proof, at in self.proofs.items() if at > max(self.restricted)]
        assert not allowed or newer

    @invariant()
    def without_proof_nothing_is_granted(self) -> None:
        if not self.proofs:
            assert self.fill.state("c0", "email", contact=ADDRESS) != "granted"

    @invariant()
    def the_chain_holds(self) -> None:
        with self.store.read() as work:
            assert verify(work) is None


Syncs.TestCase.settings = settings(
    max_examples=40, stateful_step_count=12, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
TestSyncs = Syncs.TestCase
