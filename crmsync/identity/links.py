"""Writes who belongs to which customer: links, their history, customers and their states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from crmsync.identity.assign import Claim, Claims, Cluster, assign, successors
from crmsync.identity.decisions import Decision, IdPair
from crmsync.identity.lineage import WITHDRAWN, come_home, histories, lineages, origin
from crmsync.identity.rules import rank
from crmsync.model.ref import Ref
from crmsync.store import Work
from crmsync.store import keys as key_store
from crmsync.store import links as link_store
from crmsync.store.links import CustomerRow, Event, Link, PairRow

ALONE = "alone"


@dataclass(frozen=True, slots=True)
class Reached:
    """Everybody a change touches: record ids, and of them (and others) the Refs and controllers.

    `decisions` are what was decided of them.
    """

    ids: Collection[int]
    refs: Mapping[int, Ref]
    owners: Mapping[int, str]
    decisions: Mapping[tuple[Ref, Ref], Decision]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Clusters of record ids, in the order of their first Refs; the pairs that bind them."""

    clusters: Sequence[Cluster]
    pairs: Mapping[IdPair, PairRow]


@dataclass(frozen=True, slots=True)
class _Before:
    """What stood before, and who speaks for which customer now."""

    links: dict[int, Link]
    customers: dict[str, CustomerRow]
    claims: Claims


def relink(
    work: Work,
    taken: Sequence[int],
    found: Reached,
    outcome: Outcome,
    *,
    new_id: Callable[[], str],
) -> dict[str, int]:
    """Give every cluster its customer and write what differs.

    The counts are of `taken`: taken = new + joined + kept + moved + withdrawn.
    """
    clusters = outcome.clusters
    before = _before(work, taken, found, clusters)
    names = [name or new_id() for name in assign(clusters, before.claims)]
    links = _links(clusters, names, _rules(outcome))
    heirs = successors(clusters, names, before.claims)
    changed = _write_links(work, before.links, links)
    owners = {name: found.owners[group[0]] for name, group in zip(names, clusters, strict=True)}
    changed |= _write_customers(work, before, heirs, owners)
    come_home(work, _revived(before.customers, owners))
    spoken = {links[source].customer_id for source in taken if source in links}
    work.log_customers("customer", sorted(changed | spoken))
    return _counts(taken, before.links, links)


def _revived(customers: Mapping[str, CustomerRow], alive: Iterable[str]) -> dict[str, str]:
    """The aliases that are customers of their own again, with the customer they had become."""
    merged = (name for name in alive if name in customers and customers[name].alias_of)
    return {name: _current(customers, name) for name in merged}


def _links(
    clusters: Sequence[Sequence[int]], names: Sequence[str], rules: Mapping[int, str]
) -> dict[int, Link]:
    return {
        source: Link(source, name, rules.get(source, ALONE))
        for group, name in zip(clusters, names, strict=True)
        for source in group
    }


def _rules(outcome: Outcome) -> dict[int, str]:
    """The strongest rule that binds each record to another of its cluster."""
    home = {one: place for place, group in enumerate(outcome.clusters) for one in group}
    found: dict[int, str] = {}
    for (a, b), row in outcome.pairs.items():
        if home[a] == home[b]:
            for source in (a, b):
                held = found.get(source, row.rule)
                if held == row.rule or _weakness(row.rule) < _weakness(held):
                    found[source] = row.rule
    return found


@lru_cache
def _weakness(rule: str) -> tuple[int, str]:
    return rank(rule), rule


def _before(
    work: Work, taken: Sequence[int], found: Reached, clusters: Sequence[Sequence[int]]
) -> _Before:
    links = link_store.links_of(work, sorted({*found.ids, *taken}))
    heirs = _heirs(work, sorted(set(taken) - set(found.ids)), found)
    unlinked = [source for source in (*found.ids, *heirs) if source not in links]
    last = link_store.last_customers(work, unlinked)
    customers = _load(work, {*last.values(), *(link.customer_id for link in links.values())})
    present = ((source, link.customer_id) for source, link in links.items())
    past = ((source, _current(customers, name)) for source, name in last.items())
    claims = Claims(
        list(_claims(present, heirs, found, customers)),
        list(_claims(_brought(work, last, customers), heirs, found, customers)),
        [claim for claim in _claims(past, heirs, found, customers)
         if customers[claim[1]].state == "gone"],
    )  # fmt: skip
    claims, retired = lineages(work, clusters, claims)
    return _Before(links, customers | retired, claims)


def _brought(
    work: Work, last: Mapping[int, str], customers: dict[str, CustomerRow]
) -> Iterator[Claim]:
    """For records that come back: the alias under which they had come, before a merge."""
    past = histories(work, last)
    came = {source: origin(past[source], name) for source, name in last.items()}
    customers |= _load(work, set(came.values()) - customers.keys())
    return ((source, name) for source, name in came.items() if customers[name].state == "merged")


