"""The days on which the calendar alone changes a card: coming of age, the end of a consent."""

from __future__ import annotations

from datetime import date, timedelta

from crmsync.model.customer import SourceCustomer
from crmsync.till.gate import CHANNEL, Standings
from crmsync.till.greeting import ADULT, minor
from crmsync.till.phrases import anniversary

ADULT_FROM, CONSENT_OVER = "till_adult", "till_consent"
REASONS = (ADULT_FROM, CONSENT_OVER)


def waking_days(customer: SourceCustomer, standings: Standings, *, as_of: str) -> dict[str, str]:
    """The days behind `as_of` on which this customer's card must be made again, by reason."""
    found = {}
    if minor(customer, as_of=as_of):
        found[ADULT_FROM] = anniversary(customer.birth_date, ADULT)
    ends = [
        standing.expires_on
        for (channel, _), standing in standings.items()
        if channel == CHANNEL and standing.consented and standing.expires_on
    ]
    if ends:
        last = date.fromisoformat(min(ends)[:10])
        found[CONSENT_OVER] = (last + timedelta(days=1)).isoformat()
    return found
