"""search: find customers of the store by what one hears or types."""

from __future__ import annotations

import click

from crmsync.cli import screen
from crmsync.engine.finding import find_people


@click.command()
@click.argument("text")
@click.option("--most", type=click.IntRange(1, 200), default=20, show_default=True,
              help="The most customers.")  # fmt: skip
@screen.json_option
@click.pass_context
def search(ctx: click.Context, text: str, most: int, as_json: bool) -> int:
    """Find customers by name as it sounds, phone (or its end), e-mail, number, postal code."""
    with screen.project(ctx) as project, project.store.read() as work:
        found = find_people(work, text, most=most)
    if as_json:
        screen.show_json([one._asdict() for one in found])
    else:
        columns = ("customer", "controller", "name", "place", "sources")
        screen.table("Found", columns, found)
    return 0
