"""Which source customers a change touches: those it shares keys with, and so on to the end.

Clusters never reach beyond records connected by live keys or decisions, so whatever lies outside
the connected whole of a change stays as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from crmsync.identity.cluster import Decision, Pair, ordered
from crmsync.identity.keys import HOUSEHOLD, Census, household_keys, strong_keys
from crmsync.identity.traits import Traits, traits
from crmsync.model.customer import SourceCustomer
from crmsync.model.document import read_document
from crmsync.model.ref import Ref
from crmsync.normalize.remembered import weigh
from crmsync.store import Work
from crmsync.store import keys as key_store
from crmsync.store import links as link_store
from crmsync.store.keys import KeyRow, Source
from crmsync.store.merges import BACKEND

Held = tuple[str, str]
"""A controller and a key: what two controllers hold never meets."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Everything a change touches; `keys` are those that count for their holder."""

    records: dict[int, Traits] = field(default_factory=dict)
    keys: dict[Ref, frozenset[str]] = field(default_factory=dict)
    decisions: dict[Pair, Decision] = field(default_factory=dict)

    @property
    def ids(self) -> dict[Ref, int]:
        """The record id of each Ref."""
        return {one.ref: number for number, one in self.records.items()}


def read_traits(source: Source, numbers: Mapping[str, str]) -> Traits:
    """What is compared of a stored source customer; `numbers` maps connection to namespace."""
    return traits(
        source.ref, read_document(SourceCustomer, source.doc),
        controller=source.controller, namespace=numbers.get(source.ref.connection, ""),
    )  # fmt: skip


def refresh_keys(work: Work, taken: Sequence[int], numbers: Mapping[str, str]) -> set[int]:
    """Write the keys of changed and withdrawn records; gives the records that this may move."""
    sources = key_store.load_sources(work, taken)
    weigh(source.doc for source in sources)
    living = [read_traits_row(source, numbers) for source in sources]
    new = {row for rows in living for row in rows}
    old = set(key_store.keys_of(work, taken))
    moved = {row.key for row in new ^ old if not row.key.startswith(HOUSEHOLD)}
    before = _census(work, moved)
    stale = {row.source_id for row in new ^ old}
    rows = sorted(row for row in new if row.source_id in stale)
    key_store.replace_keys(work, sorted(stale), rows)
    return _holders(work, moved, before, _census(work, moved)) | set(taken)


def read_traits_row(source: Source, numbers: Mapping[str, str]) -> list[KeyRow]:
    """The rows that a source customer holds in the index of match keys."""
    side = read_traits(source, numbers)
    keys = (*strong_keys(side), *household_keys(side))
    return [KeyRow(key, source.id, side.controller, side.who) for key in keys]


def reach(work: Work, seeds: Collection[int], numbers: Mapping[str, str]) -> Reached:
    """All living records connected with `seeds` by live keys, decisions or a common customer."""
    found = Reached()
    seen: set[Held] = set()
    known, frontier = set(seeds), set(seeds)
    while frontier:
        sources = key_store.load_sources(work, sorted(frontier))
        found.records.update((one.id, read_traits(one, numbers)) for one in sources)
        near = _by_keys(work, frontier, found, seen)
        near |= _by_decisions(work, [one.ref for one in sources], found)
        frontier = (near | _by_customer(work, frontier)) - known
        known |= frontier
    return found


def _by_keys(work: Work, frontier: Iterable[int], found: Reached, seen: set[Held]) -> set[int]:
    rows = [row for row in key_store.keys_of(work, sorted(frontier)) if _strong(row)]
    census = _census(work, {row.key for row in rows})
    counting = [row for row in rows if census[_held(row)].counts(row.who)]
    keys: dict[int, set[str]] = defaultdict(set)
    for row in counting:
        keys[row.source_id].add(row.key)
    for number in set(frontier) & found.records.keys():
        found.keys[found.records[number].ref] = frozenset(keys[number])
    fresh = {_held(row) for row in counting} - seen
    seen |= fresh
    return {row.source_id for row in _rows(work, fresh, census)}


def _rows(work: Work, held: set[Held], census: Mapping[Held, Census]) -> list[KeyRow]:
    """The rows of keys that count for their holder; nameless crowds are not even read."""
    everyone = sorted({key for owner, key in held if census[owner, key].alive_for_nameless})
    named = sorted({key for owner, key in held if not census[owner, key].alive_for_nameless})
    rows = key_store.holders(work, everyone) + key_store.named_holders(work, named)
    return [row for row in rows if _held(row) in held and census[_held(row)].counts(row.who)]


def _by_decisions(work: Work, refs: Sequence[Ref], found: Reached) -> set[int]:
    """Both ends of every decision: "apart" ties too, or its pair would hang on who is near."""
    partners: set[Ref] = set()
    for row in link_store.decisions_on(work, [str(ref) for ref in refs]):
        if row.band != "review":
            pair = ordered(Ref.parse(row.a_ref), Ref.parse(row.b_ref))
            rule = "backend_merge" if row.by.startswith(BACKEND) else "human"
            found.decisions[pair] = Decision(row.band, rule, row.at)
            partners.update(pair)
    return set(key_store.record_ids(work, sorted(partners)).values())


def _by_customer(work: Work, ids: Iterable[int]) -> set[int]:
    names = {link.customer_id for link in link_store.links_of(work, sorted(ids)).values()}
    return {link.source_id for link in link_store.links_to(work, sorted(names))}


def _holders(
    work: Work, keys: set[str], before: Mapping[Held, Census], after: Mapping[Held, Census]
) -> set[int]:
    """Who held one of these keys while it counted, before the change or after it."""
    wide = {
        held for census in (before, after) for held in census if census[held].alive_for_nameless
    }
    named = {held for census in (before, after) for held in census if census[held].alive} - wide
    rows = key_store.holders(work, sorted({key for _, key in wide}))
    rows += key_store.named_holders(work, sorted({key for _, key in named}))
    return {row.source_id for row in rows if row.key in keys}


def _census(work: Work, keys: Collection[str]) -> dict[Held, Census]:
    return {
        (one.controller, one.key): Census(one.people, one.nameless)
        for one in key_store.holdings(work, sorted(keys))
    }


def _held(row: KeyRow) -> Held:
    return row.controller, row.key


def _strong(row: KeyRow) -> bool:
    return not row.key.startswith(HOUSEHOLD)
