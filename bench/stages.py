"""Where the time of a record goes: CPU microseconds a record of each stage, customers and orders.

    python -m bench.stages

Every stage works on the batches that a sync works on (5,000 records); what it does with the store
is counted with it, the commit apart.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import data, ours
from crmsync.cli.collector import calm
from crmsync.engine.answers import ask
from crmsync.engine.calls import read_pages
from crmsync.engine.intake import BATCH
from crmsync.engine.land import Batch, land
from crmsync.engine.normalize import PAGE, Connected, normalize
from crmsync.engine.outcome import Context, outcome
from crmsync.engine.parents import find
from crmsync.engine.project import Project, about, connect, open_project
from crmsync.hookspecs import Connector
from crmsync.model.stream import Stream, Window
from crmsync.store import Work, records
from crmsync.store.records import Raw

CUSTOMERS, ORDERS = 20_000, 40_000


class Clock(Counter[str]):
    """CPU seconds of each stage."""

    @contextmanager
    def on(self, stage: str) -> Iterator[None]:
        """Count what the block takes."""
        began = time.process_time()
        yield
        self[stage] += time.process_time() - began


def batches(connector: Connector, stream: Stream, clock: Clock) -> Iterator[Batch]:
    """The stream's pages, gathered as the engine does."""
    pages = read_pages(connector, stream, Window(), None)
    batch = Batch()
    while True:
        with clock.on("read"):
            page = next(pages, None)
        if page is not None:
            batch.add(page)
        if batch.pages and (page is None or batch.size >= BATCH):
            yield batch
            batch = Batch()
        if page is None:
            return


def parts(work: Work, connected: Connected, stream: Stream, raws: list[Raw], clock: Clock) -> None:
    """Map and clean a batch without writing anything."""
    context = Context(connected.connection, {})
    for start in range(0, len(raws), PAGE):
        page = raws[start : start + PAGE]
        with clock.on("map"):
            answers, _, _ = ask(connected.connector, stream, page)
        with clock.on("find parents"):
            parents = find(work, connected.connection.name, answers)
        with clock.on("clean"):
            outcome(answers, parents, context)


def run(project: Project, connector: Connector, stream: Stream) -> Clock:
    """One stream from its file to the store."""
    clock = Clock()
    with project.store.work() as work:
        row = records.load_stream(work, "shop", stream.name, stream.kind)
    connected = Connected(connector, about(project.settings, "shop"), {row.id: (row, stream)})
    for batch in batches(connector, stream, clock):
        before = time.process_time(), sum(clock.values())
        with project.store.work(run_id="bench") as work:
            with clock.on("land"):
                land(work, row, stream, batch)
            parts(work, connected, stream, batch.landed, clock)
            with clock.on("normalize"):
                normalize(work, connected, batch.landed)
        spent = time.process_time() - before[0] - (sum(clock.values()) - before[1])
        clock["log and commit"] += spent
    clock["write"] = clock.pop("normalize") - clock["map"] - clock["find parents"] - clock["clean"]
    return clock


def main() -> None:
    """Measure and print."""
    calm()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        data.write(scratch, CUSTOMERS, ORDERS)
        config = ours.CONFIG.format(store="sqlite:///store.db", deletes="none", folder=scratch)
        (scratch / "crmsync.toml").write_text(config, encoding="utf-8")
        with open_project(scratch) as project:
            connector = connect(project, "shop")
            found = {one.name: run(project, connector, one) for one in connector.streams()}
    print(f"{'CPU us a record':16} {'customer':>9} {'order':>9}")
    for stage in ("read", "land", "map", "find parents", "clean", "write", "log and commit"):
        customer, order = found["customers"][stage] / CUSTOMERS, found["orders"][stage] / ORDERS
        print(f"{stage:16} {customer * 1e6:9.1f} {order * 1e6:9.1f}")
    total = [sum(found["customers"].values()) / CUSTOMERS, sum(found["orders"].values()) / ORDERS]
    print(f"{'together':16} {total[0] * 1e6:9.1f} {total[1] * 1e6:9.1f}")


if __name__ == "__main__":
    main()
