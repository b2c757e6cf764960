"""bench.http's peer: dlt's rest_api source into DuckDB, merged by id, at its best settings."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")


def load(url: str, target: Path) -> None:
    """Read every page; what is nested stays JSON, what is written is Parquet."""
    import dlt
    from dlt.sources.rest_api import rest_api_source

    source = rest_api_source(
        {
            "client": {
                "base_url": url,
                "paginator": {
                    "type": "json_link",
                    "next_url_path": "link",
                },
            },
            "resources": [
                {
                    "name": "customers",
                    "primary_key": "id",
                    "write_disposition": "merge",
                    "endpoint": {"path": "/0", "data_selector": "items"},
                    "max_table_nesting": 0,
                }
            ],
        }
    )
    pipeline = dlt.pipeline(
        "bench",
        pipelines_dir=str(target / "state"),
        destination=dlt.destinations.duckdb(str(target / "peer.duckdb")),
        dataset_name="bench",
    )
    pipeline.run(source, loader_file_format="parquet")


if __name__ == "__main__":
    load(sys.argv[1], Path(sys.argv[2]))
