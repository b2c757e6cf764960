"""Finds people by a name as one hears or types it, best first. Standard library only.

Words as written come first, then begun words, then one word heard or mistyped, then more of that.
Who is found is ranked by what the reading costs; among equals by how many bear the name and how
often they come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from crmsync.identity.search import near
from crmsync.identity.search.ask import Asked, Question, question
from crmsync.identity.search.index import Index, Term
from crmsync.identity.search.postings import BITS, EVERYBODY, Group, first, meet
from crmsync.identity.search.rank import (
    MISSING,
    SURE,
    SWAPPED,
    Fits,
    Ranking,
    begun_cost,
    spelt_cost,
    word_cost,
)
from crmsync.identity.search.words import BEGUN, ONLY, PLACE, bare, is_word
from crmsync.normalize.koelner import koelner

MOST = 20
"""The most people of a search."""
ENOUGH = 5
"""With so many people for beginnings of words, typos are not searched."""
LOOKED_AT, AT_ONE = 80, 40
"""So many people of a reading are looked at closely, of one word in each of its lists."""
ALIKE, FAR = 60, 250
"""So many words alike, or two typos away, are followed."""
MISTYPED = 1.05
"""With somebody for one typo, two are not searched."""
PATIENCE = 600
"""So many people who have the other words are all compared."""
ONE, TWO = 1, 2
"""Typos in a word."""
LEAST, ALONE = {ONE: 2, TWO: 3}, {ONE: 4, TWO: 6}
"""So many letters a word needs to be searched with typos, beside other words and alone."""
_LAST = "\U0010ffff"

Costs = dict[Term, float]
"""The terms that a word may stand for, and what each costs."""


def find(index: Index, text: str, *, most: int = MOST) -> list[int]:
    """The slots of at most `most` people for what was typed, best first."""
    asked = question(text)
    search = _Search(index, asked)
    if not asked.words:
        return first(meet_numbers, most) if (meet_numbers := search.by_numbers()) else []
    return search.run(most)


class _Search:
    """One search: what it has read of the index, and who was found at what cost."""

    def __init__(self, index: Index, asked: Question) -> None:
        self.index = index
        self.words = asked.words
        self.lists: dict[int, list[tuple[int, bytes]]] = {}
        self.numbers = [self.group(self._number(marks)) for marks in asked.numbers]
        self.fits: list[Fits] = [Fits(word) for word in asked.words]
        self.ranking = Ranking(self.fits, asked.letters)
        self._begun: dict[int, Costs] = {}
        self._near: dict[int, Costs] = {}

    def by_numbers(self) -> Group | None:
        """Whoever fits every number of a text without words."""
        if len(self.numbers) < 2:
            return self.numbers[0] if self.numbers else None
        met = meet(self.numbers, MOST)
        return Group.at(met)

    def run(self, most: int) -> list[int]:
        self.exact = self._exact()
        if len(self.words) == 1:
            self._read([{one: cost for one, cost in self.exact[0].items() if one.text[0] == ONLY}])
        self._read(self.exact, whole=True, soon=True)
        if len(self.ranking.costs) < most and not (len(self.words) > 1 and self._best() < SURE):
            self._read([{**self.exact[at], **self.begun(at)} for at in self._places()], soon=True)
        if self._best() < SURE:
            self._also()
        elif not self._unfinished():
            self._alike()
        return self.ranking.best(most)

    def _also(self) -> None:
        """Beside a name that was found, those like it: if it is rare, or its words swapped."""
        rare = len(self.ranking.costs) < ENOUGH
        if len(self.words) == 1 and rare:
            self._read([self.near(0)])
        elif rare or self._best() >= SWAPPED:
            self._read([{**self.heard(at), **self.exact[at]} for at in self._places()])

    def _unfinished(self) -> bool:
        """Whether enough people were found for beginnings of names."""
        alone = len(self.words) == 1 or not any(self.exact)
        return alone and len(self.ranking.costs) >= ENOUGH

    def _places(self) -> range:
        return range(len(self.words))

    def _best(self) -> float:
        return self.ranking.lowest

    def _alike(self) -> None:
        """Words heard or mistyped: one of them, then each, then one with two typos."""
        for at in self._places():
            self._read(self._but(at, self.near(at)))
        if self._best() > MISTYPED:
            if len(self.words) > 1:
                self._read([self.near(at) for at in self._places()])
            for at in self._places():
                self._far(at)
        if self._best() > TWO + SURE and len(self.words) > 1:
            self._without()

    def _far(self, at: int) -> None:
        """A word with two typos; of few people who have the other words everybody is compared."""
        others = [self._plain(place) for place in self._places() if place != at]
        if others and all(others):
            met = meet([*map(self.group, others), *self.numbers], EVERYBODY)
            if len(met) <= PATIENCE:
                self.fits[at].be_patient()
                self.ranking.add(self.index.people(list(met)), most=MISSING)
                return
        self._read(self._but(at, self.far(at)))

    def _without(self) -> None:
        """Words that a record may lack: particles, or one of three and more."""
        kept = [at for at in self._places() if not self.words[at].optional]
        if 0 < len(kept) < len(self.words):
            self._read([self._plain(at) for at in kept])
            self._read([self.near(at) for at in kept])
        if not self.ranking.costs and len(kept) > 2:
            for left in kept:
                self._read([self._plain(at) for at in kept if at != left])

    def _but(self, at: int, costs: Costs) -> list[Costs]:
        return [costs if place == at else self._plain(place) for place in self._places()]

    def _plain(self, at: int) -> Costs:
        """A word as written, or, where nobody has it, as a beginning."""
        return self.exact[at] or self.begun(at)

    def _read(self, reading: Sequence[Costs], *, whole: bool = False, soon: bool = False) -> None:
        """Look at the people who have each of the words of a reading.

        `soon`: of one word the first are enough. `whole`: nobody of just these words is missed.
        """
        if not all(reading):
            return
        groups = [*map(self.group, reading), *self.numbers]
        if not all(group.size for group in groups):
            return
        broad = len(groups) == 1
        found = meet(groups, AT_ONE if broad and soon else EVERYBODY, each=AT_ONE)
        chosen = sorted(found, key=lambda slot: (found[slot], slot))[:LOOKED_AT]
        new = [slot for slot in chosen if slot not in self.ranking.costs]
        self.ranking.add(self.index.people(new))
        if whole and len(found) > LOOKED_AT and not broad:
            length = sum(map(len, (word.text for word in self.words))) + len(self.words) - 1
            self.ranking.add(self.index.of_length(list(found), length))

    def _exact(self) -> list[Costs]:
        """Per word its terms of the same spelling."""
        spellings = {word.spelling for word in self.words}
        if len(self.words) == 1:
            spellings.add(ONLY + self.words[0].spelling)
        terms = list(self.index.spelt(sorted(spellings)))
        return [self._of(at, [one for one in terms if one.spelling.lstrip(ONLY) == word.spelling])
                for at, word in enumerate(self.words)]  # fmt: skip

    def _of(self, at: int, terms: Iterable[Term]) -> Costs:
        costs = {one: spelt_cost(self.words[at], one) for one in terms}
        self.fits[at].learn(costs)
        return costs

    def begun(self, at: int) -> Costs:
        """The terms that begin with a word."""
        if at not in self._begun:
            self._begun[at] = self._beginnings(self.words[at])
        return self._begun[at]

    def _beginnings(self, word: Asked) -> Costs:
        start = word.spelling
        if len(start) <= BEGUN:
            return dict.fromkeys(self.index.spelt([start + "*"]), begun_cost(start, start))
        terms = self.index.begun(start, start + _LAST, FAR)
        return {one: begun_cost(start, one.spelling) for one in terms if is_word(one.text)}

    def near(self, at: int) -> Costs:
        """The terms that a word may be when it was heard or mistyped once."""
        if at not in self._near:
            self._near[at] = {**self._within(at, ONE, ALIKE), **self.exact[at]}
        return self._near[at]

    def heard(self, at: int) -> Costs:
        """The terms that German writes in another way."""
        code = koelner(self.words[at].spelling)
        if len(code) < LEAST[ONE]:
            return {}
        plain = near.heard(self.words[at].spelling)
        terms = self.index.sounding(code)
        return self._nearest(
            at, (one for one in terms if near.heard(one.spelling) == plain), ONE, ALIKE
        )

    def far(self, at: int) -> Costs:
        """The terms that a word may be when it has two typos."""
        return self._within(at, TWO, FAR)

    def _within(self, at: int, typos: int, most: int) -> Costs:
        word = self.words[at]
        if len(word.spelling) < (LEAST if len(self.words) > 1 else ALONE)[typos]:
            return {}
        forms = {word.spelling, word.bare}
        marks = {mark for form in forms for mark in near.cuts(form, typos)}
        sizes = [len(form) for form in forms]
        found = list(self.index.cut(list(marks), min(sizes) - typos, max(sizes) + typos))
        if typos == ONE and len(code := koelner(word.spelling)) > 1:
            found += self.index.sounding(code)
        return self._nearest(at, found, typos, most)

    def _nearest(self, at: int, terms: Iterable[Term], typos: int, most: int) -> Costs:
        word = self.words[at]
        close = [
            (price, one)
            for one in set(terms)
            if (price := word_cost(word, one.spelling, bare(one.text), typos))
        ]
        costs = {one: price for price, one in sorted(close)[:most]}
        self.fits[at].learn(costs)
        return costs

    def _number(self, marks: Sequence[str]) -> Mapping[Term, float]:
        terms = list(self.index.spelt(marks))
        for mark in marks:
            if mark.startswith(PLACE):
                terms += self.index.begun(mark, mark + _LAST, FAR)
        return dict.fromkeys(terms, 0.0)

    def group(self, costs: Mapping[Term, float]) -> Group:
        """The people of these terms."""
        missing = [one.id for one in costs if one.id not in self.lists]
        for number in missing:
            self.lists[number] = []
        for key, stored in self.index.postings(missing) if missing else ():
            self.lists[key >> BITS].append((key, stored))
        rows = [row for one in costs for row in self.lists[one.id]]
        return Group.of(rows, {one.id: price for one, price in costs.items()})
