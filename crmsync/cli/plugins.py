"""plugins list, check, new: what is loaded and what is wrong; a package to begin with."""

from __future__ import annotations

import click

from crmsync import registry
from crmsync.cli import screen
from crmsync.errors import ConfigError
from crmsync.store import files
from crmsync.store.complaints import unwritable


@click.group()
def plugins() -> None:
    """List and check plugins, begin a new one."""


@plugins.command("list")
@screen.json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> int:
    """Every plugin and connector: its name, the door it came by, its version, what is wrong."""
    loaded = registry.load(base=screen.folder(ctx)).everything()
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
    """Exit code 1 when one does not load, or a hook's hints differ from the contract."""
    problems = registry.check(registry.load(base=screen.folder(ctx)))
    if as_json:
        screen.show_json(problems)
    else:
        for problem in problems:
            click.echo(problem)
        click.echo(f"{len(problems)} problems" if problems else "every plugin is in order")
    return 1 if problems else 0


@plugins.command("new")
@click.argument("name")
@click.pass_context
def new(ctx: click.Context, name: str) -> int:
    """Write a package for the connector NAME: it reads, writes, and its tests pass at once."""
    from crmsync.testing.starter.package import package

    texts, folder = package(name), screen.folder(ctx) / f"crmsync-{name}"
    if name in registry.load().connectors:
        raise ConfigError(f"there is a connector '{name}' already.", hint="Choose another name.")
    if folder.exists():
        raise ConfigError(f"{folder} is there already.", hint="Choose another name, or move it.")
    for place, text in texts.items():
        path = folder / place
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            files.put(path, text.encode(), point="config")
        except OSError as error:
            raise unwritable("the package", path, error) from error
    click.echo(f"{folder} written. Then: pip install -e '{folder}[dev]' && pytest '{folder}'")
    return 0
