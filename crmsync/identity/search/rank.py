"""Ranks the people who were found: by the cost of the reading, then by name and visits.

Standard library only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import log

from crmsync.identity.search.ask import Asked
from crmsync.identity.search.index import Term
from crmsync.identity.search.near import cost
from crmsync.identity.search.words import JOINED, PARTICLE, bare, spelling
from crmsync.normalize.fold import fold

SURE = 0.25
"""What costs less is the name that was typed."""
FOLDED, SQUASHED = 0.04, 0.08
"""The cost of Mueller for Müller, and of Muller."""
BEGUN, ONWARD, LETTER = 0.7, 0.88, 0.01
"""The cost of a word that goes on by one letter, by more, and of each of them."""
TYPED = 1.0
"""What costs no more may still be typed to its end."""
MISSING, OPTIONAL = 3.0, 0.3
"""The cost of a typed word that a record lacks, and of a typed particle."""
EXTRA, END, PARTICLES, FURTHER = 0.3, 0.3, 0.02, 0.04
"""The cost of a name's word that was not typed, further that of its first or last word; of a
particle; and, for one typed word, of all."""
FIRST = 3
"""Among so many stands who has but one name; so many of swapped words come before others."""
OTHERS = 2
SWAPPED = 0.12
"""The cost of another order."""
KNOWN, OFTEN = 0.1, -0.25
"""How much a name gains by being borne, and how the weight of a bearer falls with the slot."""


def spelt_cost(word: Asked, term: Term) -> float:
    """What it costs to take a word for one of the same spelling."""
    text = term.text.lstrip("=+")
    if word.text == text:
        return 0.0
    return FOLDED if fold(word.text) == fold(text) else SQUASHED


def begun_cost(start: str, whole: str) -> float:
    """What it costs that a word goes on."""
    further = len(whole) - len(start)
    return BEGUN if further < 2 else ONWARD + LETTER * min(further, 10)


class Fits:
    """What a typed word costs for each word of a name."""

    def __init__(self, word: Asked) -> None:
        self.word = word
        self._costs: dict[str, float | None] = {}
        self.patient = False
        self.cheaper = 0

    def learn(self, costs: Mapping[Term, float]) -> None:
        """Keep the cost of terms, the lowest of each."""
        for term, price in costs.items():
            text = term.text.lstrip(JOINED)
            known = self._costs.get(text)
            if known is None or known > price:
                self._costs[text] = price
                self.cheaper += known is not None

    def cost(self, text: str) -> float | None:
        """The cost of a name's word; None when it is another word."""
        if text not in self._costs:
            whole, start = spelling(text), self.word.spelling
            if whole.startswith(start):
                self._costs[text] = begun_cost(start, whole)
            else:
                self._costs[text] = self._read(text) if self.patient else None
        return self._costs[text]

    def be_patient(self) -> None:
        """From now on compare with every word, up to three typos."""
        self.patient = True
        self._costs = {text: price for text, price in self._costs.items() if price is not None}

    def _read(self, text: str) -> float | None:
        return word_cost(self.word, spelling(text), bare(text), 3 if len(self.word.text) > 4 else 2)


def word_cost(word: Asked, spelt: str, plain: str, most: int) -> float | None:
    """What it costs to take a typed word for one of another spelling; None when too far."""
    found = cost(word.spelling, spelt, most)
    if word.bare != word.spelling or plain != spelt:
        other = cost(word.bare, plain, most)
        found = min((one for one in (found, other) if one is not None), default=None)
    return found


