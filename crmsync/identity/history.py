"""The history of a customer: which record came and went, by which rule, and who decided what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from crmsync.identity.lineage import WITHDRAWN, histories
from crmsync.identity.links import ALONE
from crmsync.identity.rules import HOUSE, RULES, Said, say
from crmsync.model.ids import stamp_of
from crmsync.model.ref import Ref
from crmsync.store import Work, decisions
from crmsync.store import keys as key_store
from crmsync.store import links as link_store
from crmsync.store.decisions import PastDecision
from crmsync.store.links import PastEvent
from crmsync.store.merges import BACKEND

Kind = Literal["came", "joined", "parted", "moved", "withdrawn", "same", "apart", "review"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened to a customer.

    `kind`: a record came new, joined from the customer `other` (a merge when that one became an
    alias), parted towards `other` (a split), moved between two ids that are this customer, or was
    withdrawn; or it was decided that `record` and the record `other` are the same, apart, or for
    the rules to judge again (review). `rule` is a word of `rules.RULES`, or "alone". `by` and
    `note` belong to decisions. `at` is a UTC stamp, '' where unknown. `de` and `en` say it.
    """

    at: str
    kind: Kind
    record: str
    other: str
    rule: str
    by: str
    note: str
    de: str
    en: str


@dataclass(frozen=True, slots=True)
class History:
    """A customer's history, the oldest first; `aliases` are ids that have become this one."""

    customer_id: str
    aliases: tuple[str, ...]
    entries: tuple[Entry, ...]


_SAYINGS: dict[Kind, Said] = {
    "came": Said("{record} kam dazu", "{record} came"),
    "joined": Said("{record} kam von {other}", "{record} came from {other}"),
    "parted": Said("{record} ging zu {other}", "{record} went to {other}"),
    "moved": Said("{record} kam von der Kennung {other}", "{record} came from the id {other}"),
    "withdrawn": Said("{record} wurde zurückgezogen", "{record} was withdrawn"),
    "same": Said(
        "entschieden: {record} und {other} sind derselbe Kunde",
        "decided: {record} and {other} are the same customer",
    ),
    "apart": Said(
        "entschieden: {record} und {other} sind verschiedene Kunden",
        "decided: {record} and {other} are different customers",
    ),
    "review": Said(
        "Entscheidung über {record} und {other} zurückgenommen",
        "decision on {record} and {other} taken back",
    ),
}
_ALONE = Said("niemand sonst ist derselbe", "nobody else is the same")
_BY = Said("von", "by")


def history(work: Work, customer_id: str) -> History:
    """Everything that happened to this customer and to the ids that have become it."""
    names = {customer_id, *link_store.families(work, [customer_id])}
    past = histories(work, link_store.ever_linked(work, names))
    refs = key_store.refs_of(work, past)
    told = [(stamp_of(event.run_id), event.seq, _linked(event, names, refs))
            for events in past.values() for event in events
            if names & {event.from_customer, event.to_customer}]  # fmt: skip
    told += [
        (one.at or stamp_of(one.run_id), one.seq, _decided(one))
        for one in decisions.past(work, sorted(str(ref) for ref in refs.values()))
    ]
    told.sort(key=lambda one: one[:2])
    aliases = tuple(sorted(names - {customer_id}))
    return History(customer_id, aliases, tuple(entry for _, _, entry in told))


def _linked(event: PastEvent, names: set[str], refs: Mapping[int, Ref]) -> Entry:
    kind, other = _move(event, names)
    rule = "" if event.rule == WITHDRAWN else event.rule
    at = stamp_of(event.run_id)
    return _entry(at, kind, str(refs[event.source_id]), other, rule=rule)


def _move(event: PastEvent, names: set[str]) -> tuple[Kind, str]:
    before, after = event.from_customer, event.to_customer
    if after is None:
        return "withdrawn", before or ""
    if before is None:
        return "came", ""
    if after not in names:
        return "parted", after
    return ("moved" if before in names else "joined"), before


def _decided(one: PastDecision) -> Entry:
    by = one.by.removeprefix(BACKEND)
    at = one.at or stamp_of(one.run_id)
    return _entry(at, one.band, one.a_ref, one.b_ref, by=by, note=one.note)


def _entry(
    at: str, kind: Kind, record: str, other: str, *, rule: str = "", by: str = "", note: str = ""
) -> Entry:
    known = rule in RULES or rule.startswith(HOUSE)
    reason = _ALONE if rule == ALONE else say(rule) if known else None
    said = (
        "".join(_parts(template, about, word, record, other, by, note))
        for template, about, word in zip(_SAYINGS[kind], reason or ("", ""), _BY, strict=True)
    )
    return Entry(at, kind, record, other, rule, by, note, *said)


def _parts(
    template: str, about: str, word: str, record: str, other: str, by: str, note: str
) -> Iterator[str]:
    yield template.format(record=record, other=other)
    yield f" ({about})" if about else ""
    yield f", {word} {by}" if by else ""
    yield f": {note}" if note else ""
