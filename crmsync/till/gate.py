"""The basis gate: nobody has a card without a provable basis, and an objection always wins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from crmsync.model.customer import SourceCustomer
from crmsync.store import Work
from crmsync.till.settings import TillSettings

CHANNEL = "till_greeting"
PURPOSES = frozenset({"greeting", "profiling"})
"""Whoever objects to one of these, on whichever channel, has no card (DSGVO Art. 21)."""


class Standing(Protocol):
    """What the ledger says of one channel and purpose."""

    @property
    def consented(self) -> bool:
        """A consent, with evidence, in force."""

    @property
    def restricted(self) -> bool:
        """The customer forbids it."""

    @property
    def expires_on(self) -> str | None:
        """The last day of a consent, None for one without end."""


Standings = Mapping[tuple[str, str], Standing]
"""The effective states of a customer by (channel, purpose)."""


class Ledger(Protocol):
    """Gives the effective states of customers on a day: `store.ledger.effective_states`."""

    def __call__(
        self, work: Work, customer_ids: Iterable[str], *, as_of: str
    ) -> Mapping[str, Standings]: ...


def may_have_card(customer: SourceCustomer, standings: Standings, settings: TillSettings) -> bool:
    """Whether the customer may have a card at all.

    Not the deceased, not the blocked (DSGVO Art. 18), nobody who objected; the others on the
    controller's basis.
    """
    if customer.deceased or customer.blocked or _objects(standings):
        return False
    if settings.basis == "consent":
        return any(of.consented for pair, of in standings.items() if pair[0] == CHANNEL)
    if settings.basis == "contract":
        return bool(customer.loyalty_card)
    return True


def _objects(standings: Standings) -> bool:
    return any(
        standing.restricted
        for (channel, purpose), standing in standings.items()
        if channel == CHANNEL or purpose in PURPOSES
    )
