"""demo: build a sample retailer, run the whole way over it, and tell what was found."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from crmsync.cli import screen

ZONE = "Europe/Berlin"
"""The sample retailer's zone: its day is the demo's day."""


@click.command()
@click.argument("folder", default="crmsync-demo", type=click.Path(file_okay=False, path_type=Path))
@click.option("--people", default=2000, show_default=True, type=click.IntRange(1, 20_000))
@click.option("--seed", default=2026, show_default=True, help="Another seed, other people.")
@click.option("--as-of", default="", metavar="DAY", help="The day to count from (default: today).")
@screen.json_option
@click.pass_context
def demo(
    ctx: click.Context, folder: Path, people: int, seed: int, as_of: str, as_json: bool
) -> int:
    """Build a sample retailer in FOLDER (crmsync-demo) and run the whole way.

    A CRM export, an ERP database and a web shop become one customer base. Everybody is invented.
    """
    from crmsync.demo.render import as_dict, render
    from crmsync.demo.run import run_demo

    screen.quiet_logs(ctx.obj["verbose"])
    day = as_of or datetime.now(UTC).astimezone(ZoneInfo(ZONE)).date().isoformat()
    with screen.progress(quiet=as_json) as progress:
        found = run_demo(folder, people=people, seed=seed, as_of=day, progress=progress)
    if as_json:
        screen.show_json(as_dict(found))
    else:
        click.echo(render(found, color=sys.stdout.isatty()), nl=False)
    return found.exit_code
