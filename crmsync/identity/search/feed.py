"""The feed that keeps the store's index of people: who changed is listed anew, who left is out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import orjson

from crmsync.identity.search.index import Term
from crmsync.identity.search.person import sought
from crmsync.identity.search.postings import BITS, LOW, pack, unpack
from crmsync.identity.search.tables import cut_rows, sound_rows, spelling_of
from crmsync.identity.search.words import card_words, terms
from crmsync.model.customer import Profile
from crmsync.model.document import read_document
from crmsync.store import Change, Work, cards, search
from crmsync.store.search import PersonRow, PostingRow

TIERS = 8
"""Who has twice as many orders stands a tier higher; slots of a higher tier come first."""
TIER_BITS = 28


class _Move(NamedTuple):
    """A customer before and after."""

    before: PersonRow | None
    after: PersonRow | None


class SearchFeed:
    """Lists changed customers under the words of their names, phone ends and postal codes."""

    name = "search"
    topics: tuple[str, ...] = ("profile", "customer", "habits")
    order = 60

    def take(self, work: Work, changes: Sequence[Change], *, as_of: str) -> Mapping[str, int]:
        """Bring the index up to date for the changed customers.

        Counts: taken = listed + unchanged + removed + absent + repeated; `absent` were never in.
        """
        ids = sorted({change.customer_id for change in changes if change.customer_id})
        before = search.persons(work, ids)
        after = _rows(work, ids, before)
        moves = {name: _Move(before.get(name), after.get(name)) for name in ids}
        fates = Counter(listed=0, unchanged=0, removed=0, absent=0)
        fates.update(map(_fate, moves.values()))
        _write(work, [move for move in moves.values() if move.before != move.after])
        return {"taken": len(changes), **fates, "repeated": len(changes) - len(ids)}


def _fate(move: _Move) -> str:
    if move.after is None:
        return "removed" if move.before else "absent"
    return "unchanged" if move.before == move.after else "listed"


def _rows(work: Work, ids: Sequence[str], before: Mapping[str, PersonRow]) -> dict[str, PersonRow]:
    """How these customers should stand in the index, those alive; ordered by their sources."""
    profiles = {
        name: read_document(Profile, doc) for name, doc in cards.profiles(work, ids).items()
    }
    orders = cards.order_counts(work, ids)
    tiers = {name: max(0, TIERS - 1 - orders.get(name, 0).bit_length()) for name in profiles}
    stay = {name for name, row in before.items() if tiers.get(name) == row.slot >> TIER_BITS}
    new = sorted(profiles.keys() - stay, key=lambda name: profiles[name].sources)
    slots = {name: before[name].slot for name in stay} | _slots(work, new, tiers)
    return {name: _row(name, slots[name], profile) for name, profile in profiles.items()}


def _slots(work: Work, names: Sequence[str], tiers: Mapping[str, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for tier in sorted({tiers[name] for name in names}):
        mine = [name for name in names if tiers[name] == tier]
        numbers = work.numbers(f"search/{tier}", len(mine))
        found |= {name: tier << TIER_BITS | one for name, one in zip(mine, numbers, strict=True)}
    return found


def _row(name: str, slot: int, profile: Profile) -> PersonRow:
    keys = sought(profile.customer)
    listed = sorted(terms(keys.words, ends=keys.ends, places=keys.places))
    return PersonRow(name, slot, card_words(keys.words), orjson.dumps(listed).decode())


def _write(work: Work, moves: Sequence[_Move]) -> None:
    if not moves:
        return
    gone = [one.before.customer_id for one in moves if one.before]  # a slot is never held twice
    search.write_persons(work, [one.after for one in moves if one.after], gone)
    out = _listed(one.before for one in moves)
    into = _listed(one.after for one in moves)
    numbers = _numbers(work, sorted(out.keys() | into.keys()))
    search.write_postings(work, _postings(work, numbers, out, into))


def _listed(rows: Iterable[PersonRow | None]) -> dict[str, set[int]]:
    """The slots by term."""
    found: dict[str, set[int]] = defaultdict(set)
    for row in filter(None, rows):
        for text in orjson.loads(row.listed):
            found[text].add(row.slot)
    return found


def _numbers(work: Work, texts: Sequence[str]) -> dict[str, int]:
    """The numbers of these terms; unknown ones are written."""
    spellings = sorted({spelling_of(text) for text in texts})
    known = {row[2]: row[0] for row in search.spelt(work, spellings)}
    missing = [text for text in texts if text not in known]
    if missing:
        ids = work.numbers("search_term", len(missing))
        new = [Term(one, spelling_of(text), text) for one, text in zip(ids, missing, strict=True)]
        search.write_terms(work, new, cut_rows(new), sound_rows(new))
        known |= {one.text: one.id for one in new}
    return known


def _postings(
    work: Work,
    numbers: Mapping[str, int],
    out: Mapping[str, set[int]],
    into: Mapping[str, set[int]],
) -> list[PostingRow]:
    """The lists that change, as they are to be."""
    leave, join = _by_block(numbers, out), _by_block(numbers, into)
    keys = leave.keys() | join.keys()
    blocks = sorted({block for _, block in keys})
    known = {
        (row.term, row.block): row.places
        for row in search.postings(work, sorted({term for term, _ in keys}), blocks)
        if (row.term, row.block) in keys
    }
    found = []
    for key in sorted(keys):
        places = set(unpack(known.get(key, b""))) - leave[key] | join[key]
        found.append(PostingRow(*key, pack(places)))
    return found


def _by_block(
    numbers: Mapping[str, int], listed: Mapping[str, set[int]]
) -> dict[tuple[int, int], set[int]]:
    """The places by term and block."""
    found: dict[tuple[int, int], set[int]] = defaultdict(set)
    for text, slots in listed.items():
        for slot in slots:
            found[numbers[text], slot >> BITS].add(slot & LOW)
    return found
