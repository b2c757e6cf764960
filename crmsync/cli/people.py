"""review, explain, merge, split, why, habits: who is who, and what we know of them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import click

from crmsync.cli import screen
from crmsync.cli.sync import day_option, say_failures
from crmsync.engine.project import Project
from crmsync.engine.sync import sync as run_sync
from crmsync.errors import ConfigError
from crmsync.identity import explain as explaining
from crmsync.identity import read as identity
from crmsync.model.clock import stamp
from crmsync.model.ref import Ref
from crmsync.model.words import Band
from crmsync.normalize.money import exponent
from crmsync.profile import habits as habits_stage
from crmsync.profile import profiles as golden
from crmsync.store import Work


class RefType(click.ParamType[Any]):
    """A record: connection/stream/external id."""

    name = "RECORD"

    def convert(self, value: Any, param: Any, ctx: Any) -> Ref:
        """The Ref, or a usage error."""
        try:
            return Ref.parse(str(value))
        except ValueError:
            self.fail(f"'{value}' is no record; write connection/stream/id.", param, ctx)


REF = RefType()
AMOUNTS = ("revenue_gross", "refund_gross", "revenue_net", "basket_avg", "basket_median")
"""The habits that are money."""


def customer_id(work: Work, name: str) -> str:
    """The present customer behind an id, a former id or a record; ConfigError when unknown."""
    found = identity.customer_of(work, name)
    if found is None:
        raise ConfigError(
            f"there is no customer '{name}'.", hint="Give a customer id or connection/stream/id."
        )
    return found


@click.command()
@screen.json_option
@click.pass_context
def review(ctx: click.Context, as_json: bool) -> int:
    """List the pairs that a human should decide with `merge` or `split`."""
    with screen.project(ctx) as project, project.store.read() as work:
        found = identity.reviews(work)
    rows = [
        (str(one.a), str(one.b), one.rule, ", ".join(one.agree), ", ".join(one.differ))
        for one in found
    ]
    names = ("a", "b", "rule", "agree", "differ")
    if as_json:
        screen.show_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        screen.table("To decide", names, rows)
    return 0


@click.command()
@click.argument("a", type=REF)
@click.argument("b", type=REF)
@click.option("--language", type=click.Choice(["de", "en"]), default="en")
@screen.json_option
@click.pass_context
def explain(ctx: click.Context, a: Ref, b: Ref, language: str, as_json: bool) -> int:
    """Say why two records are one customer, or not."""
    with screen.project(ctx) as project, project.store.read() as work:
        found = explaining.explain(work, a, b, numbers=project.settings.numbers())
    if as_json:
        screen.show_json(
            {**asdict(found), "a": str(a), "b": str(b), "via": list(map(str, found.via))}
        )
    else:
        click.echo(found.de if language == "de" else found.en)
    return 0


@click.command()
@click.argument("a", type=REF)
@click.argument("b", type=REF)
@click.option("--by", required=True, help="Who decides (a role or initials).")
@click.option("--note", default="", help="Why; no personal data.")
@day_option
@click.pass_context
def merge(ctx: click.Context, a: Ref, b: Ref, by: str, note: str, as_of: str) -> int:
    """Decide that two records are one customer; the decision survives every run."""
    with screen.project(ctx) as project:
        _decide(project, a, b, "same", by, note)
        return _follow(project, a, b, as_of)


@click.command()
@click.argument("a", type=REF)
@click.argument("b", type=REF)
@click.option("--by", required=True, help="Who decides (a role or initials).")
@click.option("--note", default="", help="Why; no personal data.")
@day_option
@click.pass_context
def split(ctx: click.Context, a: Ref, b: Ref, by: str, note: str, as_of: str) -> int:
    """Decide that two records are two customers; the decision survives every run."""
    with screen.project(ctx) as project:
        _decide(project, a, b, "apart", by, note)
        return _follow(project, a, b, as_of)


def _decide(project: Project, a: Ref, b: Ref, band: Band, by: str, note: str) -> None:
    with project.store.work("people/decide") as work:
        identity.decide(work, a, b, band, by=by, at=stamp(datetime.now(UTC)), note=note)


def _follow(project: Project, a: Ref, b: Ref, as_of: str) -> int:
    """Bring what a decision concerns up to date, and say where both are now."""
    report = run_sync(project, as_of=as_of, read=False, verb="decide")
    _say_where(project, a, b)
    say_failures(report)
    return report.exit_code()


def _say_where(project: Project, a: Ref, b: Ref) -> None:
    with project.store.read() as work:
        homes = [identity.customer_of(work, str(ref)) for ref in (a, b)]
    word = "one customer" if homes[0] == homes[1] else "two customers"
    click.echo(
        f"{a} and {b} are {word}: {' and '.join(str(home) for home in dict.fromkeys(homes))}"
    )


@click.command()
@click.argument("customer")
@click.argument("field", default="")
@screen.json_option
@click.pass_context
def why(ctx: click.Context, customer: str, field: str, as_json: bool) -> int:
    """Say where the fields of a profile come from; CUSTOMER is an id or a record."""
    with screen.project(ctx) as project, project.store.read() as work:
        found = golden.why(work, customer_id(work, customer), field)
    if as_json:
        screen.show_json({name: asdict(one) for name, one in found.items()})
        return 0
    rows = [(name, one.value, one.source, one.rule) for name, one in found.items()]
    screen.table("Why", ("field", "value", "from", "rule"), rows)
    return 0


@click.command()
@click.argument("customer")
@screen.json_option
@click.pass_context
def habits(ctx: click.Context, customer: str, as_json: bool) -> int:
    """Show the purchase habits of a customer; CUSTOMER is an id or a record."""
    with screen.project(ctx) as project, project.store.read() as work:
        name = customer_id(work, customer)
        found = habits_stage.load_habits(work, [name]).get(name)
    told = {} if found is None else asdict(found)
    if as_json:
        screen.show_json(told)
        return 0
    currency = told.get("currency") or ""
    rows = [
        (key, _amount(value, currency) if key in AMOUNTS and currency else _plain(value))
        for key, value in told.items()
        if value not in (None, (), "")
    ]
    screen.table("Habits", ("habit", "value"), rows)
    return 0


def _amount(minor: int, currency: str) -> str:
    """Money for people: 1290 minor units of EUR are "12.90 EUR", of JPY "1,290 JPY"."""
    places = exponent(currency)
    return f"{Decimal(minor).scaleb(-places):,.{places}f} {currency}"


def _plain(value: Any) -> str:
    """A habit for people: "Kaffee (80 % of 5)" for a favourite, a list with commas."""
    if isinstance(value, dict):
        name = value.get("name") or value.get("key") or value.get("value")
        return f"{name} ({value['share'] / 10:g} % of {value['n']})"
    return ", ".join(value) if isinstance(value, tuple) else str(value)
