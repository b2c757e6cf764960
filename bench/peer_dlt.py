"""The load benchmark's peer: dlt, which merges both files by id into a DuckDB file.

With its best settings it writes Parquet and keeps what is nested as JSON; with its default ones it
writes INSERT statements and puts what is nested into tables of its own.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import orjson

os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")


def rows(path: Path, size: int = 1000) -> Any:
    """The records of a JSON lines file, in lists."""
    page = []
    with path.open("rb") as file:
        for line in file:
            page.append(orjson.loads(line))
            if len(page) == size:
                yield page
                page = []
    yield page


def load(folder: Path, target: Path, *, best: bool) -> None:
    """Merge both files by id."""
    import dlt

    pipeline = dlt.pipeline(
        "bench",
        pipelines_dir=str(target / "state"),
        destination=dlt.destinations.duckdb(str(target / "peer.duckdb")),
        dataset_name="bench",
    )
    resources = [
        dlt.resource(
            rows(folder / f"{name}.jsonl"),
            name=name,
            primary_key="id",
            write_disposition="merge",
            max_table_nesting=0 if best else None,
        )
        for name in ("customers", "orders")
    ]
    pipeline.run(resources, loader_file_format="parquet" if best else None)


if __name__ == "__main__":
    load(Path(sys.argv[1]), Path(sys.argv[2]), best=sys.argv[3] == "best")
