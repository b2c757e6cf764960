"""Hands a store's facts over as a folder of Parquet files, and takes habits back from it.

The folder holds, readable by its owner alone:
  manifest.json   what it is: format, store, day, number of the change log, definition
  orders, lines, products, deliveries, interactions   a file for each bucket of customers, shaped
                  as profile/goods.sql says
  customers, links   customer_id, controller; customer_id and the record that belongs to it
  asked, denied   the day, and the categories that enter nothing
  results         what `crmsync habits --engine` makes of it
"""

from __future__ import annotations

import os
import shutil
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson

from crmsync.engine.newid import new_id
from crmsync.engine.project import Project
from crmsync.errors import ConfigError, NotReadable
from crmsync.profile import habits
from crmsync.profile.compute import assembled, relations
from crmsync.profile.elsewhere import WHOLE
from crmsync.store import Work, points
from crmsync.store import habits as kept
from crmsync.store.complaints import unwritable
from crmsync.store.facts import living, read_facts, table
from crmsync.store.log import last_number
from crmsync.store.schema import own_id
from crmsync.store.survey import owned

FORMAT = 1
PORTION = 50_000
"""About so many customers are a bucket."""
UNFINISHED = "import"
"""What the habits rest on while an import is under way: nothing that a sync knows."""
BATCH = 1_000
"""Customers that are taken back in one transaction."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a folder is: by it `bring_in` knows whether its results still hold."""

    format: int
    store: str
    as_of: str
    number: int
    definition: str
    customers: int
    buckets: int


def export(project: Project, folder: Path, as_of: str) -> Manifest:
    """Write the facts of all living customers into a new folder, as of a day (ISO).

    ConfigError when the folder is not empty, cannot be written, or when plugins bring habits of
    their own: those run in a sync alone.
    """
    if project.registry.habits:
        raise ConfigError(
            "plugins of this project bring habits of their own, which only a sync works out.",
            hint="Run `crmsync sync`, or leave out those plugins.",
        )
    if folder.exists() and any(folder.iterdir()):
        raise ConfigError(f"{folder} is not empty.", hint="Name a new folder.")
    try:
        with project.store.read() as work:
            return _export(project, work, folder, as_of)
    except OSError as error:
        raise unwritable("the folder", folder, error) from error


