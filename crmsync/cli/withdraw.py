"""withdraw: take a connection out of use that is configured no more."""

from __future__ import annotations

import sys

import click

from crmsync.cli import screen
from crmsync.cli.sync import day_option, say_failures
from crmsync.engine import withdraw as engine
from crmsync.engine.sync import sync as run_sync
from crmsync.errors import ConfigError


@click.command()
@click.argument("connection")
@click.option("--yes", is_flag=True, help="Do not ask.")
@day_option
@screen.json_option
@click.pass_context
def withdraw(ctx: click.Context, connection: str, yes: bool, as_of: str, as_json: bool) -> int:
    """Withdraw every record of CONNECTION, which crmsync.toml names no more.

    Customers, profiles, habits and till cards lose what came from it alone; objections stay in
    force, the ledger is kept. Exit code 1 when the answer is no. Killed, it is gone on with by the
    same command. Named again, the connection is read from its beginning, and everybody comes back.
    """
    with screen.project(ctx) as project:
        number = engine.left(project, connection)
        if not yes and not _is_meant(connection, number):
            click.echo("nothing was withdrawn.", err=True)
            return 1
        with screen.progress(quiet=as_json) as progress:
            done = engine.withdraw(project, connection, progress=progress)
            report = run_sync(project, as_of=as_of, progress=progress, read=False, verb="withdraw")
    if as_json:
        screen.show_json(report.as_json() | {"connection": connection, "withdrawn": done})
        return report.exit_code()
    click.echo(f"{done} records of '{connection}' withdrawn")
    say_failures(report)
    return report.exit_code()


def _is_meant(connection: str, number: int) -> bool:
    """Whether somebody at the terminal says yes; ConfigError where nobody can be asked."""
    if not sys.stdin.isatty():
        raise ConfigError(
            f"withdrawing the {number} records of '{connection}' must be confirmed.",
            hint="Say --yes where nobody can be asked.",
        )
    return click.confirm(f"Withdraw the {number} records of '{connection}'?", err=True)
