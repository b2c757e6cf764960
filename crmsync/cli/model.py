"""model: learn from the retailer's own records what agreement is worth; show it, or its query."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from crmsync.cli import screen
from crmsync.config import FILE, load
from crmsync.errors import ConfigError
from crmsync.identity.weighing import query
from crmsync.identity.weights import (
    BUILT_IN,
    Model,
    default,
    in_use,
    probability,
    read_model,
)
from crmsync.identity.weights import as_json as written
from crmsync.store import files
from crmsync.store.complaints import unwritable

Row = tuple[str, str, int, int, str]
"""A field, its level, what it weighs by default and here, and how many pairs have it."""


@click.group()
def model() -> None:
    """Learn from your own records what agreement is worth; show it, or weigh on another engine."""


@model.command("train")
@click.argument("file", metavar="FILE")
@screen.json_option
@click.pass_context
def train(ctx: click.Context, file: str, as_json: bool) -> int:
    """Learn a model from the store, without labels, and write it to FILE.

    FILE is below the project's folder. Nothing in the store changes, and nothing is in use until
    crmsync.toml says so: [identity] model = "FILE". The same records give the same model.
    """
    from crmsync.identity.learn import learn

    path = screen.folder(ctx) / file
    _refuse_other(path)
    with screen.project(ctx) as project, project.store.read() as work:
        found = learn(work, numbers=project.settings.numbers(), name=path.stem)
        used = project.settings.model_file() == path
    try:
        files.put(path, written(found.model) + b"\n", point="config")
    except OSError as error:
        raise unwritable("the model", path, error) from error
    if as_json:
        screen.show_json({**found._asdict(), "model": file})
        return 0
    _show(found.model, "What moved", moved=True)
    click.echo(f"{file} written, learned from {found.pairs:,} pairs in {found.rounds} rounds.")
    click.echo("The next run compares everybody by it." if used
               else f'To use it, write in {FILE}: [identity] model = "{file}"')  # fmt: skip
    return 0


def _refuse_other(path: Path) -> None:
    """ConfigError when there is a file that is no model: it would be written over."""
    if path.exists():
        try:
            read_model(path)
        except ConfigError as error:
            raise ConfigError(
                error.message, hint="It is not written over. Remove it, or name another file."
            ) from error


@model.command("show")
@click.argument("file", metavar="[FILE]", default="")
@screen.json_option
@click.pass_context
def show(ctx: click.Context, file: str, as_json: bool) -> int:
    """Show what each level of agreement is worth, in tenths of a bit; ten double the odds.

    The model in FILE, below the project's folder; without FILE the one in use.
    """
    path = _file(ctx, file)
    found = in_use(path).model
    if as_json:
        click.echo((path or BUILT_IN).read_text(encoding="utf-8").rstrip())
        return 0
    _show(found, f"Model {found.name}")
    click.echo(f"made: {found.made}")
    click.echo(f"prior {found.prior}, same from {found.same} ({probability(found.same):.1%}), "
               f"review from {found.review}")  # fmt: skip
    return 0


@model.command("sql")
@click.argument("file", metavar="[FILE]", default="")
@click.pass_context
def sql(ctx: click.Context, file: str) -> int:
    """Print the query that weighs a table `pairs` on SQLite, DuckDB or Spark alike.

    It is that of the model in FILE, below the project's folder; without FILE of the one in use.
    """
    click.echo(query(in_use(_file(ctx, file))), nl=False)
    return 0


def _file(ctx: click.Context, file: str) -> Path | None:
    """The file that is named, or that of the model in use; None for the one that crmsync brings."""
    folder = screen.folder(ctx)
    if file:
        return folder / file
    return load(folder).model_file() if (folder / FILE).exists() else None


def _show(found: Model, title: str, *, moved: bool = False) -> None:
    """A table of the weights beside the default's; of those that moved alone where it is asked."""
    rows = [row for row in _rows(found) if not moved or row[2] != row[3]]
    screen.table(title, ("field", "level", "default", "here", "pairs"), rows)


def _rows(found: Model) -> list[Row]:
    before = default().model
    rows = [("", "prior", before.prior, found.prior, _pairs(found, "kind", "equal"))]
    return rows + [
        (field, name, before.weights.get(field, {}).get(name, 0), weight,
         _pairs(found, field, name))
        for field, told in found.weights.items()
        for name, weight in told.items()
    ]  # fmt: skip


def _pairs(found: Model, field: str, name: str) -> str:
    pairs: Any = found.seen.get(field, {}).get(name)
    return f"{sum(pairs):,}" if pairs else ""
