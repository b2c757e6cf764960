"""What the stage writes of pairs: the verdict of the two alone, and what the whole made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import orjson

from crmsync.identity.cluster import Clusters
from crmsync.identity.decisions import Decision, IdPair
from crmsync.identity.faces import Ints
from crmsync.identity.house import said
from crmsync.identity.house import word as rule_word
from crmsync.identity.judge import APART, BANDS, SAME, Verdicts
from crmsync.identity.levels import FIELDS, Flags, Levels
from crmsync.identity.reach import Book
from crmsync.identity.rules import HOUSE
from crmsync.identity.scene import Judged, Scene
from crmsync.identity.whole import Whole
from crmsync.store.links import PairRow

Rows = dict[IdPair, PairRow]


def alone(book: Book, scene: Scene, seeds: set[int]) -> Rows:
    """The verdicts on pairs of seeds by themselves, as rows, by record ids.

    What is apart and shares nothing strong is not kept.
    """
    refs = book.refs_of([one for some in scene.ids for one in some if len(some) > 1])
    first = [some[0] if len(some) == 1 else min(some, key=refs.__getitem__) for some in scene.ids]
    kept = (scene.judged.verdicts.band != APART) | scene.judged.verdicts.strong
    rows = {
        row[:2]: row for row in _rows(scene.judged, kept, lambda a, b: _ordered(first[a], first[b]))
    }
    for (head, one), row in _twins(scene, first, seeds):
        a, b = _ordered(head, one)
        rows[a, b] = row._replace(a_id=a, b_id=b)
    return rows


def _ordered(a: int, b: int) -> IdPair:
    return (a, b) if a < b else (b, a)


def _twins(scene: Scene, first: Sequence[int], seeds: set[int]) -> Iterator[tuple[IdPair, PairRow]]:
    """Each record of equal content beside the one that stands for all."""
    same = scene.alike.verdicts.band == SAME
    told = {row.a_id: row for row in _rows(scene.alike, same, lambda a, b: (a, b))}
    for number, some in enumerate(scene.contents.values()):
        if number in told and not seeds.isdisjoint(some):
            head = first[scene.place[some[0]]]
            yield from (((head, one), told[number]) for one in some if one != head)


def _rows(judged: Judged, kept: Flags, ids: Callable[[int, int], IdPair]) -> Iterator[PairRow]:
    """The kept pairs as rows; what they say of fields is written once for all that say it."""
    at = np.flatnonzero(kept)
    verdicts, said = judged.verdicts, evidence(judged.levels, judged.verdicts, at)
    columns = (judged.pairs.a, judged.pairs.b, verdicts.band, verdicts.rule, verdicts.weight)
    told = (column[at].tolist() for column in columns)
    for a, b, band, rule, weight, text in zip(*told, said, strict=True):
        word = BANDS[band]
        yield PairRow(*ids(a, b), word, rule_word(verdicts, rule), word, weight, text)


def evidence(levels: Levels, verdicts: Verdicts, at: Ints) -> list[str]:
    """What is said of the fields of these pairs, as JSON: agree, differ, and the rule.

    A rule of the house is told in its own words too (`said`): the plugin may be gone one day.
    """
    code = verdicts.rule[at].astype(np.int64)
    for field in FIELDS:
        code = (code << 3) | levels[field][at]
    met, where = np.unique(code, return_inverse=True)
    texts = [_text(one, verdicts) for one in met.tolist()]
    return [texts[place] for place in where.tolist()]


def _text(code: int, verdicts: Verdicts) -> str:
    agree, differ = list[str](), list[str]()
    for field in reversed(FIELDS):
        told, code = code & 7, code >> 3
        if told in FIELDS[field].agree:
            agree.append(FIELDS[field].name)
        elif told in FIELDS[field].differ:
            differ.append(FIELDS[field].name)
    word = rule_word(verdicts, code)
    found: dict[str, Any] = {"agree": sorted(agree), "differ": sorted(differ), "rule": word}
    if word.startswith(HOUSE):
        found["said"] = said(verdicts, code)._asdict()
    return orjson.dumps(found).decode()


def final(whole: Whole, clusters: Clusters, rows: Rows) -> Rows:
    """The rows as the whole has them: with what was decided, and what it did not bear out."""
    told = dict(rows)
    for pair in whole.bonds.keys() | whole.made.keys():
        row = whole.bonds.get(pair) or rows.get(pair) or _empty(pair)
        made = whole.made.get(pair)
        told[pair] = _decided(row, made, whole, clusters) if made else _borne(row, whole, clusters)
    return told


def _empty(pair: IdPair) -> PairRow:
    said = orjson.dumps({"agree": [], "differ": [], "rule": "no_evidence"}).decode()
    return PairRow(*pair, "apart", "no_evidence", "apart", 0, said)


def _decided(row: PairRow, made: Decision, whole: Whole, clusters: Clusters) -> PairRow:
    a, b = whole.places((row.a_id, row.b_id))
    if made.band == "same" and clusters.home[a] != clusters.home[b]:
        return row._replace(band="review", rule="decisions_contradict")
    return row._replace(band=made.band, rule=made.rule)


def _borne(row: PairRow, whole: Whole, clusters: Clusters) -> PairRow:
    a, b = whole.places((row.a_id, row.b_id))
    if clusters.home[a] == clusters.home[b]:
        if row.band == "same":
            return row
        return row._replace(band="same", rule=orjson.loads(row.evidence)["rule"])
    if clusters.parted(a, b):
        return row._replace(band="apart", rule="third_record")
    lonely = a in clusters.isolated or b in clusters.isolated
    return row._replace(band="review", rule="fits_two" if lonely else "third_record")
