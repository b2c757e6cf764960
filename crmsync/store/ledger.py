"""What the ledger says of customers, read through the links to their source customers.

A restriction never gets lost on the way: those of records that a backend merged into one of the
customer's, and of source customers that were his and are gone, bind him too. Their grants do not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from crmsync.model.consent import STRICTNESS, ConsentEvent, Consents, State
from crmsync.model.ref import Ref
from crmsync.store import records
from crmsync.store.chain import pseudonyms
from crmsync.store.tables import (
    consent_claim,
    consent_told,
    customer,
    ledger,
    ledger_payload,
    link,
    link_event,
    record,
    source_customer,
)
from crmsync.store.work import Work


class Source(NamedTuple):
    """A source customer as the ledger needs it; `points` are (contact channel, value, raw)."""

    ref: Ref
    controller: str
    points: tuple[tuple[str, str, str], ...]


def effective_states(
    work: Work, customer_ids: Iterable[str], *, as_of: str
) -> dict[str, dict[tuple[str, str], State]]:
    """The effective states of these customers by (channel, purpose); each id has its entry.

    For channels with addresses and numbers the strict side over all of the customer's counts;
    `consents_of` answers for one of them. What is missing is unknown, and unknown is no grant.
    """
    return {
        name: {pair: consents.of(*pair) for pair in consents.pairs()}
        for name, consents in consents_of(work, customer_ids, as_of=as_of).items()
    }


def for_contact(
    work: Work, controller: str, channel: str, value: str, *, as_of: str
) -> dict[str, State]:
    """The effective states of one e-mail address or number by purpose, whoever it belongs to."""
    keys = pseudonyms(work)
    if keys is None:
        return {}
    events = _events(work, [keys.of_point(controller, value)])
    consents = Consents(as_of, tuple(event for found in events.values() for event in found))
    return {purpose: consents.of(of, purpose) for of, purpose in consents.pairs() if of == channel}


def consents_of(
    work: Work,
    customer_ids: Iterable[str],
    *,
    as_of: str,
    points: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Consents]:
    """Everything the ledger knows of these customers; each id has its entry, maybe empty.

    `points` adds addresses and numbers to look up beside those of the linked source customers.
    """
    wanted = list(dict.fromkeys(customer_ids))
    keys = pseudonyms(work)
    if keys is None:
        return {name: Consents(as_of) for name in wanted}
    own = _linked(work, wanted)
    former = _former(work, wanted, own)
    everyone = {number for group in (*own.values(), *former.values()) for number in group}
    sources = load_sources(work, everyone)
    refs = records.refs(work, everyone)
    controllers = _controllers(work, wanted)
    also = points or {}
    values = {name: {*also.get(name, ()), *_values(sources, own[name])} for name in wanted}
    asked = {
        name: _Subjects(
            {value: keys.of_point(controllers[name], value) for value in sorted(values[name])},
            [keys.of_ref(controllers[name], refs[number]) for number in own[name]],
            [keys.of_ref(controllers[name], refs[number]) for number in former[name]],
        )
        for name in wanted
        if name in controllers
    }
    events = _events(work, {subject for told in asked.values() for subject in told.every()})
    found = {name: told.consents(events, as_of) for name, told in asked.items()}
    return {name: found.get(name, Consents(as_of)) for name in wanted}


class _Subjects(NamedTuple):
    points: dict[str, str]
    own: list[str]
    former: list[str]

    def every(self) -> set[str]:
        return {*self.points.values(), *self.own, *self.former}

    def consents(self, events: dict[str, list[ConsentEvent]], as_of: str) -> Consents:
        full = sorted({*self.points.values(), *self.own})
        told = [event for subject in full for event in events.get(subject, ())]
        told += [
            event
            for subject in sorted(set(self.former) - set(full))
            for event in events.get(subject, ())
            if event.state in STRICTNESS
        ]
        return Consents(as_of, tuple(told), self.points)


def _values(sources: Mapping[int, Source], numbers: Iterable[int]) -> set[str]:
    held = (sources[number] for number in numbers if number in sources)
    return {value for source in held for _, value, _ in source.points if value}


def _controllers(work: Work, customer_ids: Sequence[str]) -> dict[str, str]:
    statement = sa.select(customer.c.customer_id, customer.c.controller)
    return dict(map(tuple, work.all_in(statement, customer.c.customer_id, customer_ids)))


def _linked(work: Work, customer_ids: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {name: [] for name in customer_ids}
    statement = sa.select(link.c.customer_id, link.c.source_id)
    for row in work.all_in(statement, link.c.customer_id, customer_ids):
        found[row.customer_id].append(row.source_id)
    return found


def _former(
    work: Work, customer_ids: Sequence[str], own: dict[str, list[int]]
) -> dict[str, set[int]]:
    """Record ids merged by a backend into the customers' own, and source customers now gone.

    A merged record that is linked to another customer is his: a human took the merge back.
    """
    found = _gone(work, _names(work, customer_ids))
    owner = {number: name for name, numbers in own.items() for number in numbers}
    level = dict(owner)
    while level:
        rows = work.all_in(
            sa.select(record.c.id, record.c.merged_into), record.c.merged_into, level
        )
        away = customers_of(work, [row.id for row in rows]).keys() | owner.keys()
        level = {row.id: level[row.merged_into] for row in rows if row.id not in away}
        owner |= level
        for number, name in level.items():
            found[name].add(number)
    return {name: numbers - set(own[name]) for name, numbers in found.items()}


def _names(work: Work, customer_ids: Sequence[str]) -> dict[str, str]:
    """The customers' ids and those of customers merged into them, each with the survivor."""
    found = {name: name for name in customer_ids}
    level = found
    while level:
        statement = sa.select(customer.c.customer_id, customer.c.alias_of)
        rows = work.all_in(statement, customer.c.alias_of, level)
        level = {
            row.customer_id: found[row.alias_of] for row in rows if row.customer_id not in found
        }
        found = {**found, **level}
    return found


