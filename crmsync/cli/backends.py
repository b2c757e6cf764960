"""check, discover: do the backends answer, and what do they offer."""

from __future__ import annotations

import click

from crmsync.cli import screen
from crmsync.config import Settings
from crmsync.engine.calls import blamed
from crmsync.engine.project import Project, connect
from crmsync.errors import CrmsyncError
from crmsync.identity.weights import in_use

MODEL = "identity.model"
"""The key of crmsync.toml that names a model, as a line of what was checked."""


@click.command()
@click.argument("connections", nargs=-1)
@screen.json_option
@click.pass_context
def check(ctx: click.Context, connections: tuple[str, ...], as_json: bool) -> int:
    """Ask every backend whether it answers; the exit code is that of the first problem.

    The retailer's own model (`identity.model`), where there is one, is read too.
    """
    with screen.project(ctx) as project:
        names = connections or tuple(project.settings.connections)
        results = [(name, _problem(project, name)) for name in names]
        results += _model(project.settings)
    if as_json:
        screen.show_json({name: str(error) if error else "ok" for name, error in results})
    else:
        rows = [(name, str(error) if error else "ok") for name, error in results]
        screen.table("Connections", ("connection", "result"), rows)
    return next((error.exit_code for _, error in results if error), 0)


def _model(settings: Settings) -> list[tuple[str, CrmsyncError | None]]:
    """What is wrong with the retailer's own model, where there is one."""
    try:
        in_use(settings.model_file())
    except CrmsyncError as error:
        return [(MODEL, error)]
    return [(MODEL, None)] if settings.model_file() else []


def _problem(project: Project, name: str) -> CrmsyncError | None:
    try:
        connector = connect(project, name)
    except CrmsyncError as error:
        return error
    try:
        with blamed(connector.name, "being checked"):
            connector.check()
    except CrmsyncError as error:
        return error
    finally:
        connector.close()
    return None


@click.command()
@click.argument("connection")
@screen.json_option
@click.pass_context
def discover(ctx: click.Context, connection: str, as_json: bool) -> int:
    """List the streams of a connection: kind, key, cursor, how deletes are found."""
    with screen.project(ctx) as project:
        connector = connect(project, connection)
        try:
            with blamed(connector.name, "naming its streams"):
                streams = list(connector.streams())
        finally:
            connector.close()
    names = ("name", "kind", "key", "cursor", "deletes")
    rows = [[getattr(stream, name) for name in names] for stream in streams]
    if as_json:
        screen.show_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        screen.table(f"Streams of {connection}", names, rows)
    return 0
