"""demo: builds a sample retailer in a folder and runs the whole way."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from crmsync.cli import screen
from crmsync.demo.render import render
from crmsync.demo.run import run_demo


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("crmsync-demo"))
@click.option("--people", default=2000, show_default=True, help="How many people to invent.")
@click.option("--as-of", default="", metavar="DAY", help="The day to count from (default: today).")
@click.pass_context
def demo(ctx: click.Context, folder: Path, people: int, as_of: str) -> int:
    """Three systems in, one customer base, a till that greets by name."""
    screen.quiet_logs(ctx.obj["verbose"])
    with screen.progress() as progress:
        found = run_demo(
            folder.resolve(), people=people, as_of=as_of or datetime.now(UTC).date().isoformat(),
            progress=progress,
        )  # fmt: skip
    click.echo(render(found))
    return 0
