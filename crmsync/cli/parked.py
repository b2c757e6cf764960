"""parked list, show, retry, drop: what was set aside and why."""

from __future__ import annotations

import click

from crmsync.cli import screen
from crmsync.cli.sync import day_option, say_failures
from crmsync.engine.sync import sync as run_sync
from crmsync.errors import ConfigError
from crmsync.store import parking


@click.group()
def parked() -> None:
    """List, show, retry or drop what is parked."""


@parked.command("list")
@screen.json_option
@click.pass_context
def list_(ctx: click.Context, as_json: bool) -> int:
    """What is parked: where, which field, why, since which run. Exit code 3 when anything is."""
    with screen.project(ctx) as project, project.store.read() as work:
        entries = parking.entries(work)
    if as_json:
        screen.show_json(entries)
    else:
        columns = ("id", "connection", "stream", "place", "field", "reason", "attempts")
        rows = [[entry[name] for name in columns] for entry in entries]
        screen.table("Parked", columns, rows)
    return 3 if entries else 0


@parked.command("show")
@click.argument("number", type=int)
@click.pass_context
def show(ctx: click.Context, number: int) -> int:
    """One entry; what could not be read is printed as it came (it may hold personal data)."""
    with screen.project(ctx) as project, project.store.read() as work:
        found = [entry for entry in parking.entries(work) if entry["id"] == number]
        raw = parking.payload(work, number)
    if not found:
        raise ConfigError(f"nothing is parked under {number}.", hint="See `crmsync parked list`.")
    screen.show_json(found[0])
    if raw is not None:
        click.echo(raw.decode(errors="replace"))
    return 3


@parked.command("retry")
@day_option
@click.pass_context
def retry(ctx: click.Context, as_of: str) -> int:
    """Try what is parked again, without asking a backend. Exit code 3 when something stays."""
    with screen.project(ctx) as project:
        report = run_sync(project, as_of=as_of, read=False, verb="retry")
    click.echo(f"{report.parked} parked")
    say_failures(report)
    return report.exit_code()


@parked.command("drop")
@click.argument("number", type=int)
@click.pass_context
def drop(ctx: click.Context, number: int) -> int:
    """Give one entry up for good."""
    with screen.project(ctx) as project, project.store.work("parked/drop") as work:
        if not parking.drop(work, number):
            raise ConfigError(f"nothing is parked under {number}.")
    click.echo(f"{number} dropped")
    return 0