class Ranking:
    """The people found so far with what they cost."""

    def __init__(self, fits: Sequence[Fits], letters: Sequence[str]) -> None:
        self._fits = fits
        self._letters = letters
        self._names: dict[str, float] = {}
        self._words: dict[int, str] = {}
        self.costs: dict[int, float] = {}
        self.lowest = 99.0

    def add(self, people: Iterable[tuple[int, str]], *, most: float = 99.0) -> None:
        """Take in people by slot and name words; none who costs more than `most`."""
        for slot, words in people:
            cost = self._names.get(words)
            if cost is None:
                cost = self._names[words] = self._cost(words)
            if cost > most:
                continue
            self._words[slot] = words
            self.costs[slot] = cost
            self.lowest = min(self.lowest, cost)

    def best(self, most: int) -> list[int]:
        """The slots of the best, whoever surely has the name first."""
        if any(fit.cheaper for fit in self._fits):
            self._names = {words: self._cost(words) for words in self._names}
            self.costs = {slot: self._names[self._words[slot]] for slot in self.costs}
        sure = [slot for slot, cost in self.costs.items() if cost < SURE]
        rest = [slot for slot in self.costs if self.costs[slot] >= SURE]
        if len(self._fits) == 1:
            rest.sort(key=lambda slot: (max(round(self.costs[slot], 1), TYPED), slot))
            return [*self._of_one_word(sure), *rest][:most]
        sure.sort(key=lambda slot: (self.costs[slot], slot))
        others = self._by_name(rest)
        if self.lowest >= SWAPPED:  # the words may also be of another name, in their order
            sure = self._by_name(sure)
            sure[FIRST:FIRST] = others[:OTHERS]
            others = others[OTHERS:]
        return [*sure, *others][:most]

    def _of_one_word(self, slots: Sequence[int]) -> list[int]:
        """By visits; but whoever has no other name is among the first."""
        ordered = sorted(slots)
        alone = next((slot for slot in ordered if self.costs[slot] < FURTHER), None)
        if alone in ordered[FIRST:]:
            ordered.remove(alone)
            ordered.insert(FIRST - 1, alone)
        return ordered

    def _by_name(self, slots: Sequence[int]) -> list[int]:
        """One bearer of each name, best name first; then the others."""
        bearers: dict[str, list[int]] = defaultdict(list)
        for slot in sorted(slots):
            bearers[self._words[slot]].append(slot)
        names = sorted(bearers, key=lambda words: (self._worth(words, bearers[words]), words))
        further = sorted(
            (self._names[words], slot) for words in names for slot in bearers[words][1:]
        )
        return [bearers[words][0] for words in names] + [slot for _, slot in further]

    def _worth(self, words: str, bearers: Sequence[int]) -> float:
        known = sum((1 + slot) ** OFTEN for slot in bearers)
        return self._names[words] - KNOWN * log(known)

    def _cost(self, words: str) -> float:
        """What it costs to take the typed words for this name."""
        own = [word.lstrip(PARTICLE) for word in words.split()]
        pairs = sorted(
            (price, at, places)
            for at, fit in enumerate(self._fits)
            for text, places in self._runs(own)
            if (price := fit.cost(text)) is not None
        )
        taken: dict[int, tuple[int, ...]] = {}
        used: set[int] = set()
        total = 0.0
        for price, at, places in pairs:
            if at not in taken and used.isdisjoint(places):
                taken[at] = places
                used.update(places)
                total += price
        return total + self._lacking(taken) + self._beyond(words.split(), used)

    def _runs(self, own: Sequence[str]) -> list[tuple[str, tuple[int, ...]]]:
        """The words of a name and, if fewer were typed, those that follow each other as one."""
        runs: list[tuple[str, tuple[int, ...]]] = [(word, (at,)) for at, word in enumerate(own)]
        if len(own) <= len(self._fits) + len(self._letters):
            return runs
        spans = [(at, end) for at in range(len(own)) for end in range(at + 2, len(own) + 1)]
        return [*runs, *(("".join(own[at:end]), tuple(range(at, end))) for at, end in spans)]

    def _lacking(self, taken: Mapping[int, tuple[int, ...]]) -> float:
        """The cost of typed words that the name has not, and of another order."""
        lacking = sum(
            OPTIONAL if fit.word.optional else MISSING
            for at, fit in enumerate(self._fits)
            if at not in taken
        )
        order = [taken[at] for at in sorted(taken)]
        return lacking + (SWAPPED if order != sorted(order) else 0.0)

    def _beyond(self, own: Sequence[str], used: Collection[int]) -> float:
        """The cost of the name's words that were not typed."""
        rest = [word for at, word in enumerate(own) if at not in used]
        if len(self._fits) == 1:
            particle = any(own[at][0] == PARTICLE for at in used) and len(used) == 1
            return OPTIONAL if particle else FURTHER if rest else 0.0
        ends = {0, len(own) - 1} - set(used)
        letters = list(self._letters)
        cost = END * any(own[at][0] not in (PARTICLE, *letters) for at in ends)
        for word in rest:
            initial = word[:1]
            if initial in letters:
                letters.remove(initial)
            else:
                cost += PARTICLES if initial == PARTICLE else EXTRA
        return cost
