"""parked list, show, retry, drop, export: what was set aside and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from crmsync.cli import screen
from crmsync.cli.sync import day_option, say_failures
from crmsync.engine.sync import sync as run_sync
from crmsync.errors import ConfigError
from crmsync.store import files, parking
from crmsync.store.ages import ago
from crmsync.store.complaints import unwritable
from crmsync.store.parking import Cause

Entry = dict[str, Any]


@click.group()
def parked() -> None:
    """List, show, retry, drop or write out what is parked."""


def _chosen(command: Any) -> Any:
    """The options that say which entries are meant."""
    for option in (
        click.option("--older-than", default="", metavar="2d", help="What was parked before."),
        click.option("--code", default="", help="Of this class, for instance unreadable."),
        click.option("--connection", default="", help="Of this connection."),
    ):
        command = option(command)
    return command


def _wanted(connection: str, code: str, older_than: str) -> dict[str, str]:
    """What the store is asked for by these options."""
    before = ago(older_than) if older_than else ""
    return {"connection": connection, "code": code, "before": before}


@parked.command("list")
@_chosen
@click.option("--summary", is_flag=True, help="A line for each reason: how many, and since when.")
@screen.json_option
@click.pass_context
def list_(ctx: click.Context, /, as_json: bool, summary: bool, **chosen: str) -> int:
    """What is parked: where, which field, why, since when. Exit code 3 when anything is."""
    wanted = _wanted(**chosen)
    with screen.project(ctx) as project, project.store.read() as work:
        if summary:
            columns: tuple[str, ...] = Cause._fields
            entries = [one._asdict() for one in parking.causes(work, **wanted)]
        else:
            columns, entries = LISTED, parking.entries(work, **wanted)
    if as_json:
        screen.show_json(entries)
    else:
        rows = [[*(entry[name] for name in columns[:-1]), _short(entry)] for entry in entries]
        screen.table("Parked", columns, rows)
    return 3 if entries else 0


LISTED = ("id", "connection", "stream", "place", "field", "reason", "attempts", "since")


def _short(entry: Entry) -> str:
    """Since when it is parked, to the minute (UTC)."""
    return str(entry["since"] or "")[:16].replace("T", " ")


@parked.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_chosen
@click.option("--payload", is_flag=True,
              help="With what could not be read, as it came: personal data, perhaps.")  # fmt: skip
@click.pass_context
def export(ctx: click.Context, /, file: Path, payload: bool, **chosen: str) -> int:
    """Write what is parked into FILE as JSON lines, for whoever mends it. Nothing is released."""
    with screen.project(ctx) as project, project.store.read() as work:
        entries = parking.entries(work, **_wanted(**chosen))
        came = parking.payloads(work, [entry["id"] for entry in entries]) if payload else {}
    if payload:
        for entry in entries:
            raw = came.get(entry["id"])
            entry["payload"] = None if raw is None else raw.decode(errors="replace")
    path = screen.below(ctx, file)
    lines = (json.dumps(entry, ensure_ascii=False) + "\n" for entry in entries)
    try:
        files.put(path, "".join(lines).encode(), point="report")
    except OSError as error:
        raise unwritable("the list", path, error) from error
    click.echo(f"{len(entries)} written to {path.name}, readable by you alone.")
    return 3 if entries else 0


@parked.command("show")
@click.argument("number", type=int)
@click.pass_context
def show(ctx: click.Context, number: int) -> int:
    """One entry; what could not be read is printed as it came (it may hold personal data)."""
    with screen.project(ctx) as project, project.store.read() as work:
        found = [entry for entry in parking.entries(work) if entry["id"] == number]
        raw = parking.payloads(work, [number]).get(number)
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
