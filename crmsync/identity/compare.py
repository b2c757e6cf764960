"""Two source customers beside each other, whatever the stage has written of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import orjson

from crmsync.identity.candidates import Pairs, Rows, living
from crmsync.identity.house import word
from crmsync.identity.index import Index, keys_of, numbers
from crmsync.identity.judge import BANDS, Verdicts
from crmsync.identity.keys import CLUES, KINDS
from crmsync.identity.outcome import evidence
from crmsync.identity.reach import Book
from crmsync.identity.rules import UNSAID, Said, said_of
from crmsync.identity.scene import Judged, judge_pairs
from crmsync.identity.weights import Weights, likely
from crmsync.model.words import Band


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is held of a pair: the band, the rule that gave it, and the fields, never their values.

    `rule` is a word of `crmsync.identity.rules`, or HOUSE and the name of a rule of the house, and
    `said` what it says. `agree` and `differ` name fields, sorted. `likely` is how likely the two
    are one by their weights alone, whatever rules and guards made of it; None where a number
    decides, or nothing was weighed.
    """

    band: Band
    rule: str
    agree: tuple[str, ...] = ()
    differ: tuple[str, ...] = ()
    said: Said = UNSAID
    likely: float | None = None


def compare(book: Book, a: int, b: int, *, model: Weights) -> Verdict:
    """The verdict on two living source customers by the facts alone, weighed by `model`."""
    faces = {face.source_id: face for face in book.take([a, b])}
    owners = book.owners_of([a, b])
    common = np.intersect1d(keys_of([faces[a]]), keys_of([faces[b]]))
    keys: list[int] = common[(common & 15) < len(KINDS)].tolist()
    shared, counting = _shared(book, keys, (faces[a].who, faces[b].who))
    row = book.faces([a, b])
    pair = Pairs(row[:1], row[-1:], np.array([shared], dtype=np.int64))
    face = np.arange(len(book.cast.columns()), dtype=np.int64)
    if not shared:
        book.cast.house = None  # of two who share nothing nobody is asked
    told = judge_pairs(book.cast, face, pair, model)
    if owners[a] != owners[b]:
        return _as(told, "apart", "other_controller")
    if any(KINDS[key & 15] not in CLUES for key in keys) and not counting:
        return _as(told, "apart", "placeholder")
    number = int(told.verdicts.rule[0])
    found = _as(told, BANDS[told.verdicts.band[0]], word(told.verdicts, number))
    return replace(found, likely=likely(int(told.verdicts.weight[0])))


def _shared(book: Book, keys: list[int], who: tuple[int, int]) -> tuple[int, bool]:
    """The bits of the keys that count for both, and whether a strong one is among them."""
    index = Index.read(book.work, numbers(keys))
    _, place = np.unique(index.content, return_inverse=True)
    rows = Rows.of(index.key, place.astype(np.int64), index.who)
    alive, crowd = living(rows)
    counts = dict.fromkeys(keys, 0)
    for key, number, sign, lives in zip(
        rows.key.tolist(), crowd.tolist(), rows.who.tolist(), alive.tolist(), strict=True
    ):
        dead = not lives and sign in who
        counts[key] = -1 if dead or counts[key] < 0 else number
    bits, strong = 0, False
    for key, number in counts.items():
        if number >= 0:
            bits |= 1 << ((key & 15) * 3 + number)
            strong |= KINDS[key & 15] not in CLUES
    return bits, strong


def _as(told: Judged, band: Band, rule: str) -> Verdict:
    verdicts: Verdicts = told.verdicts
    found = orjson.loads(evidence(told.levels, verdicts, np.zeros(1, dtype=np.int64))[0])
    return Verdict(band, rule, tuple(found["agree"]), tuple(found["differ"]), said_of(rule, found))