def _gone(work: Work, names: Mapping[str, str]) -> dict[str, set[int]]:
    """Source customers that left one of these customers for nowhere and are linked nowhere now."""
    statement = (
        sa.select(link_event.c.from_customer, link_event.c.source_id)
        .outerjoin(link, link.c.source_id == link_event.c.source_id)
        .where(link_event.c.to_customer.is_(None), link.c.source_id.is_(None))
    )
    found: dict[str, set[int]] = {name: set() for name in names.values()}
    for row in work.all_in(statement, link_event.c.from_customer, names):
        found[names[row.from_customer]].add(row.source_id)
    return found


def _events(work: Work, subjects: Iterable[str]) -> dict[str, list[ConsentEvent]]:
    joined = sa.outerjoin(ledger, ledger_payload, ledger.c.seq == ledger_payload.c.seq)
    columns = (ledger.c.subject, ledger.c.channel, ledger.c.purpose, ledger.c.state,
               ledger.c.basis, ledger.c.at, ledger.c.recorded_at, ledger.c.origin,
               ledger.c.expires_on, ledger_payload.c.payload)  # fmt: skip
    statement = sa.select(*columns).select_from(joined)
    found: dict[str, list[ConsentEvent]] = defaultdict(list)
    for row in work.all_in(statement, ledger.c.subject, sorted(subjects)):
        found[row.subject].append(_event(row))
    return found


def _event(row: Any) -> ConsentEvent:
    evidence = orjson.loads(row.payload).get("evidence", "") if row.payload else ""
    return ConsentEvent(
        row.subject, row.channel, row.purpose, row.state, row.basis, row.at, row.recorded_at,
        row.origin, evidence, row.expires_on,
    )  # fmt: skip


def load_sources(work: Work, source_ids: Iterable[int]) -> dict[int, Source]:
    """These source customers, those of them that are there."""
    statement = sa.select(
        source_customer.c.record_id, source_customer.c.controller, source_customer.c.doc
    )
    rows = work.all_in(statement, source_customer.c.record_id, source_ids)
    refs = records.refs(work, [row.record_id for row in rows])
    return {
        row.record_id: Source(refs[row.record_id], row.controller, _points(row.doc))
        for row in rows
        if row.record_id in refs
    }


def _points(doc: str) -> tuple[tuple[str, str, str], ...]:
    contacts = orjson.loads(doc).get("contacts", ())
    return tuple((point["channel"], point["value"], point.get("raw", "")) for point in contacts)


def load_claims(work: Work, source_ids: Iterable[int]) -> dict[int, list[Any]]:
    """The consent claims of these source customers, in a fixed order."""
    found: dict[int, list[Any]] = defaultdict(list)
    for row in work.all_in(sa.select(consent_claim), consent_claim.c.source_id, source_ids):
        found[row.source_id].append(row)
    return found


def load_told(work: Work, source_ids: Iterable[int]) -> dict[int, list[str]]:
    """What these source customers' claims said the last time."""
    rows = work.all_in(sa.select(consent_told), consent_told.c.source_id, source_ids)
    return {row.source_id: orjson.loads(row.told) for row in rows}


def save_told(work: Work, told: dict[int, list[str]]) -> None:
    """Remember what these source customers' claims say now."""
    rows = [(number, orjson.dumps(said).decode()) for number, said in sorted(told.items())]
    work.upsert(consent_told, rows)


def customers_of(work: Work, source_ids: Iterable[int]) -> dict[int, str]:
    """The customer of each source customer that is linked."""
    statement = sa.select(link.c.source_id, link.c.customer_id)
    return dict(map(tuple, work.all_in(statement, link.c.source_id, source_ids)))


def sources_of_customer(work: Work, customer_id: str) -> list[Source]:
    """The source customers linked to a customer, by Ref."""
    linked = _linked(work, [customer_id])[customer_id]
    return sorted(load_sources(work, linked).values(), key=lambda source: source.ref)
