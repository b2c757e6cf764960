"""20,000 customers over HTTP, 250 a page, into the store: ours, a bare loop, and the peers.

    python -m bench.http [--records 20000] [--times 3] [--latency 0.02]
                         [--dlt PYTHON] [--singer FOLDER] [--airbyte PYTHON]

A server in a process of its own answers with pages of customers of 1 kB and the cursor of the next.
Ours is a connector as an integrator writes it (`bench.http_shop`); everything is normalized. The
loop is httpx, pydantic and SQLite: it normalizes nothing and stores one document a record. The
peers (`bench.http_peers`) are dlt's rest_api source at its best settings, a tap of the Singer SDK
into target-duckdb, and PyAirbyte with a declarative source. Prints CPU seconds of the client, its
start counted, and their ratios; rows are counted afterwards. With `--latency` each page takes so
many seconds, and the whole run is compared with the longer of waiting alone and working alone.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from bench.http_peers import PEERS, find_peers
from bench.http_shop import PAGE
from bench.measure import Figures, in_turn, run
from bench.over_http import CONFIG, served
from bench.plain import Customer

LOADER = "from bench.http_shop import crmsync_register_connectors\n"


def plain(url: str, database: Path) -> None:
    """The loop: each page read, validated, and upserted as documents in one commit."""
    import httpx

    connection = sqlite3.connect(database)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, updated TEXT, doc TEXT)")
    adapter: TypeAdapter[Any] = TypeAdapter(list[Customer])
    client, place = httpx.Client(base_url=url), 0
    while place is not None:
        page = client.get(f"/{place}").json()
        rows = [
            (row.id, row.updated_at.isoformat(), row.model_dump_json())
            for row in adapter.validate_python(page["items"])
        ]
        connection.executemany(
            "INSERT INTO customers VALUES (?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET doc = excluded.doc, updated = excluded.updated",
            rows,
        )
        connection.commit()
        place = page["next"]
    connection.close()


def _plain(url: str, records: int, folder: Path) -> Figures:
    database = folder / "plain.db"
    figures = run("bench.http", "--plain", url, database)
    _require(database, "customers", records)
    return figures


def ours(url: str, records: int, folder: Path) -> Figures:
    """A first load."""
    (folder / "crmsync.toml").write_text(CONFIG.format(url=url), encoding="utf-8")
    (folder / "crmsync_plugins.py").write_text(LOADER, encoding="utf-8")
    figures = run("bench.synced", folder, f"new={records}")
    _require(folder / "store.db", "source_customer", records)
    return figures


def _require(database: Path, table: str, wanted: int) -> None:
    connection = sqlite3.connect(database)
    (found,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    connection.close()
    if found != wanted:
        raise RuntimeError(f"{table} holds {found} rows, not {wanted}")


def compare(records: int, times: int, peers: dict[str, Callable[..., Figures]]) -> None:
    """Everybody in turn, with the ratios to the loop and to us."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        with served(scratch / "served", records) as url:
            contenders: dict[str, Callable[[Path], Figures]] = {
                "loop": partial(_plain, url, records),
                "crmsync": partial(ours, url, records),
            }
            contenders |= {name: partial(load, url, records) for name, load in peers.items()}
            found = in_turn(contenders, scratch, times=times)
    print(
        f"{records:,} over HTTP {'CPU s':>10} {'wall s':>7} {'MB':>6} {'x loop':>7} {'x ours':>7}"
    )
    for contender, one in found.items():
        of_loop, of_ours = one.cpu / found["loop"].cpu, one.cpu / found["crmsync"].cpu
        print(f"{contender:22} {one.cpu:7.2f} {one.wall:7.2f} {one.peak:6.0f} "
              f"{of_loop:7.2f} {of_ours:7.2f}")  # fmt: skip
    for peer in PEERS:
        if peer not in found:
            print(f"{peer:22} not found, see bench.http_peers")


def latency(records: int, times: int, seconds: float) -> None:
    """The whole run beside the longer of waiting alone and working alone, wall seconds."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        with (
            served(scratch / "near", records) as near,
            served(scratch / "far", records, latency=seconds) as far,
        ):
            found = in_turn(
                {"near": partial(ours, near, records), "far": partial(ours, far, records)},
                scratch,
                times=times,
            )
    waiting = seconds * -(-records // PAGE)
    longer = max(waiting, found["near"].wall)
    near, far = found["near"].wall, found["far"].wall
    print(
        f"{seconds * 1000:.0f} ms a page: {far:.2f} s; waiting alone {waiting:.2f}, working alone "
        f"{near:.2f}: {far / longer:.2f} times the longer"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--latency", type=float, default=0.02)
    parser.add_argument("--dlt", default=sys.executable, metavar="PYTHON")
    parser.add_argument("--singer", metavar="FOLDER")
    parser.add_argument("--airbyte", default=sys.executable, metavar="PYTHON")
    parser.add_argument("--plain", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.plain:
        plain(options.plain[0], Path(options.plain[1]))
    else:
        found_peers = find_peers(options.dlt, options.singer, options.airbyte)
        compare(options.records, options.times, found_peers)
        latency(options.records, options.times, options.latency)
