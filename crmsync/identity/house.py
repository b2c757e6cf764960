"""Rules of the house: what plugins say of pairs, above the evidence and below what was decided.

A rule is asked what it holds of two records alone, with what crmsync would hold of them if there
were nobody else. So its answer hangs on nothing but the two, and is the same whoever came first
and whoever else is there. It is asked of every pair that is judged, and of every two records of a
whole: whom it keeps apart, or wants a human to see, no third record brings together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from crmsync.errors import PluginError
from crmsync.identity.candidates import FEW, OWN, Pairs
from crmsync.identity.faces import Columns, Ints
from crmsync.identity.judge import BANDS, NONE, REVIEW, SAME, WORDS, Verdicts, judge, rule
from crmsync.identity.keys import KINDS
from crmsync.identity.levels import FIELDS, Flags, Levels, levels
from crmsync.identity.rules import HOUSE, Said, say
from crmsync.identity.seen import Seen, see
from crmsync.identity.weights import FORCED, Weights
from crmsync.model.pair import PairRule, SourcePair
from crmsync.store import Work
from crmsync.store import keys as key_store

Ask = Callable[[Sequence[SourcePair]], Sequence[PairRule | None]]
"""Gives the answer of the plugins to each pair; PluginError when they fail."""

BATCH = 10_000
"""Pairs asked about at once."""

KEPT = 50_000
"""Source customers that are kept as a rule sees them; when there are more, all are let go."""

MOST_RULES = 1000
"""A house with more rules than this makes one for each pair, which nobody can read."""


@dataclass(slots=True)
class House:
    """The rules of the house over the faces of one book, in the rows of its cast.

    Each two faces are asked about once.
    """

    work: Work
    ask: Ask
    model: Weights
    rules: list[PairRule] = field(default_factory=list)
    _faces: list[_Face] = field(default_factory=list)
    _seen: dict[int, Seen] = field(default_factory=dict)
    _asked: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    _told: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def meet(self, record: int, keys: Iterable[int], who: int) -> None:
        """Take in the next row of the cast, told with a record that has this content."""
        self._faces.append(_Face(record, frozenset(keys), who))

    def over(self, held: Verdicts, pairs: Pairs, faces: Columns) -> Verdicts:
        """The verdicts on these pairs of faces with what the rules of the house say of them."""
        told = self.told(pairs.a, pairs.b, faces)
        at = np.flatnonzero(told >= 0)
        if not len(at):
            return held
        said, own = told[at], self._bands()[told[at]]
        lifts = self._lifts(said, held.clash[at])
        same = (own == SAME) & lifts
        band, number, weight = held.band.copy(), held.rule.copy(), held.weight.copy()
        band[at] = np.where((own == SAME) & ~lifts, REVIEW, own)
        number[at] = len(WORDS) + said * 2 + ((own == SAME) & ~lifts)
        weight[at] = _weighed(weight[at], same)
        kept = held.strong | (band != held.band)
        return Verdicts(band, number, weight, held.clash, kept, tuple(self.rules))

    def forbid(self, clash: NDArray[np.int16], pairs: Pairs, faces: Columns) -> Flags:
        """Whether each two faces may not be one customer; `clash` says what the facts forbid."""
        told = self.told(pairs.a, pairs.b, faces)
        forbidden: Flags = clash != NONE
        at = np.flatnonzero(told >= 0)
        if len(at):
            lifts = self._lifts(told[at], clash[at])
            forbidden[at] = (self._bands()[told[at]] != SAME) | ~lifts
        return forbidden

    def told(self, a: Ints, b: Ints, faces: Columns) -> Ints:
        """The place of the rule that speaks of each pair of faces, or NONE.

        Nobody is asked about records of two controllers.
        """
        owner = faces.of["controller"]
        ours = np.flatnonzero(owner[a] == owner[b])
        code = ((np.minimum(a, b) << 32) | np.maximum(a, b))[ours]
        self._learn(np.setdiff1d(code, self._asked), faces)
        found = np.full(len(a), NONE, dtype=np.int64)
        found[ours] = self._told[np.searchsorted(self._asked, code)]
        return found

    def _learn(self, code: Ints, faces: Columns) -> None:
        """Ask about pairs of faces, and remember the answers in the order of the pairs."""
        if not len(code):
            return
        new = [self._ask(code[at : at + BATCH], faces) for at in range(0, len(code), BATCH)]
        asked = np.concatenate((self._asked, code))
        order = np.argsort(asked)
        self._asked = asked[order]
        self._told = np.concatenate((self._told, *new))[order]

    def _ask(self, code: Ints, faces: Columns) -> Ints:
        a, b = code >> 32, code & 0xFFFFFFFF
        answers = self.ask(list(self._pairs(a, b, faces)))
        place = {one: number for number, one in enumerate(self.rules)}
        for one in answers:
            if one is not None and one not in place:
                place[one] = len(self.rules)
                self.rules.append(one)
        if len(self.rules) > MOST_RULES:
            raise PluginError(
                f"crmsync_decide_pairs told more than {MOST_RULES} different rules.",
                hint="Its author must act: a rule is told in the same words for all its pairs.",
            )
        told = (NONE if one is None else place[one] for one in answers)
        return np.fromiter(told, dtype=np.int64, count=len(answers))

    def _pairs(self, a: Ints, b: Ints, faces: Columns) -> Iterator[SourcePair]:
        """These pairs as the rules see them: the two as if there were nobody else."""
        shared = [
            self._shared(one, other) for one, other in zip(a.tolist(), b.tolist(), strict=True)
        ]
        pairs = Pairs(a, b, np.array(shared, dtype=np.int64))
        found = levels(faces, pairs)
        held = judge(faces, pairs, found, self.model)
        sides = self._sides(np.union1d(a, b).tolist())
        weight = _weighed(held.weight, np.zeros(len(a), dtype=bool))
        rows = zip(a.tolist(), b.tolist(), held.band.tolist(), held.rule.tolist(),
                   weight.tolist(), _fields(found, "agree"), _fields(found, "differ"),
                   strict=True)  # fmt: skip
        for one, other, band, number, weight, agree, differ in rows:
            first, second = sorted((sides[one], sides[other]), key=lambda seen: seen.text)
            yield SourcePair(
                first.side,
                second.side,
                first.controller,
                BANDS[band],
                WORDS[number],
                weight,
                agree,
                differ,
            )

    def _shared(self, a: int, b: int) -> int:
        one, other = self._faces[a], self._faces[b]
        crowd = FEW if one.who and other.who and one.who != other.who else OWN
        bits = 0
        for key in one.keys & other.keys:
            if key & 15 < len(KINDS):
                bits |= 1 << ((key & 15) * 3 + crowd)
        return bits

    def _sides(self, rows: Sequence[int]) -> Mapping[int, Seen]:
        """Each of these faces as a rule sees it."""
        if len(self._seen) > KEPT:
            self._seen.clear()
        row = {self._faces[one].record: one for one in rows if one not in self._seen}
        for one in key_store.load_sources(self.work, row):
            self._seen[row[one.id]] = see(one)
        return self._seen

    def _bands(self) -> NDArray[np.int8]:
        return np.array([BANDS.index(one.band) for one in self.rules], dtype=np.int8)

    def _lifts(self, said: Ints, clash: NDArray[np.int16]) -> Flags:
        """Whether a rule that says same may decide against what forbids a pair."""
        table = np.zeros((len(self.rules), len(WORDS) + 1), dtype=bool)
        table[:, NONE] = True
        for place, one in enumerate(self.rules):
            table[place, [rule(word) for word in one.against]] = True
        found: Flags = table[said, clash]
        return found


@dataclass(frozen=True, slots=True)
class _Face:
    """A row of the cast: a record that has its content, its keys, and its sign of the person."""

    record: int
    keys: frozenset[int]
    who: int


def word(verdicts: Verdicts, number: int) -> str:
    """The name of a rule of these verdicts."""
    place = number - len(WORDS)
    return WORDS[number] if place < 0 else HOUSE + verdicts.house[place // 2].name


def said(verdicts: Verdicts, number: int) -> Said:
    """What a rule of these verdicts says."""
    place = number - len(WORDS)
    if place < 0:
        return say(WORDS[number])
    one = verdicts.house[place // 2]
    if not place % 2:
        return Said(one.de, one.en)
    return Said(f"{one.de}; andere Angaben sprechen dagegen", f"{one.en}; other facts forbid it")


def _weighed(weight: NDArray[np.int32], same: Flags) -> NDArray[np.int32]:
    """What a rule binds counts as a number that decides; what it does not bind never does."""
    forced = weight > FORCED // 2
    plain = weight - np.where(forced, FORCED, 0)
    told: NDArray[np.int32] = (plain + np.where(same, FORCED, 0)).astype(np.int32)
    return told


def _fields(found: Levels, which: str) -> list[frozenset[str]]:
    """The fields of each pair that agree, or differ."""
    names = [one.name for one in FIELDS.values()]
    told = np.stack([
        np.isin(found[name], sorted(getattr(one, which))) for name, one in FIELDS.items()
    ], axis=1)  # fmt: skip
    return [
        frozenset(name for name, holds in zip(names, row, strict=True) if holds)
        for row in told.tolist()
    ]
