"""schedule: prints what starts crmsync by itself, for systemd, cron or Kubernetes."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crmsync.cli import screen
from crmsync.store import files
from crmsync.store.complaints import unwritable

if TYPE_CHECKING:
    from crmsync.schedule.jobs import Job, Project


def _shared(command: Any) -> Any:
    """The options that all three have."""
    for option in (
        click.option("--till", is_flag=True, help="Build the till file after each sync."),
        click.option("--night", default="", metavar="02:30",
                     help="Forecast and weigh once a night, at this time."),
        click.option("--every", default="15m", metavar="15m", show_default=True,
                     help="How often to read what changed: minutes that divide an hour, or hours "
                     "that divide a day."),
        click.option("--name", default="", help="What the units are called (default: the folder)."),
    ):  # fmt: skip
        command = option(command)
    return command


@click.group()
def schedule() -> None:
    """Print what starts crmsync by itself; nothing is installed."""


@schedule.command()
@_shared
@click.option("--user", default="", help="Whom it runs as (default: root, better is another).")
@click.option("--alarm", default="", metavar="UNIT", help="The unit to start when a run fails.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False),
              help="Write the units into this folder instead of printing them.")  # fmt: skip
@click.pass_context
def systemd(ctx: click.Context, /, user: str, alarm: str, out: Path | None, **told: Any) -> int:
    """Print services and timers, for /etc/systemd/system."""
    from crmsync.schedule import systemd as writer

    project, jobs = _asked(ctx, **told)
    units = writer.units(project, jobs, user=user, alarm=alarm)
    if out is None:
        for name, text in units.items():
            click.echo(f"# {writer.FOLDER}/{name}\n{text}")
    else:
        _write(screen.below(ctx, out), units)
    return 0


@schedule.command()
@_shared
@click.pass_context
def cron(ctx: click.Context, /, **told: Any) -> int:
    """Print the lines of a crontab."""
    from crmsync.schedule.cron import crontab

    click.echo(crontab(*_asked(ctx, **told)), nl=False)
    return 0


@schedule.command()
@_shared
@click.option("--image", required=True, help="The container image that has crmsync.")
@click.pass_context
def kubernetes(ctx: click.Context, /, image: str, **told: Any) -> int:
    """Print CronJobs, for kubectl apply."""
    from crmsync.schedule.kubernetes import manifests

    project, jobs = _asked(ctx, **told)
    if not project.server:
        click.echo("IT: the store is SQLite, which bears no volume that several nodes share, nor a "
                   "network's. Keep it on PostgreSQL.", err=True)  # fmt: skip
    click.echo(manifests(project, jobs, image=image), nl=False)
    return 0


def _asked(
    ctx: click.Context, *, name: str, every: str, night: str, till: bool
) -> tuple[Project, list[Job]]:
    """The project and its jobs, as crmsync.toml and the options say."""
    from crmsync.config import load, variables
    from crmsync.schedule import jobs

    folder = jobs.read_folder(screen.folder(ctx))
    settings = load(folder)
    core = settings.crmsync
    project = jobs.Project(
        folder, jobs.read_name(name or jobs.name_of(folder)), _program(), core.zone,
        variables(settings.model_dump()), server=not core.store.startswith("sqlite:"),
    )  # fmt: skip
    at = jobs.read_at(night) if night else None
    return project, jobs.jobs(every=jobs.read_every(every), night=at, till=till)


def _program() -> tuple[str, ...]:
    """How crmsync is started by a whole path: as a program, or as a module of this Python."""
    beside = shutil.which("crmsync", path=str(Path(sys.executable).parent))
    return (beside,) if beside else (sys.executable, "-m", "crmsync")


def _write(out: Path, units: Mapping[str, str]) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in units.items():
            files.put(out / name, text.encode(), point="config")
            (out / name).chmod(0o644)  # systemd warns of a unit that not all may read
            click.echo(out / name)
    except OSError as error:
        raise unwritable("the units in", out, error) from error
