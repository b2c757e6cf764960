"""What commands share: the open project, tables, JSON, progress bars, quiet logs."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from crmsync.engine.project import Project, open_project
from crmsync.engine.report import Progress


class DayType(click.ParamType[Any]):
    """A day as ISO text: 2026-11-21."""

    name = "DAY"

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """The day in its only form, '' where none is given, or a usage error."""
        try:
            if not value or date.fromisoformat(value).isoformat() == value:
                return str(value)
        except ValueError:
            pass
        self.fail(f"'{value}' is no day; write it as 2026-11-21.", param, ctx)


DAY = DayType()
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")


def folder(ctx: click.Context) -> Path:
    """The project folder that --project names."""
    return Path(ctx.obj["project"]).resolve()


def below(ctx: click.Context, path: Path) -> Path:
    """What a path on the command line means: it counts from the project folder."""
    return folder(ctx) / path


@contextmanager
def project(ctx: click.Context) -> Iterator[Project]:
    """The open project of this command."""
    quiet_logs(ctx.obj["verbose"])
    with open_project(folder(ctx)) as opened:
        yield opened


def today(project: Project) -> str:
    """The day in the project's zone, as ISO."""
    return datetime.now(ZoneInfo(project.settings.crmsync.zone)).date().isoformat()


def quiet_logs(verbose: bool) -> None:
    """Logs go to stderr; the libraries' request logs stay silent, they may hold addresses."""
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, stream=sys.stderr)
    for name in ("httpx", "httpcore", "sqlalchemy", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)


def placed(where: str, message: str) -> str:
    """A message with its place, where it does not begin with it anyway."""
    connection = where.partition("/")[0]
    told = *(f"{connection}{sign}" for sign in "/:,"), f"connections.{connection}."
    return message if message.startswith(told) else f"{where}: {message}"


def by_weights(likely: float | None, language: str) -> str:
    """A line that says how likely two are one by their weights alone; '' where nothing says so."""
    if likely is None:
        return ""
    share = f"{min(max(likely, 0.001), 0.999):.1%}"
    words = ("under", "over") if language == "en" else ("unter", "über")
    edge = f"{words[likely > 0.5]} " if not 0.001 <= likely <= 0.999 else ""
    if language == "en":
        return f"By the weights alone: {edge}{share} one person.\n"
    german = share.replace(".", ",").replace("%", " %")
    return f"Nach den Gewichten allein: {edge}{german} eine Person.\n"


def on_terminal() -> bool:
    """Whether a human sits before both ends."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def show_json(value: Any) -> None:
    """Print a value as JSON on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print a table for people on stdout; the words "none" when it is empty."""
    from rich.console import Console
    from rich.table import Table

    if not rows:
        click.echo(f"{title}: none")
        return
    grid = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    for column in columns:
        grid.add_column(column, overflow="fold")
    for row in rows:
        grid.add_row(*("" if cell is None else str(cell) for cell in row))
    Console(width=None if sys.stdout.isatty() else 120).print(grid)


@contextmanager
def progress(*, quiet: bool = False, order: Sequence[str] = ()) -> Iterator[Progress]:
    """A progress callback: bars on a terminal's stderr, silence anywhere else.

    The bars stand in the `order` of their connections, whichever began first.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda what, where, more: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description:<28}"), BarColumn(), TextColumn("{task.completed:,}"),
               TimeElapsedColumn())  # fmt: skip
    tasks: dict[str, Any] = {}

    class Ordered(Progress):
        def get_renderables(self) -> Iterator[Any]:
            yield self.make_tasks_table(in_order(self.tasks, order))

    with Ordered(*columns, console=Console(stderr=True)) as bars:

        def step(what: str, where: str, more: int) -> None:
            name = f"{what} {where}".strip()
            if name not in tasks:
                tasks[name] = bars.add_task(name, total=None, where=where)
            bars.update(tasks[name], advance=more)

        yield step


def in_order(bars: Sequence[Any], order: Sequence[str]) -> list[Any]:
    """The bars by the connection they are about; those about none of them last."""
    places = {name: place for place, name in enumerate(order)}
    return sorted(bars, key=lambda bar: places.get(bar.fields["where"].split("/")[0], len(places)))
