"""report, today: the page for the manager, and the one for a store."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from crmsync.cli import screen


@click.command()
@click.option("--controller", default="", help="Whose customers (default: the only one's).")
@click.option("--as-of", default="", type=screen.DAY, help="The day (default: today).")
@click.option("--out", type=click.Path(path_type=Path), default=None,
              help="The file (default: report.html); it holds personal data.")  # fmt: skip
@click.option("--pdf", is_flag=True, help="Write a PDF instead of a page.")
@click.pass_context
def report(ctx: click.Context, controller: str, as_of: str, out: Path | None, pdf: bool) -> int:
    """Write one page about all customers: who brings the revenue, who is at risk, what goes wrong.

    The page is one file, asks no network for anything, and can be printed. Needs the extra
    `report`. A line of the plan ([report]) that cannot be used is named, and the exit code is 2.
    """
    from crmsync.report import figures, page

    with screen.project(ctx) as project:
        name = figures.controller_of(project, controller)
        gathered = figures.gather(project, name, as_of or screen.today(project))
    path = out or Path("report.pdf" if pdf else "report.html")
    whole = screen.below(ctx, path)
    page.write(page.html(gathered), whole, pdf=pdf)
    click.echo(f"{gathered.quality.customers} customers; written to {path.name}, "
               "which holds personal data.")  # fmt: skip
    for problem in gathered.plan_problems:
        click.echo(problem, err=True)
    return 2 if gathered.plan_problems else 0


@click.command("today")
@click.option("--store", default="", help="The key of the store (default: all).")
@click.option("--controller", default="", help="Whose customers (default: the only one's).")
@click.option("--as-of", default="", type=screen.DAY, help="The day (default: today).")
@screen.json_option
@click.pass_context
def today(ctx: click.Context, store: str, controller: str, as_of: str, as_json: bool) -> int:
    """Show one page for a store: whom to call back, to apologise to, to thank, to expect.

    And the praise to pass on to the staff. It names customers.
    """
    from crmsync.report import figures
    from crmsync.report import today as todays

    with screen.project(ctx) as project:
        name = figures.controller_of(project, controller)
        page = todays.today(project, name, as_of or screen.today(project), store=store)
    if as_json:
        screen.show_json(asdict(page))
    else:
        click.echo(todays.text(page), nl=False)
    return 0
