"""Records that did not change: a whole export is read again, and nothing in it is new.

    python -m bench.unchanged [--records 1000000] [--formats jsonl,csv,parquet,xlsx] [--times 3]

Prints the records a CPU second of a second run, its start apart, for files read as a whole
(`deletes = "missing"`: each run looks at every record and for what vanished). First customers and
orders as JSON lines, the nested records of `bench.load`; then customers alone as a flat table in
each format, a fifth as many (a fiftieth in Excel, which is slow to read for everybody).
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench import data, formats, ours
from bench.measure import Figures, median, run

FEW = 10
Write = Callable[[Path, int], str]
"""Writes so many records into a folder, and gives the configuration that reads them."""


def nested(folder: Path, records: int) -> str:
    """Customers and orders as JSON lines."""
    data.write(folder, records // 3, records - records // 3)
    return ours.CONFIG.format(store="sqlite:///store.db", folder=folder, deletes="missing")


def flat(kind: str) -> Write:
    """Customers as a table of this kind."""

    def write(folder: Path, records: int) -> str:
        formats.WRITERS[kind](folder / f"customers.{kind}", formats.rows(records))
        config = formats.CONFIG + formats.MAP
        return config.format(
            store="sqlite:///store.db", path=f"customers.{kind}", deletes="missing"
        )

    return write


def again(write: Write, records: int, times: int) -> Figures:
    """The median of reading so many records again."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "crmsync.toml").write_text(write(folder, records), encoding="utf-8")
        run("bench.synced", folder, f"new={records}")
        wanted = ("new=0", "changed=0", f"unchanged={records}")
        return median([run("bench.synced", folder, *wanted) for _ in range(times)])


def show(name: str, write: Write, records: int, times: int) -> None:
    """Load once, read again, and take off what a run of ten records needs."""
    start, found = again(write, FEW, times).cpu, again(write, records, times)
    spent = found.cpu - start
    print(f"{name:16} {records:9,} {spent:6.2f} CPU s beside a start of {start:.2f}, "
          f"{records / spent:7,.0f} a second, {found.peak:.0f} MB", flush=True)  # fmt: skip


def main(records: int, kinds: list[str], times: int) -> None:
    """A line for the nested records, and one for each format of the flat ones."""
    show("as bench.load", nested, records, times)
    for kind in kinds:
        show(f"flat, {kind}", flat(kind), records // (50 if kind == "xlsx" else 5), times)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--formats", default="jsonl,csv,parquet,xlsx")
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    main(options.records, [one for one in options.formats.split(",") if one], options.times)
