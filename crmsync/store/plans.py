"""What outreach asks the store: the audiences of plays, and the customers' circumstances.

An audience is a query over profile, habits and facts as of a day; it gives one candidate per
customer and occasion, ordered by the occasion, never by ids of the store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import orjson
import sqlalchemy as sa

from crmsync.model.customer import Profile
from crmsync.model.document import read_document
from crmsync.model.play import Candidate, Fact
from crmsync.store.tables import (
    delivery,
    habit,
    interaction,
    link,
    orders,
    profile,
    record,
    stream,
)
from crmsync.store.waiting import waiting_rows
from crmsync.store.work import Work

LATE_DAYS = 30
"""How long after the delay an apology still makes sense."""

FIRST_ORDER_DAYS = (3, 14)
"""The days after a first order in which a follow-up is welcome, both included."""

SILENT_DAYS = 365
"""After a year of silence a win-back is a cold start, not a play."""


def load_profiles(work: Work, customer_ids: Iterable[str]) -> dict[str, Profile]:
    """The golden profiles of these customers, those that have one."""
    statement = sa.select(profile.c.customer_id, profile.c.doc)
    rows = work.all_in(statement, profile.c.customer_id, customer_ids)
    return {row.customer_id: read_document(Profile, row.doc) for row in rows}


@dataclass(frozen=True, slots=True)
class Past:
    """What lies open or happened lately: complaints not answered, campaign contacts counted."""

    open_complaints: int = 0
    recent_contacts: int = 0


def load_past(work: Work, customer_ids: Iterable[str], *, as_of: str, days: int) -> dict[str, Past]:
    """Each customer's open complaints, and campaign contacts of the last `days` days."""
    names = list(customer_ids)
    since = _minus(as_of, days)
    complaints = Counter(
        row[0] for row in waiting_rows(work, names) if row[1] == "complaint" and _open(row, as_of)
    )
    reached = sa.select(link.c.customer_id).join_from(
        link, interaction, interaction.c.source_id == link.c.source_id
    )
    i = interaction.c
    lately = reached.where(
        i.kind == "campaign", i.direction == "out", i.day > since, i.day <= as_of
    )
    contacts = Counter(row[0] for row in work.all_in(lately, link.c.customer_id, names))
    return {name: Past(complaints[name], contacts[name]) for name in names}


def _open(row: Sequence[Any], as_of: str) -> bool:
    """Whether a row of what may wait was told by this day and still waits on it."""
    _, _, status, _, _, day, _, resolved_on = row
    return status != "done" and day <= as_of and (resolved_on is None or resolved_on > as_of)


def late_deliveries(work: Work, as_of: str) -> list[Candidate]:
    """Orders that came after the promised day, or should have come and are still open.

    Where a backend knows only the day of shipping, that day must already be too late. What is
    fetched by the customer is never late. One candidate an order: its worst delivery.
    """
    found: dict[tuple[str, str], tuple[tuple[Any, ...], Candidate]] = {}
    for row in work.all(_promised(as_of)):
        delay = _delay(row, as_of)
        if delay is None:
            continue
        reference = f"{row.connection}/{row.stream}/{row.external_id}"
        facts = {**_order_facts(row, reference), **delay}
        place = (-int(delay["days_late"]), reference, row.part)
        key = (row.customer_id, f"order:{row.number or reference}")
        if key not in found or place < found[key][0]:
            found[key] = (place, Candidate(*key, facts, contract=True))
    return [candidate for _, candidate in sorted(found.values(), key=lambda pair: pair[0][1:])]


