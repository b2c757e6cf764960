"""export, import: facts out as Parquet, and the habits back that another engine made of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import click

from crmsync.cli import screen


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--as-of", default="", type=screen.DAY, help="The day (default: today).")
@screen.json_option
@click.pass_context
def export(ctx: click.Context, folder: Path, as_of: str, as_json: bool) -> int:
    """Write orders, lines, customers and links into a new FOLDER of Parquet files.

    They hold personal data, and are readable by their owner alone. Then work the habits out with
    `crmsync habits --engine spark --folder FOLDER`, and take them back with `crmsync import`.
    """
    from dataclasses import asdict

    from crmsync.engine import exchange

    with screen.project(ctx) as project:
        made = exchange.export(project, _place(ctx, folder), as_of or screen.today(project))
    if as_json:
        screen.show_json(asdict(made))
    else:
        click.echo(f"{made.customers} customers in {made.buckets} buckets, as of {made.as_of}")
    return 0


def elsewhere(folder: Path, engine: str) -> int:
    """Work the habits out in a folder of `export`."""
    from crmsync.engine.exchange import read_manifest
    from crmsync.profile import elsewhere

    made = read_manifest(folder)
    elsewhere.work_out(folder, cast(Any, engine))
    click.echo(f"the habits of {made.customers} customers are worked out as of {made.as_of}")
    return 0


@click.command("import")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--remove", is_flag=True, help="Remove the folder afterwards.")
@screen.json_option
@click.pass_context
def import_(ctx: click.Context, folder: Path, remove: bool, as_json: bool) -> int:
    """Take the results in FOLDER into the store; exit code 1 when the store has changed since."""
    from crmsync.engine import exchange

    place = _place(ctx, folder)
    with screen.project(ctx) as project:
        counts = exchange.bring_in(project, place)
    if remove:
        exchange.clear(place)
    if as_json:
        screen.show_json(counts)
    else:
        click.echo(f"{counts.get('changed', 0)} changed, {counts.get('unchanged', 0)} unchanged")
    return 0


def _place(ctx: click.Context, folder: Path) -> Path:
    return screen.below(ctx, folder)
