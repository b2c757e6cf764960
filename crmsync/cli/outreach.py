"""outreach plan: who is contacted, why, on which channel; and who is not."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from crmsync.cli import screen
from crmsync.errors import ConfigError
from crmsync.outreach.plan import plan as make_plan
from crmsync.outreach.planned import summary, write_plan


@click.group()
def outreach() -> None:
    """Plan contacts; nothing is sent."""


@outreach.command("plan")
@click.argument("plays", nargs=-1)
@click.option("--as-of", default="", type=screen.DAY,
              help="The day to plan for (default: today).")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=Path("plan.json"),
              show_default=True, help="The plan file; it holds personal data.")  # fmt: skip
@screen.json_option
@click.pass_context
def plan(ctx: click.Context, plays: tuple[str, ...], as_of: str, out: Path, as_json: bool) -> int:
    """Write the plan of PLAYS (all when none is named) and say what it holds."""
    with screen.project(ctx) as project:
        known = {play.name: play for play in project.registry.plays}
        unknown = [name for name in plays if name not in known]
        if unknown:
            raise ConfigError(
                f"there is no play '{unknown[0]}'.", hint=f"Known: {', '.join(known)}"
            )
        zone = ZoneInfo(project.settings.crmsync.zone)
        with project.store.read() as work:
            made = make_plan(
                work,
                as_of=as_of or datetime.now(zone).date().isoformat(),
                plays=[known[name] for name in plays or known],
                settings=project.settings,
                vetoes=project.registry.vetoes(),
            )
        path = screen.below(ctx, out)
        write_plan(made, path)
    if as_json:
        screen.show_json({"hash": made.hash, "plan": asdict(made)})
    else:
        click.echo(summary(made), nl=False)
        click.echo(f"written to {path.name}; nothing was sent.")
    return 0
