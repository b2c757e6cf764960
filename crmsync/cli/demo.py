"""demo: builds a sample retailer in a folder and runs the whole way."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path

import click

from crmsync.cli import screen
from crmsync.demo.render import as_dict, render
from crmsync.demo.run import run_demo
from crmsync.demo.sample import SEED
from crmsync.demo.webshop import ZONE


@click.command()
@click.argument(
    "folder", type=click.Path(file_okay=False, path_type=Path), default=Path("crmsync-demo")
)
@click.option("--people", default=2000, show_default=True, type=click.IntRange(1, 20_000),
              help="How many people to invent.")  # fmt: skip
@click.option("--seed", default=SEED, show_default=True, help="Another number, other people.")
@click.option(
    "--as-of", default="", type=screen.DAY, help="The day to count from (default: today)."
)
@screen.json_option
@click.pass_context
def demo(
    ctx: click.Context, folder: Path, people: int, seed: int, as_of: str, as_json: bool
) -> int:
    """Three systems in, one customer base, a till that greets by name.

    Builds a sample retailer in FOLDER (crmsync-demo); everybody in it is invented. Exit code 3
    when something was parked.
    """
    screen.quiet_logs(ctx.obj["verbose"])
    day = _day(as_of, datetime.now(ZONE).date())
    with screen.progress(quiet=as_json) as progress:
        found = run_demo(folder.resolve(), people=people, seed=seed, as_of=day, progress=progress)
    if as_json:
        screen.show_json(as_dict(found))
    else:
        click.echo(render(found, color=sys.stdout.isatty()), nl=False)
    return found.exit_code


def _day(text: str, today: date) -> str:
    """The ISO day to count from; the backends' clocks allow none that lies ahead."""
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        raise click.BadParameter("write it as 2026-11-21.", param_hint="--as-of") from None
    if day > today:
        raise click.BadParameter("this day lies ahead.", param_hint="--as-of")
    return day.isoformat()
