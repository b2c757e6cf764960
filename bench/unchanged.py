"""Records that did not change: a whole export is read again, and nothing in it is new.

    python -m bench.unchanged [--records 1000000]

Prints the records a CPU second of a second run, its start apart, for files read as a whole
(`deletes = "missing"`: each run looks at every record and for what vanished).
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from bench import data
from bench.measure import run


def main(records: int) -> None:
    """Load once, read again, and take off what a run of ten records needs."""
    with tempfile.TemporaryDirectory() as name:
        few, many = Path(name) / "few", Path(name) / "many"
        for folder, total in ((few, 10), (many, records)):
            folder.mkdir()
            data.write(folder, total // 3, total - total // 3)
            run("bench.ours", folder, folder / "project", "missing")
        start = run("bench.ours", few, few / "project", "missing").cpu
        again = run("bench.ours", many, many / "project", "missing")
        spent = again.cpu - start
        print(f"{records:,} unchanged records: {spent:.2f} CPU s beside a start of {start:.2f}, "
              f"{records / spent:,.0f} a second, {again.peak:.0f} MB")  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    main(parser.parse_args().records)
