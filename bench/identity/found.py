"""What the store holds after resolve: clusters, pairs and the records as normalized."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import orjson

from bench.people.sources import STREAMS


class Hidden(NamedTuple):
    """What is true of a record, as `bench.people.Row` has it."""

    source: str
    key: str
    truth: int
    household: int
    role: str
    events: tuple[str, ...]


class Judged(NamedTuple):
    """A pair of records that was compared, by their places in the truth."""

    one: int
    other: int
    band: str
    rule: str
    weight: int = 0


@dataclass(slots=True)
class Found:
    """Everything about each record, in the order of truth.jsonl."""

    hidden: list[Hidden]
    clusters: list[str] = field(default_factory=list)
    places: dict[int, int] = field(default_factory=dict)
    pairs: list[Judged] = field(default_factory=list)

    @property
    def truth(self) -> list[int]:
        """Who is behind each."""
        return [one.truth for one in self.hidden]

    def review(self) -> list[tuple[int, int]]:
        """The pairs that a human is asked about: one for each two customers, the likeliest."""
        asked: dict[frozenset[str], Judged] = {}
        for pair in self.pairs:
            homes = frozenset((self.clusters[pair.one], self.clusters[pair.other]))
            if pair.band == "review" and len(homes) == 2:
                before = asked.setdefault(homes, pair)
                asked[homes] = max(before, pair, key=lambda one: one.weight)
        return [(pair.one, pair.other) for pair in asked.values()]


def truth_of(folder: Path) -> dict[str, int]:
    """Who is behind each record of the project in `folder`, by the text of its Ref."""
    hidden = (Hidden._make(one) for one in _lines(folder / "truth.jsonl"))
    return {f"{STREAMS[one.source]}/{one.key}": one.truth for one in hidden}


def find(folder: Path) -> Found:
    """What came of the project in `folder`; RuntimeError when a record has no customer."""
    return read_links(
        folder, [Hidden._make(one) for one in _lines(folder / "truth.jsonl")], STREAMS
    )


def read_links(folder: Path, hidden: list[Hidden], streams: Mapping[str, str]) -> Found:
    """What came of these records; `streams` says where each source is read."""
    found = Found(hidden, [""] * len(hidden))
    database = sqlite3.connect(folder / "store.db")
    _read_clusters(database, found, streams)
    places = found.places
    found.pairs = [
        Judged(places[one], places[other], band, rule, weight)
        for one, other, band, rule, weight in database.execute(_PAIRS)
    ]
    database.close()
    return found


def _read_clusters(database: sqlite3.Connection, found: Found, streams: Mapping[str, str]) -> None:
    hidden = found.hidden
    at = {(streams[one.source], one.key): place for place, one in enumerate(hidden)}
    for number, stream, key, customer in database.execute(_LINKS):
        place = at[stream, key]
        found.places[number] = place
        found.clusters[place] = customer
    if not all(found.clusters):
        raise RuntimeError(f"{found.clusters.count('')} records have no customer")


def customers(folder: Path) -> list[str]:
    """The customer of each record, in the order of truth.jsonl, and no more than that.

    RuntimeError when a record has none.
    """
    hidden = [Hidden._make(one) for one in _lines(folder / "truth.jsonl")]
    found = Found(hidden, [""] * len(hidden))
    database = sqlite3.connect(folder / "store.db")
    _read_clusters(database, found, STREAMS)
    database.close()
    return found.clusters


def weighed(folder: Path, found: Found) -> list[tuple[int, int, int]]:
    """The pairs that were compared, by their places, with the weight that the model gives them.

    What guards and vetoes made of them does not count here. Empty where pairs have no weight.
    """
    database = sqlite3.connect(folder / "store.db")
    columns = {name for _, name, *_ in database.execute("PRAGMA table_info(pair)")}
    text = "SELECT a_id, b_id, weight FROM pair WHERE weight IS NOT NULL"
    rows = database.execute(text).fetchall() if "weight" in columns else []
    database.close()
    places = found.places
    return [(places[one], places[other], weight) for one, other, weight in rows]


_PAIRS = "SELECT a_id, b_id, band, rule, weight FROM pair ORDER BY a_id, b_id"
_LINKS = """
SELECT l.source_id, s.connection || '/' || s.name, r.external_id, l.customer_id
FROM link l JOIN record r ON r.id = l.source_id JOIN stream s ON s.id = r.stream_id
"""


def _lines(path: Path) -> Iterator[list]:  # type: ignore[type-arg]
    with path.open("rb") as file:
        for line in file:
            yield orjson.loads(line)