def _promised(as_of: str) -> sa.Select[*tuple[Any, ...]]:
    """Deliveries of living orders whose promised day is over, with their customer."""
    who = sa.func.coalesce(delivery.c.source_id, orders.c.source_id)
    sold = sa.and_(orders.c.record_id == delivery.c.order_record_id, orders.c.kind == "sale")
    return (
        sa.select(
            link.c.customer_id, stream.c.connection, stream.c.name.label("stream"),
            record.c.external_id, delivery.c.part, orders.c.number, orders.c.day,
            orders.c.status, delivery.c.promised_on, delivery.c.shipped_on,
            delivery.c.delivered_on, delivery.c.evidence,
        )
        .join_from(delivery, orders, sold)
        .join(link, link.c.source_id == who)
        .join(record, record.c.id == orders.c.record_id)
        .join(stream, stream.c.id == record.c.stream_id)
        .where(
            delivery.c.promised_on < as_of,
            delivery.c.method != "pickup",
            orders.c.counts,
            orders.c.status.not_in(("draft", "cancelled")),
        )
    )  # fmt: skip


def _order_facts(row: Any, reference: str) -> dict[str, Fact]:
    return {
        "order": reference,
        "order_number": row.number,
        "ordered_on": row.day,
        "promised_on": row.promised_on,
        "shipped_on": row.shipped_on or "",
        "delivered_on": row.delivered_on or "",
        "evidence": row.evidence,
    }


def _delay(row: Any, as_of: str) -> dict[str, Fact] | None:
    """The kind of delay and its days, None when it was on time, is too old, or cannot be said."""
    if row.delivered_on is not None:
        case, day = "delivered_late", row.delivered_on
    elif row.evidence == "ship_date_only" and row.shipped_on is not None:
        case, day = "shipped_late", row.shipped_on
    elif row.status == "open":
        case, day = "overdue", as_of
    else:
        return None
    since = row.promised_on if case == "overdue" else day
    if not row.promised_on < day <= as_of or since < _minus(as_of, LATE_DAYS):
        return None
    return {"case": case, "days_late": _days(row.promised_on, day)}


def first_orders(work: Work, as_of: str) -> list[Candidate]:
    """Customers whose only order lies some days back."""
    first, last = _minus(as_of, FIRST_ORDER_DAYS[1]), _minus(as_of, FIRST_ORDER_DAYS[0])
    statement = sa.select(habit.c.customer_id, habit.c.last_order_on).where(
        habit.c.orders == 1, habit.c.last_order_on.between(first, last)
    )
    return [
        Candidate(row.customer_id, f"first:{row.last_order_on}", {"ordered_on": row.last_order_on})
        for row in work.all(statement)
    ]


def silent_regulars(work: Work, as_of: str) -> list[Candidate]:
    """Regulars who have been silent longer than their own rhythm (habit `at_risk`: silent)."""
    statement = sa.select(habit.c.customer_id, habit.c.last_order_on, habit.c.doc).where(
        habit.c.orders > 1, habit.c.last_order_on.between(_minus(as_of, SILENT_DAYS), as_of)
    )
    found = []
    for row in work.all(statement):
        doc = orjson.loads(row.doc)
        if not _is_silent(doc, as_of):
            continue
        facts: dict[str, Fact] = {
            "last_order_on": row.last_order_on,
            "silent_days": _days(row.last_order_on, as_of),
            "cadence_days": round(doc.get("cadence_days") or 0),
        }
        found.append(Candidate(row.customer_id, f"silent:{row.last_order_on}", facts))
    return found


def _is_silent(habits: Mapping[str, Any], as_of: str) -> bool:
    """Silent when the habits were counted, or since: `at_risk_from` is then the day."""
    risks = habits.get("at_risk") or ()
    begins = habits.get("at_risk_from")
    return "silent" in risks or (not risks and begins is not None and begins <= as_of)


Audience = Callable[[Work, str], list[Candidate]]

AUDIENCES: Mapping[str, Audience] = {
    "late-deliveries": late_deliveries,
    "first-orders": first_orders,
    "silent-regulars": silent_regulars,
}
"""Every query a play may name."""


def _minus(day: str, days: int) -> str:
    return (date.fromisoformat(day) - timedelta(days=days)).isoformat()


def _days(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days