def _heirs(work: Work, withdrawn: Sequence[int], found: Reached) -> dict[int, int]:
    """For withdrawn records: the living one that a decision holds to be the same."""
    heirs = dict[int, int]()
    gone = key_store.refs_of(work, withdrawn)
    ids = {found.refs[one]: one for one in found.ids} if gone else {}
    for source, ref in gone.items():
        tied = [
            other
            for pair, made in sorted(found.decisions.items())
            if ref in pair and made.band == "same"
            for other in pair
            if other in ids
        ]
        heirs.update({source: ids[tied[0]]} if tied else {})
    return heirs


def _claims(
    named: Iterable[Claim],
    heirs: Mapping[int, int],
    found: Reached,
    customers: Mapping[str, CustomerRow],
) -> Iterator[Claim]:
    """Each record speaks for its customer, an heir for a withdrawn one, within a controller."""
    here = set(found.ids)
    for source, name in named:
        speaker = heirs.get(source, source)
        if speaker in here and customers[name].controller == found.owners[speaker]:
            yield speaker, name


def _load(work: Work, names: Iterable[str]) -> dict[str, CustomerRow]:
    """These customers, and who they have become."""
    found: dict[str, CustomerRow] = {}
    wanted = set(names)
    while wanted:
        rows = link_store.load_customers(work, sorted(wanted))
        found |= rows
        wanted = {row.alias_of for row in rows.values() if row.alias_of} - found.keys()
    return found


def _current(customers: Mapping[str, CustomerRow], name: str) -> str:
    while alias := customers[name].alias_of:
        name = alias
    return name


def _write_links(work: Work, old: Mapping[int, Link], new: Mapping[int, Link]) -> set[str]:
    """Write links and their history; gives the customers whose set of links changed.

    Moves stand before what is new, so that `undo` tells who was there when a merge was made.
    """
    gone = sorted(old.keys() - new.keys())
    link_store.drop_links(work, gone)
    link_store.save_links(work, [link for source, link in new.items() if old.get(source) != link])
    events = [Event(source, old[source].customer_id, None, WITHDRAWN) for source in gone]
    ids = sorted(new)
    stayed = ((old[source], new[source]) for source in ids if source in old)
    events += [
        Event(was.source_id, was.customer_id, now.customer_id, now.rule)
        for was, now in stayed
        if was.customer_id != now.customer_id
    ]
    told = (new[source] for source in ids if source not in old)
    events += [Event(one.source_id, None, one.customer_id, one.rule) for one in told]
    link_store.append_events(work, events)
    names = {event.from_customer for event in events} | {event.to_customer for event in events}
    return {name for name in names if name is not None}


def _write_customers(
    work: Work, before: _Before, heirs: Mapping[str, str], owners: Mapping[str, str]
) -> set[str]:
    """Write the states of customers; gives those whose state changed."""
    rows = [CustomerRow(name, owner, "alive", None) for name, owner in owners.items()]
    left = {link.customer_id for link in before.links.values()} | heirs.keys()
    rows += [_left(before.customers, name, heirs) for name in sorted(left - owners.keys())]
    rows = [row for row in rows if before.customers.get(row.customer_id) != row]
    link_store.save_customers(work, rows)
    return {row.customer_id for row in rows}


def _left(customers: Mapping[str, CustomerRow], name: str, heirs: Mapping[str, str]) -> CustomerRow:
    """What becomes of a customer without records: an alias, or gone; an alias stays one.

    An alias whose survivor becomes an alias too is not rewritten: when that merge is taken back,
    everything is as it was.
    """
    row, heir = customers[name], heirs.get(name)
    if heir is None:
        return row._replace(state="gone") if row.state == "alive" else row
    now = _current(customers, name)
    if row.state == "merged" and heirs.get(now, now) == heir:
        return row
    return row._replace(state="merged", alias_of=heir)


def _counts(
    taken: Sequence[int], old: Mapping[int, Link], new: Mapping[int, Link]
) -> dict[str, int]:
    sizes = Counter(link.customer_id for link in new.values())
    found = Counter(_outcome(old.get(source), new.get(source), sizes) for source in taken)
    words = ("new", "joined", "kept", "moved", "withdrawn")
    return {"taken": len(taken), **{word: found[word] for word in words}}


def _outcome(old: Link | None, new: Link | None, sizes: Mapping[str, int]) -> str:
    if new is None:
        return "withdrawn"
    if old is None:
        return "joined" if sizes[new.customer_id] > 1 else "new"
    return "kept" if old.customer_id == new.customer_id else "moved"