def _export(project: Project, work: Work, folder: Path, as_of: str) -> Manifest:
    deny = project.settings.crmsync.deny_categories
    alive = living(work, kept.everybody(work))
    buckets = max(1, -(-len(alive) // PORTION))
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for name in sorted(alive):
        groups[zlib.crc32(name.encode()) % buckets].append(name)
    denied: set[str] = set()
    for bucket in range(buckets):
        names, file = groups[bucket], f"{bucket:04d}.parquet"
        for relation, told in relations(read_facts(work, names), as_of, deny):
            if relation == "denied":
                denied.update(told["category"].to_pylist())
            elif relation != "asked":
                _put(folder / relation / file, told)
        owners = [(name, alive[name].controller) for name in names]
        _put(folder / "customers" / file, table(_CUSTOMERS, owners))
        _put(folder / "links" / file, table(_LINKS, owned(work, names)))
    _put(folder / "asked" / WHOLE, table({"as_of": "day"}, [(as_of,)]))
    _put(folder / "denied" / WHOLE, table({"category": "text"}, [(one,) for one in sorted(denied)]))
    made = Manifest(
        FORMAT, own_id(project.store.engine), as_of, last_number(work.connection),
        habits.definition(deny, ()), len(alive), buckets,
    )  # fmt: skip
    _private(folder / "manifest.json", orjson.dumps(asdict(made), option=orjson.OPT_INDENT_2))
    return made


_CUSTOMERS = {"customer_id": "text", "controller": "text"}
_LINKS = {"customer_id": "text", "record": "text"}


def _put(path: Path, told: Any) -> None:
    """A table as Parquet, readable by its owner alone from its first byte."""
    from pyarrow import parquet

    _private(path, b"")
    parquet.write_table(told, path, compression="zstd")


def _private(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (
        points.effect("export/file"),
        open(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file,
    ):
        file.write(content)


def read_manifest(folder: Path) -> Manifest:
    """What a folder is; NotReadable when it is no folder of `export`, or of another version."""
    try:
        made = Manifest(**orjson.loads((folder / "manifest.json").read_bytes()))
    except (OSError, ValueError, TypeError) as error:
        raise NotReadable(
            f"{folder} is no folder of crmsync export.", hint="Export again."
        ) from error
    if made.format != FORMAT:
        raise NotReadable(f"{folder} has format {made.format}, not {FORMAT}.", hint="Export again.")
    return made


def bring_in(project: Project, folder: Path) -> dict[str, int]:
    """Take the results of a folder into the store; gives the counts of the habits stage.

    Nothing may have changed in the store since the export: NotReadable says so, and nothing is
    taken. An import that was cut off is over: the next sync works everything out by itself.
    """
    made = read_manifest(folder)
    _same_habits(project, made, folder)
    counts: Counter[str] = Counter()
    with project.store.lease("resolve", holder=new_id(datetime.now(UTC))) as lease:
        with project.store.read() as look:
            _unchanged(look, made, folder)
            missing = set(kept.everybody(look))
        with project.store.work("import/begin", lease=lease) as work:
            kept.save_basis(work, UNFINISHED)
        for names, computed in _results(folder, made.as_of):
            with project.store.work("import/batch", lease=lease) as work:
                counts.update(habits.bring_up(work, names, living(work, names), computed))
            missing.difference_update(names)
        with project.store.work("import/finish", lease=lease) as work:
            gone = sorted(missing)
            counts.update(habits.bring_up(work, gone, {}, []))
            kept.save_basis(work, f"{made.definition} {made.as_of}")
            work.advance("habits", made.number)
            regraded = kept.draw(work)
            work.log_customers("habits", regraded)
    return dict(counts) | {"regraded": len(regraded)}


def _same_habits(project: Project, made: Manifest, folder: Path) -> None:
    mine = own_id(project.store.engine)
    if made.store != mine:
        raise NotReadable(f"{folder} was exported from another store.", hint="Nothing was taken.")
    deny = project.settings.crmsync.deny_categories
    if project.registry.habits or made.definition != habits.definition(deny, ()):
        raise NotReadable(
            f"{folder} was made by other definitions of the habits, or with other denied "
            "categories.", hint="Export again. Nothing was taken.",
        )  # fmt: skip
    if not all(any((folder / "results" / name).glob("*.parquet")) for name in _QUERIES):
        raise NotReadable(
            f"{folder} holds no results.", hint="Run `crmsync habits --engine … --folder …` first."
        )


_QUERIES = ("habits", "replenish")


def _unchanged(work: Work, made: Manifest, folder: Path) -> None:
    if last_number(work.connection) != made.number:
        raise NotReadable(
            f"the store has changed since {folder} was exported.",
            hint="Export again, with no sync in between. Nothing was taken.",
        )


def _results(folder: Path, as_of: str) -> Iterator[tuple[list[str], list[Any]]]:
    """The results in batches of customers, with who they are."""
    import duckdb

    with duckdb.connect(":memory:") as engine, duckdb.connect(":memory:") as beside:
        told = engine.execute(_ALL.format(place=_files(folder, "habits")))
        columns = [one[0] for one in told.description]
        while rows := told.fetchmany(BATCH):
            found = [_row(columns, row) for row in rows]
            names = [row["customer_id"] for row in found]
            again = beside.execute(
                _SOME.format(place=_files(folder, "replenish")), [names[0], names[-1]]
            )
            heads = [one[0] for one in again.description]
            more = [_row(heads, row) for row in again.fetchall()]
            yield names, assembled(found, more, as_of)


_ALL = "SELECT * FROM read_parquet('{place}') ORDER BY customer_id"
_SOME = (
    "SELECT * FROM read_parquet('{place}') WHERE customer_id BETWEEN ? AND ? "
    "ORDER BY customer_id, place"
)


def _files(folder: Path, name: str) -> str:
    return str(folder / "results" / name / "*.parquet").replace("'", "''")


def _row(columns: list[str], values: tuple[Any, ...]) -> dict[str, Any]:
    """A row by column; a whole number is one, however wide its type is in the engine."""
    plain = (int(one) if isinstance(one, Decimal) else one for one in values)
    return dict(zip(columns, plain, strict=True))


def clear(folder: Path) -> None:
    """Remove a folder of `export`: it holds personal data. NotReadable when it is none."""
    read_manifest(folder)
    shutil.rmtree(folder)
