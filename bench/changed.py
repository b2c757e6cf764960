"""1,000 changed of 1,000,000: what a run needs beside its start, and beside the size of the rest.

    python -m bench.changed [--records 1000000] [--changed 1000]

Two sources. A file of JSON lines that grew: `--changed` customers stand at its end once more, in
another version. A table of a SQLite database with an index on its column of changes, in which as
many rows were touched. Prints CPU seconds and wall seconds of the run after the change, apart from
the start of the program (a run with nothing to do over a handful of records), and checks that the
run took in exactly what changed.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import orjson

from bench import data, formats
from bench.measure import Figures, median, run
from bench.ours import CONFIG

FEW = 10
SQL = (
    """
[crmsync]
store = "{store}"
[controllers.bench]
name = "Bench GmbH"
[connections.crm]
connector = "sql"
controller = "bench"
url = "sqlite:///{folder}/source.db"
[[connections.crm.streams]]
name = "customers"
kind = "customers"
table = "customers"
key = "id"
cursor = "changed_at"
stamps_in = "UTC"
"""
    + formats.MAP
)


def grow(folder: Path, records: int, changed: int, round_: int) -> None:
    """Let customers.jsonl tell customers of before once more, with another number."""
    noise = random.Random(round_)
    with (folder / "customers.jsonl").open("ab") as file:
        for number in noise.sample(range(records // 3), changed):
            told = data.customer(noise, number)
            file.write(
                orjson.dumps(told | {"mobile": f"0171 {noise.randrange(10**8):08d}"}) + b"\n"
            )


def write_table(folder: Path, records: int) -> None:
    """The flat customers as a table, changed long ago."""
    database = sqlite3.connect(folder / "source.db")
    rows = formats.rows(records)
    first = next(rows)
    columns = ", ".join([*first, "changed_at"]).replace("id,", "id INTEGER PRIMARY KEY,", 1)
    database.execute(f"CREATE TABLE customers ({columns})")
    marks = ", ".join("?" * len(first))
    insert = f"INSERT INTO customers VALUES ({marks}, '2026-01-01 00:00:00')"
    database.execute(insert, tuple(first.values()))
    database.executemany(insert, (tuple(row.values()) for row in rows))
    database.execute("CREATE INDEX changes ON customers (changed_at)")
    database.commit()
    database.close()


def touch(folder: Path, records: int, changed: int, round_: int) -> None:
    """Change rows of the table, now; a window ends before the running second, so await the next."""
    noise = random.Random(round_)
    rows = [(f"0171 {noise.randrange(10**8):08d}", one)
            for one in noise.sample(range(records), changed)]  # fmt: skip
    database = sqlite3.connect(folder / "source.db")
    database.executemany(
        "UPDATE customers SET mobile = ?, changed_at = datetime('now') WHERE id = ?", rows
    )
    database.commit()
    database.close()
    time.sleep(1.1)


@dataclass(frozen=True)
class Source:
    """Something to read: how it is configured, written, and changed."""

    config: str
    write: Callable[[Path, int], None]
    change: Callable[[Path, int, int, int], None]


SOURCES = {
    "JSON lines that grew": Source(
        CONFIG,
        lambda folder, records: data.write(folder, records // 3, records - records // 3),
        grow,
    ),
    "a table with a cursor": Source(SQL, write_table, touch),
}


def measure(source: Source, records: int, changed: int) -> Figures:
    """The median of three runs, each after a change of what was loaded."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source.write(folder, records)
        config = source.config.format(store="sqlite:///store.db", folder=folder, deletes="none")
        (folder / "crmsync.toml").write_text(config, encoding="utf-8")
        run("bench.synced", folder, f"new={records}")
        found = []
        for number in range(3):
            source.change(folder, records, changed, number)
            found.append(run("bench.synced", folder, "new=0", f"changed={changed}"))
    return median(found)


def main(records: int, changed: int) -> None:
    """A line for each source."""
    print(f"{changed:,} changed of {records:,}, start apart")
    for name, source in SOURCES.items():
        start, spent = measure(source, FEW, 0), measure(source, records, changed)
        cpu, wall = spent.cpu - start.cpu, spent.wall - start.wall
        print(f"{name:22} {cpu:6.2f} CPU s {wall:6.2f} wall s, start {start.cpu:.2f} CPU s, "
              f"{spent.peak:.0f} MB", flush=True)  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--changed", type=int, default=1_000)
    options = parser.parse_args()
    main(options.records, options.changed)
