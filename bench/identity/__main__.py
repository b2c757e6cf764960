"""Who is who over invented people of four sources: ours, plain exact rules, Splink.

    python -m bench.identity [--records 10000 100000 1000000] [--seed 1] [--noise 1] [--errors]
        [--own] [--splink PYTHON] [--json FILE] [--keep FOLDER]

Figures are over final clusters, pair by pair: precision and recall of what is linked; "oracle" is
that and the review answered rightly. `asked` is the share of the compared pairs in review,
`tainted` the share of the clusters larger than 4 (`of`) that hold a wrong person. Ours has one
setting, the default, and sees no labels; with `--own` it runs again with the model that `crmsync
model train` learns from these very records, without labels. Everybody starts from the same
normalized records. Splink runs where `--splink` names a Python that has it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import orjson

from bench.identity import exact, ours, splinked, table
from bench.identity.causes import causes, shown
from bench.identity.clean import Clean, cleaned
from bench.identity.found import Found
from bench.identity.table import Line
from bench.identity.truth import answered, score
from bench.people import noisy


def lines(folder: Path, records: int, options: argparse.Namespace) -> Iterator[Line]:
    """Everybody over so many records, ours first."""
    ours.loaded(folder, records, options.seed, noisy(options.noise))
    own = folder.with_name(f"{records}-own")
    learned = ours.with_own_model(folder, own) if options.own else None
    ran = ours.resolve(folder)
    found = ran.found
    yield from _ours(records, ran)
    if learned:
        print(f"Learning took {learned.wall:.1f} s and {learned.peak:.0f} MB")
        yield from _ours(records, ours.resolve(own), "crmsync, own model")
    clean = cleaned(folder, found)
    if options.errors:
        print("\n".join(shown(causes(found, found.clusters, clean))), flush=True)
    yield _exact(records, found, clean)
    if options.splink:
        yield from _splink(records, found, clean, folder / "records.parquet", options.splink)


def _ours(records: int, ran: ours.Run, name: str = "crmsync") -> Iterator[Line]:
    found, review = ran.found, ran.found.review()
    asked = len(review) / max(1, ran.compared)
    truth = found.truth
    yield Line(records, name, score(truth, found.clusters), ran.seconds, ran.peak)
    oracle = score(truth, answered(truth, found.clusters, review))
    yield Line(records, f"{name}, oracle", oracle, asked=asked)


def _exact(records: int, found: Found, clean: list[Clean]) -> Line:
    began = time.perf_counter()
    clusters = exact.clusters(clean)
    took = time.perf_counter() - began
    return Line(records, "exact rules, frequency cut", score(found.truth, clusters), took)


def _splink(
    records: int, found: Found, clean: list[Clean], file: Path, python: str
) -> Iterator[Line]:
    splinked.export(file, clean, found.truth)
    answer = splinked.splink(python, file)
    for said in answer.warnings:
        print(f"Splink says: {said}")
    print(
        f"Splink took {answer.train:.1f} s to train, {answer.predict:.1f} s to predict, "
        f"{answer.cluster:.1f} s to cluster"
    )
    took = answer.predict + answer.cluster
    yield Line(records, "Splink, default 0.95", answer.scores["default"], took, answer.peak)
    threshold, best = answer.best()
    yield Line(records, f"Splink, best ({threshold})", best, took, answer.peak)


def measured(options: argparse.Namespace) -> list[Line]:
    """Every size in turn, each in an empty folder; each line is printed when it is known."""
    done: list[Line] = []
    print(table.HEAD)
    for records in options.records:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(options.keep or name) / str(records)
            for line in lines(folder, records, options):
                print(line, flush=True)
                done.append(line)
    return done


def arguments() -> argparse.Namespace:
    """What the command line says."""
    parser = argparse.ArgumentParser(prog="python -m bench.identity", description=__doc__)
    parser.add_argument("--records", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--seed", type=int, default=1, help="another one for other people")
    parser.add_argument("--noise", type=float, default=1.0, help="mishaps, so many times as often")
    parser.add_argument("--errors", action="store_true", help="what is missed and what is wrong")
    parser.add_argument("--own", action="store_true", help="ours with a model of its own too")
    parser.add_argument("--splink", metavar="PYTHON")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="an empty folder to work in")
    return parser.parse_args()


if __name__ == "__main__":
    told = arguments()
    found_lines = measured(told)
    if told.json:
        told.json.write_bytes(orjson.dumps([line.as_json() for line in found_lines]))
