"""plugins list, plugins check: what is loaded, by which door, and what is wrong."""

from __future__ import annotations

import click

from crmsync import registry
from crmsync.cli import screen


@click.group()
def plugins() -> None:
    """List and check plugins."""


@plugins.command("list")
@screen.json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> int:
    """Every plugin: its name, the door it came by, its version, what is wrong with it."""
    loaded = registry.load(base=screen.folder(ctx)).plugins
    rows = [(one.name, one.origin, one.version, one.problem) for one in loaded]
    names = ("name", "origin", "version", "problem")
    if as_json:
        screen.show_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        screen.table("Plugins", names, rows)
    return 0


@plugins.command("check")
@screen.json_option
@click.pass_context
def check(ctx: click.Context, as_json: bool) -> int:
    """Exit code 1 when a plugin does not load or a hook's hints differ from the contract."""
    problems = registry.check(registry.load(base=screen.folder(ctx)))
    if as_json:
        screen.show_json(problems)
    else:
        for problem in problems:
            click.echo(problem)
        click.echo(f"{len(problems)} problems" if problems else "every plugin is in order")
    return 1 if problems else 0
