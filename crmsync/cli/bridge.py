"""bridge install, list, remove: Singer taps, each in a virtual environment of its own."""

from __future__ import annotations

from pathlib import Path

import click

from crmsync.cli import screen
from crmsync.connectors import taps
from crmsync.store import files
from crmsync.store.complaints import unwritable


@click.group()
def bridge() -> None:
    """Install Singer taps; the connector `singer` runs them."""


@bridge.command("install")
@click.argument("tap")
@click.option("--pip", "package", default="", metavar="SPEC",
              help="What pip installs (default: the tap's name).")  # fmt: skip
@click.option("--python", default="", metavar="COMMAND",
              help="The Python that the tap runs on (default: this one).")  # fmt: skip
@click.pass_context
def install(ctx: click.Context, tap: str, package: str, python: str) -> int:
    """Install TAP into .crmsync/taps, or bring it up to date."""
    base = screen.folder(ctx)
    try:
        found = taps.install(base, tap, package=package, python=python)
        _note(base, found)
    except OSError as error:
        raise unwritable("the tap", base / taps.FOLDER / tap, error) from error
    click.echo(f"{found.name}: {found.package} {found.version}, on Python {found.python}")
    return 0


def _note(base: Path, found: taps.Tap) -> None:
    """Say in the environment that all went well; tell version control to leave it alone."""
    ignore = (base / taps.FOLDER).parent / ".gitignore"
    if not ignore.exists():
        files.put(ignore, b"*\n", point="config")
    files.put(taps.folder_of(base, found.name) / taps.NOTE, taps.note_of(found), point="config")


@bridge.command("list")
@screen.json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> int:
    """Every tap: its package, its version, its Python, what is wrong with it."""
    found = list(taps.installed(screen.folder(ctx)))
    names = ("tap", "package", "version", "python", "problem")
    rows = [(one.name, one.package, one.version, one.python, one.problem) for one in found]
    if as_json:
        screen.show_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        screen.table("Taps", names, rows)
    return 1 if any(one.problem for one in found) else 0


@bridge.command("remove")
@click.argument("tap")
@click.pass_context
def remove(ctx: click.Context, tap: str) -> int:
    """Remove TAP and its environment; what it told stays."""
    base = screen.folder(ctx)
    try:
        taps.remove(base, tap)
    except OSError as error:
        raise unwritable("the tap", base / taps.FOLDER / tap, error) from error
    click.echo(f"{tap} removed.")
    return 0
