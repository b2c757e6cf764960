"""till build, till search: the file a till works with when the network cable is out."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from crmsync.cli import screen
from crmsync.config import load
from crmsync.errors import ConfigError
from crmsync.model.clock import stamp
from crmsync.till.build import build as build_file
from crmsync.till.tillfile import Hit, TillFile

DAYS = 3
"""A till file that is not renewed for so many days goes blind."""


@click.group()
def till() -> None:
    """Build a till file, search it."""


@till.command("build")
@click.option("--store", "store_key", default=None, metavar="KEY",
              help="Only who bought at this store or lives near.")  # fmt: skip
@click.option("--controller", default=None, help="Only this controller's customers.")
@click.option("--out", type=click.Path(path_type=Path), default=None, help="The till file.")
@click.option(
    "--days",
    type=click.IntRange(1, 366),
    default=DAYS,
    show_default=True,
    help="Days until it goes blind.",
)
@screen.json_option
@click.pass_context
def build(
    ctx: click.Context,
    store_key: str | None,
    controller: str | None,
    out: Path | None,
    days: int,
    as_json: bool,
) -> int:
    """Write a fresh till file, in place of the old one at once."""
    with screen.project(ctx) as project:
        path = out or screen.folder(ctx) / project.settings.crmsync.till_file
        known = project.settings.controllers
        if controller is not None and controller not in known:
            raise ConfigError(
                f"there is no controller '{controller}'.", hint=f"Known: {', '.join(known)}."
            )
        now = datetime.now(UTC)
        counts = build_file(
            project.store,
            path,
            built_at=stamp(now),
            expires_on=(now + timedelta(days=days)).date().isoformat(),
            store_key=store_key,
            controller=controller,
        )
    if as_json:
        screen.show_json({"file": str(path), **counts._asdict()})
    else:
        numbers = ", ".join(f"{value} {name}" for name, value in counts._asdict().items())
        click.echo(f"{path.name}: {numbers}")
    return 0


@till.command("search")
@click.argument("text")
@click.option(
    "--file", "path", type=click.Path(path_type=Path), default=None, help="The till file."
)
@click.option("--hour", type=click.IntRange(0, 23), default=None, help="The hour to greet at.")
@screen.json_option
@click.pass_context
def search(
    ctx: click.Context, text: str, path: Path | None, hour: int | None, as_json: bool
) -> int:
    """Find customers by card, phone, e-mail, name, sound or a name and postal code."""
    path = path or screen.folder(ctx) / load(screen.folder(ctx)).crmsync.till_file
    if not path.is_file():
        raise ConfigError(f"there is no till file {path}.", hint="Run `crmsync till build`.")
    with TillFile(path) as file:
        hits = file.search(text, hour=hour)
    if as_json:
        screen.show_json([asdict(hit) for hit in hits])
        return 0
    rows = [(hit.card.n, hit.tell, _line(hit), "; ".join(hit.lines)) for hit in hits]
    screen.table("Found", ("name", "tell apart", "greeting", "lines"), rows)
    return 0


def _line(hit: Hit) -> str:
    return hit.greeting.line if hit.greeting else ""
