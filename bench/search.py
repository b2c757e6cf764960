"""People search at a million people: hits and milliseconds by kind of query, beside FTS5 trigrams.

`python -m bench.search [--people N] [--queries N] [--peer N]`. A hit is any person of the target's
full name; queries that equal another existing name are left out. The peer is SQLite's trigram
index with a re-rank by rapidfuzz, on fewer queries.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from bench.people import KINDS, full, people
from crmsync.identity.search.file import FileIndex, fill
from crmsync.identity.search.find import find
from crmsync.identity.search.tables import Tables
from crmsync.identity.search.words import Parts, card_words, name_words, terms

CARDS = "CREATE TABLE card (rank INTEGER PRIMARY KEY, words TEXT NOT NULL)"
Search = Callable[[str], Sequence[int]]


class Query(NamedTuple):
    """What is typed, and whose name it is."""

    text: str
    wanted: str


def build(path: Path, everybody: Sequence[Parts]) -> float:
    """Write the index of everybody; gives the seconds."""
    began = time.perf_counter()
    file = sqlite3.connect(path, isolation_level=None)
    file.execute("PRAGMA journal_mode=OFF")
    file.execute(CARDS)
    file.execute("BEGIN")
    tables = Tables()
    rows = []
    for slot, parts in enumerate(everybody, 1):
        words = name_words(parts)
        tables.add(slot, terms(words))
        rows.append((slot, card_words(words)))
    file.executemany("INSERT INTO card VALUES (?, ?)", rows)
    fill(file, tables)
    file.execute("COMMIT")
    file.close()
    return time.perf_counter() - began


def queries(names: Sequence[str], kind: str, count: int, random: Random) -> Iterator[Query]:
    """`count` queries of a kind that are no other existing name."""
    existing = {name.casefold() for name in names}
    found = 0
    while found < count:
        wanted = random.choice(names)
        text = KINDS[kind](wanted, random)
        same = text.casefold() == wanted.casefold()
        if same != (kind == "exact") or (not same and text.casefold() in existing):
            continue
        found += 1
        yield Query(text, wanted)


def percentile(spent: list[float], share: float) -> float:
    """The value below which `share` of the measurements lie, in milliseconds."""
    return sorted(spent)[min(int(len(spent) * share), len(spent) - 1)] * 1000


def ask(search: Search, asked: Sequence[Query], names: Sequence[str]) -> tuple[float, ...]:
    """hit@1, hit@5, p50 and p99 milliseconds of CPU, and the longest."""
    first = top = 0
    spent = []
    for query in asked:
        began = time.thread_time()
        slots = search(query.text)
        spent.append(time.thread_time() - began)
        hits = [names[slot - 1] == query.wanted for slot in slots[:5]]
        first += hits[:1] == [True]
        top += any(hits)
    count = len(asked)
    return (first / count, top / count, percentile(spent, 0.5), percentile(spent, 0.99),
            max(spent) * 1000)  # fmt: skip


def report(name: str, search: Search, names: Sequence[str], count: int, seed: int) -> None:
    """Print the figures of every kind of query."""
    print(f"{name:24}{'hit@1':>8}{'hit@5':>8}{'p50 ms':>8}{'p99 ms':>8}{'max ms':>8}")
    for kind in KINDS:
        asked = list(queries(names, kind, count, Random(f"{seed} {kind}")))
        one, five, p50, p99, most = ask(search, asked, names)
        print(f"  {kind:22}{one:8.4f}{five:8.4f}{p50:8.2f}{p99:8.2f}{most:8.1f}", flush=True)


def trigrams(path: Path, names: Sequence[str]) -> Search:
    """The peer: FTS5 trigrams, the best hundred ranked again by rapidfuzz."""
    from rapidfuzz import fuzz

    file = sqlite3.connect(path, isolation_level=None)
    file.execute("CREATE VIRTUAL TABLE look USING fts5(name, tokenize='trigram')")
    file.execute("BEGIN")
    file.executemany("INSERT INTO look (rowid, name) VALUES (?, ?)", enumerate(names, 1))
    file.execute("COMMIT")

    def search(text: str) -> Sequence[int]:
        grams = {text[at : at + 3] for at in range(len(text) - 2)}
        terms = " OR ".join(f'"{gram}"' for gram in sorted(grams) if '"' not in gram)
        rows = file.execute(
            "SELECT rowid, name FROM look WHERE look MATCH ? ORDER BY rank LIMIT 100", (terms,)
        ).fetchall()
        rows.sort(key=lambda row: -fuzz.token_sort_ratio(text, row[1]))
        return [row[0] for row in rows]

    return search


def main() -> None:
    """Build and ask."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=1_000_000)
    options.add_argument("--queries", type=int, default=1000)
    options.add_argument("--peer", type=int, default=20)
    options.add_argument("--seed", type=int, default=2026)
    given = options.parse_args()
    everybody = people(given.people, given.seed)
    names = [full(parts) for parts in everybody]
    print(f"{len(names)} people, {len(set(names))} names,"
          f" {len({parts.family for parts in everybody})} surnames")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "people.db")
        seconds = build(path, everybody)
        del everybody
        size = path.stat().st_size
        print(f"index with the words of the names: {size / 1e6:.0f} MB,"
              f" {size / len(names):.0f} bytes a person, built in {seconds:.0f} s")  # fmt: skip
        file = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
        index = FileIndex(file)
        report("crmsync", lambda text: find(index, text), names, given.queries, given.seed)
        if given.peer:
            began = time.perf_counter()
            peer = trigrams(Path(folder, "trigrams.db"), names)
            print(f"trigrams: {Path(folder, 'trigrams.db').stat().st_size / 1e6:.0f} MB,"
                  f" built in {time.perf_counter() - began:.0f} s")  # fmt: skip
            report("FTS5 trigram + rapidfuzz", peer, names, given.peer, given.seed)


if __name__ == "__main__":
    main()
