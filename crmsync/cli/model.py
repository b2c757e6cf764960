"""model show, model sql: what each level of agreement weighs, for people and for other engines."""

from __future__ import annotations

import click
import msgspec

from crmsync.cli import screen
from crmsync.identity.levels import NAMES
from crmsync.identity.weighing import query
from crmsync.identity.weights import Model, default


@click.group()
def model() -> None:
    """Show what agreement weighs; weigh pairs on another engine."""


@model.command("show")
@screen.json_option
def show(as_json: bool) -> int:
    """Show what each level of each field weighs, in tenths of a bit."""
    told = default().model
    if as_json:
        screen.show_json(msgspec.to_builtins(told) | {"levels": {one: NAMES[one] for one in NAMES}})
        return 0
    screen.table("Weights", ("field", "level", "number", "weight"), _rows(told))
    click.echo(f"before anything is compared {told.prior}; same from {told.same} on, "
               f"review from {told.review} on")  # fmt: skip
    return 0


def _rows(told: Model) -> list[tuple[str, str, int, int]]:
    return [
        (field, name, number, told.weights[field].get(name, 0))
        for field, names in NAMES.items() if field in told.weights
        for number, name in enumerate(names)
    ]  # fmt: skip


@model.command("sql")
def sql() -> int:
    """Print the query that weighs a table `pairs` on SQLite, DuckDB or Spark alike."""
    click.echo(query(default()), nl=False)
    return 0
