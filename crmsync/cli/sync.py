"""sync, replay, reconcile, status: runs and what they did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager

import click

from crmsync.cli import screen
from crmsync.engine.again import forget
from crmsync.engine.clock import STEPS
from crmsync.engine.project import Project, require_connections
from crmsync.engine.report import Progress, Report
from crmsync.engine.sync import sync as run_sync
from crmsync.store import parking, records, runs
from crmsync.store.ages import ago

connections_argument = click.argument("connections", nargs=-1)
day_option = click.option("--as-of", default="", type=screen.DAY,
                          help="The day to count from (default: today).")  # fmt: skip

jobs_option = click.option("--jobs", type=click.IntRange(min=1), metavar="N", default=None,
                           help="Take in up to N connections at once, each in a process of its own "
                           "(default: `jobs` in crmsync.toml).")  # fmt: skip


@click.command()
@connections_argument
@jobs_option
@day_option
@click.option("--profile", is_flag=True, help="Say where the CPU time of a record goes.")
@click.option("--again", multiple=True, metavar="CONNECTION[/STREAM]",
              help="Read this from its start; repeatable.")  # fmt: skip
@screen.json_option
@click.pass_context
def sync(
    ctx: click.Context,
    connections: tuple[str, ...],
    jobs: int | None,
    as_of: str,
    profile: bool,
    again: tuple[str, ...],
    as_json: bool,
) -> int:
    """Read what changed, know who is who, bring profiles, habits and feeds up to date.

    Exit code 3 as long as anything is parked.
    """
    with screen.project(ctx) as project, _bars(project, connections, as_json) as progress:
        require_connections(project.settings, connections)
        forget(project, again)
        report = run_sync(
            project, connections=connections, as_of=as_of, progress=progress, jobs=jobs or 0
        )
    return _show(report, as_json, profile=profile)


@click.command()
@connections_argument
@jobs_option
@day_option
@screen.json_option
@click.pass_context
def replay(
    ctx: click.Context, connections: tuple[str, ...], jobs: int | None, as_of: str, as_json: bool
) -> int:
    """Map every raw record again; no backend is asked."""
    with screen.project(ctx) as project, _bars(project, connections, as_json) as progress:
        require_connections(project.settings, connections)
        with project.store.work("replay/ask") as work:
            for row in records.all_streams(work).values():
                if not connections or row.connection in connections:
                    records.enqueue_stream(work, row)
        report = run_sync(
            project,
            connections=connections,
            as_of=as_of,
            progress=progress,
            read=False,
            verb="replay",
            jobs=jobs or 0,
        )
    return _show(report, as_json)


@click.command()
@connections_argument
@click.option("--accept-deletes", is_flag=True,
              help="Delete what is gone, however much it is.")  # fmt: skip
@jobs_option
@day_option
@screen.json_option
@click.pass_context
def reconcile(
    ctx: click.Context,
    connections: tuple[str, ...],
    accept_deletes: bool,
    jobs: int | None,
    as_of: str,
    as_json: bool,
) -> int:
    """Read everything again, and take out what a backend no longer has.

    It sees what no stamp tells: rows committed after their window, changes of what belongs to a
    record. A brake guards the deletes (exit code 6).
    """
    with screen.project(ctx) as project, _bars(project, connections, as_json) as progress:
        report = run_sync(
            project,
            connections=connections,
            as_of=as_of,
            progress=progress,
            accept_deletes=accept_deletes,
            whole=True,
            verb="reconcile",
            jobs=jobs or 0,
        )
    return _show(report, as_json)


def _bars(
    project: Project, connections: Sequence[str], as_json: bool
) -> AbstractContextManager[Progress]:
    order = list(connections) or list(project.settings.connections)
    return screen.progress(quiet=as_json, order=order)


def _show(report: Report, as_json: bool, *, profile: bool = False) -> int:
    if as_json:
        spent = {"profile": report.profile()} if profile else {}
        screen.show_json(report.as_json() | spent)
        return report.exit_code()
    names = ("read", "new", "changed", "unchanged", "repeated", "unreadable", "deleted")
    rows = [(name, *(counts[key] for key in names)) for name, counts in report.lands.items()]
    screen.table("Landed", ("stream", *names), rows)
    stages = [
        (name, counts["taken"], ", ".join(f"{v} {k}" for k, v in counts.items() if k != "taken"))
        for name, counts in report.stages.items()
    ]
    screen.table("Stages", ("stage", "taken", "of which"), stages)
    if profile:
        _show_profile(report)
    say_failures(report)
    for remark in report.warnings:
        click.echo(f"{remark.where}: {remark.message} {remark.hint}".strip(), err=True)
    for told in report.told:
        click.echo(f"a plugin failed after the commit: {told}", err=True)
    if report.parked:
        click.echo(f"{report.parked} parked; see `crmsync parked list`.", err=True)
    if report.pending:
        click.echo(f"{report.pending} wait for a record that has not come yet.", err=True)
    return report.exit_code()


def _show_profile(report: Report) -> None:
    """CPU microseconds: of each record read, step by step, and of each change a stage took."""
    told = report.profile()
    streams = [
        (name, *(f"{told[name].get(step, 0):.1f}" for step in STEPS), _together(told[name]))
        for name in report.lands
        if name in told
    ]
    screen.table("CPU microseconds a record", ("stream", *STEPS, "together"), streams)
    stages = [(name, _together(told[name])) for name in report.stages if name in told]
    screen.table("CPU microseconds a change", ("stage", "together"), stages)


def _together(steps: Mapping[str, float]) -> str:
    return f"{sum(steps.values()):.1f}"


def say_failures(report: Report) -> None:
    """Print what went wrong on stderr."""
    for failure in report.failures:
        said = screen.placed(failure.where, failure.message)
        click.echo(f"{said} {failure.hint}".strip(), err=True)
    if report.interrupted:
        click.echo("interrupted; what was committed stays, run again to go on.", err=True)


@click.command()
@screen.json_option
@click.option("--max-age", default="", metavar="2h",
              help="Exit 1 when the last clean run is older: the dead man's check.")  # fmt: skip
@click.option("--max-parked", default="", metavar="3d",
              help="Exit 1 when something has been parked for longer.")  # fmt: skip
@click.pass_context
def status(ctx: click.Context, as_json: bool, max_age: str, max_parked: str) -> int:
    """Show the last runs and what is set aside."""
    with screen.project(ctx) as project, project.store.read() as work:
        latest = runs.last(work)
        parked = parking.count(work)
        pending = records.any_waiting(work)
        too_old = bool(max_age) and not runs.fresh(work, max_age)
        old = parking.causes(work, before=ago(max_parked)) if max_parked else []
    too_long = sum(cause.number for cause in old)
    if as_json:
        screen.show_json({"runs": latest, "parked": parked, "pending": pending, "stale": too_old,
                          "parked_too_long": too_long})  # fmt: skip
    else:
        columns = ("started_at", "finished_at", "verb", "as_of", "exit_code")
        screen.table("Runs", columns, [[run[name] for name in columns] for run in latest])
        click.echo(f"{parked} parked, {pending} pending")
    if too_old:
        click.echo(f"no clean run within {max_age}.", err=True)
    if too_long:
        click.echo(f"{too_long} parked for longer than {max_parked}; see `crmsync parked list`.",
                   err=True)  # fmt: skip
    return 1 if too_old or too_long else 3 if parked else 0
