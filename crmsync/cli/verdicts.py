"""merge, split, unmerge: what a human decides of two records, and how it is taken back."""

from __future__ import annotations

import click

from crmsync.cli import screen
from crmsync.cli.sync import day_option, say_failures
from crmsync.cli.who import REF, by_option, note_option
from crmsync.engine import decide
from crmsync.engine.decide import Verdict
from crmsync.engine.project import Project
from crmsync.identity.read import customer_of
from crmsync.model.ref import Ref
from crmsync.store import keys as key_store


@click.command()
@click.argument("a", type=REF)
@click.argument("b", type=REF)
@by_option
@note_option
@day_option
@click.pass_context
def merge(ctx: click.Context, a: Ref, b: Ref, by: str, note: str, as_of: str) -> int:
    """Decide that two records are one customer; the decision survives every run."""
    with screen.project(ctx) as project:
        return _decide(project, Verdict(a, b, "same", by, note), as_of)


@click.command()
@click.argument("a", type=REF)
@click.argument("b", type=REF)
@by_option
@note_option
@day_option
@click.pass_context
def split(ctx: click.Context, a: Ref, b: Ref, by: str, note: str, as_of: str) -> int:
    """Decide that two records are two customers; the decision survives every run."""
    with screen.project(ctx) as project:
        return _decide(project, Verdict(a, b, "apart", by, note), as_of)


@click.command()
@click.argument("customer")
@click.argument("other", required=False, type=REF, metavar="[RECORD]")
@by_option
@note_option
@day_option
@click.pass_context
def unmerge(
    ctx: click.Context, customer: str, other: Ref | None, by: str, note: str, as_of: str
) -> int:
    """Take a merge back; everything is as it was, and each customer has his id again.

    CUSTOMER is the id that became an alias, or a customer or record: then his last merge is taken
    back. With a second record it is the merge by which the two became one. Decisions that joined
    them are withdrawn; where the evidence joins them all the same, they are decided to be two.
    What came in between stays where its evidence puts it.
    """
    with screen.project(ctx) as project:
        found, report = decide.unmerge(project, customer, other, by=by, note=note, as_of=as_of)
        _say_sides(project, found.stayed, found.brought)
    say_failures(report)
    return report.exit_code()


def _decide(project: Project, verdict: Verdict, as_of: str) -> int:
    decide.save(project, verdict)
    report = decide.follow(project, as_of=as_of)
    _say_where(project, verdict.a, verdict.b)
    say_failures(report)
    return report.exit_code()


def _say_where(project: Project, a: Ref, b: Ref) -> None:
    with project.store.read() as work:
        homes = [customer_of(work, str(ref)) for ref in (a, b)]
    word = "one customer" if homes[0] == homes[1] else "two customers"
    click.echo(
        f"{a} and {b} are {word}: {' and '.join(str(home) for home in dict.fromkeys(homes))}"
    )


def _say_sides(project: Project, *sides: tuple[int, ...]) -> None:
    """Which customer each record of the two sides has now, a line each."""
    with project.store.read() as work:
        refs = key_store.refs_of(work, [one for side in sides for one in side])
        for ref in sorted(refs.values()):
            click.echo(f"{ref}: {customer_of(work, str(ref)) or '-'}")
