"""explain, history, why, habits: who is who, and what we know of them."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from crmsync.cli import screen
from crmsync.cli.exchange import elsewhere
from crmsync.cli.money import amount
from crmsync.cli.who import REF, customer_id, language_option
from crmsync.engine import house
from crmsync.engine.project import Project
from crmsync.identity import explain as explaining
from crmsync.identity import history as past
from crmsync.identity import relations
from crmsync.identity.weights import in_use
from crmsync.model.document import write_document
from crmsync.model.prediction import Prediction
from crmsync.model.ref import Ref
from crmsync.profile import habits as habits_stage
from crmsync.profile import profiles as golden
from crmsync.profile.predictions import load_predictions, seen_on
from crmsync.profile.said import say_why

AMOUNTS = ("revenue_gross", "refund_gross", "revenue_net", "basket_avg", "basket_median")
"""The habits that are money."""
WHY = {
    "de": ("Warum", "Feld", "Wert", "aus", "Regel"),
    "en": ("Why", "field", "value", "from", "rule"),
}


@click.command()
@click.argument("a", metavar="CUSTOMER")
@click.argument("b", type=REF, required=False, metavar="[RECORD]")
@language_option
@screen.json_option
@click.pass_context
def explain(ctx: click.Context, a: str, b: Ref | None, language: str, as_json: bool) -> int:
    """Say why two records are one customer or not, or what makes up one customer.

    With two records: the rule, and the fields that agree and differ. With one customer (an id or
    a record): his records and what binds each, and who is related but never merged: the
    household, the contact persons of a firm.
    """
    with screen.project(ctx) as project:
        if b is None:
            return _explain_customer(project, a, language, as_json)
        return _explain_pair(project, REF.convert(a, None, ctx), b, language, as_json)


def _explain_pair(project: Project, a: Ref, b: Ref, language: str, as_json: bool) -> int:
    model = in_use(project.settings.model_file())
    with project.store.read() as work:
        found = explaining.explain(
            work, a, b, numbers=project.settings.numbers(), ask=house.asking(project.registry),
            model=model,
        )  # fmt: skip
    if as_json:
        screen.show_json(
            {**asdict(found), "a": str(a), "b": str(b), "via": list(map(str, found.via))}
        )
    else:
        click.echo(found.de if language == "de" else found.en)
        click.echo(screen.by_weights(found.verdict.likely, language), nl=False)
    return 0


def _explain_customer(project: Project, asked: str, language: str, as_json: bool) -> int:
    with project.store.read() as work:
        name = customer_id(work, asked)
        bonds = relations.bonds(work, name)
        related = relations.relations(work, name)
    if as_json:
        told = [{**one._asdict(), "records": list(map(str, one.records))} for one in related]
        records = [{"record": str(ref), "rule": rule} for ref, rule in bonds.items()]
        screen.show_json({"customer_id": name, "records": records, "related": told})
        return 0
    click.echo(f"{'Kunde' if language == 'de' else 'customer'} {name}")
    for ref, rule in bonds.items():
        click.echo(f"  {ref}: {relations.say_bond(rule, language)}")
    for one in related:
        click.echo(relations.say(one, language))
    return 0


@click.command()
@click.argument("customer")
@language_option
@screen.json_option
@click.pass_context
def history(ctx: click.Context, customer: str, language: str, as_json: bool) -> int:
    """Tell what happened to a customer: which record came and went, why, and who decided.

    CUSTOMER is an id, a former id or a record.
    """
    with screen.project(ctx) as project, project.store.read() as work:
        found = past.history(work, customer_id(work, customer))
    if as_json:
        screen.show_json(asdict(found))
        return 0
    for line in history_lines(found, language):
        click.echo(line)
    return 0


def history_lines(found: past.History, language: str) -> list[str]:
    """A customer's history in lines: the id, former ids, then each entry with its minute (UTC)."""
    words = ("Kunde", "früher auch") if language == "de" else ("customer", "formerly also")
    lines = [f"{words[0]} {found.customer_id}"]
    lines += [f"{words[1]} {alias}" for alias in found.aliases]
    for one in found.entries:
        at = one.at[:16].replace("T", " ") or "-"
        lines.append(f"{at:<16}  {one.de if language == 'de' else one.en}")
    return lines


@click.command()
@click.argument("customer")
@click.argument("field", default="")
@language_option
@screen.json_option
@click.pass_context
def why(ctx: click.Context, customer: str, field: str, language: str, as_json: bool) -> int:
    """Say where the fields of a profile come from; CUSTOMER is an id or a record."""
    with screen.project(ctx) as project, project.store.read() as work:
        found = golden.why(work, customer_id(work, customer), field)
    if as_json:
        told = {rule: say_why(rule) for rule in {one.rule for one in found.values()}}
        screen.show_json(
            {name: json.loads(write_document(one)) | told[one.rule] for name, one in found.items()}
        )
        return 0
    rows = [(name, one.value, one.source, one.rule) for name, one in found.items()]
    title, *columns = WHY[language]
    screen.table(title, columns, rows)
    for rule in dict.fromkeys(one.rule for one in found.values()):
        click.echo(f"{rule}: {say_why(rule)[language]}")
    return 0


@click.command()
@click.argument("customer", required=False)
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default=None,
              help="Work everybody's out in a folder of `crmsync export`.")  # fmt: skip
@click.option("--folder", type=click.Path(path_type=Path), default=None, help="That folder.")
@screen.json_option
@click.pass_context
def habits(
    ctx: click.Context, customer: str | None, engine: str | None, folder: Path | None,
    as_json: bool,
) -> int:  # fmt: skip
    """Show the purchase habits of a customer; CUSTOMER is an id or a record.

    With --engine and --folder nothing is shown: the habits of all customers in a folder of
    `crmsync export` are worked out there, and `crmsync import` brings them back. Spark needs the
    extra `spark`.
    """
    if engine is not None and folder is not None and customer is None:
        return elsewhere(screen.below(ctx, folder), engine)
    if customer is None or engine is not None or folder is not None:
        raise click.UsageError("Say CUSTOMER, or --engine and --folder.")
    with screen.project(ctx) as project, project.store.read() as work:
        name = customer_id(work, customer)
        found = habits_stage.load_habits(work, [name]).get(name)
        outlook = load_predictions(work, [name]).get(name)
    if outlook is not None:
        bought = None if found is None else found.last_order_on
        outlook = seen_on(outlook, screen.today(project), bought)
    told = {} if found is None else asdict(found)
    if as_json:
        more = {} if outlook is None else {"prediction": asdict(outlook)}
        screen.show_json(told | more)
        return 0
    currency = told.get("currency") or ""
    rows = [
        (key, amount(value, currency) if key in AMOUNTS and currency else _plain(value))
        for key, value in told.items()
        if value not in (None, (), "")
    ]
    screen.table("Habits", ("habit", "value"), rows)
    if outlook is not None:
        screen.table("Prediction", ("what", "value"), _predicted(outlook))
    return 0


def _predicted(outlook: Prediction) -> list[tuple[str, str]]:
    """What is expected of a customer; somebody overdue has no day that is past."""
    currency = outlook.currency
    coming = "not within a year"
    if outlook.overdue_since is not None:
        coming = f"overdue since {outlook.overdue_since}"
    elif outlook.next_on is not None:
        coming = outlook.next_on
    rests = f"{outlook.model} (version {outlook.version}), {outlook.n} customers, "
    rows = [
        ("as of", outlook.as_of),
        ("purchase days in 90 / 365 days", f"{outlook.orders_90:.1f} / {outlook.orders_365:.1f}"),
        ("at least one", f"{outlook.chance_90:.0%} / {outlook.chance_365:.0%}"),
        (
            "value",
            f"{amount(outlook.value_90, currency)} / {amount(outlook.value_365, currency)}",
        ),
        ("next purchase", coming),
        ("rests on", f"{rests}{outlook.trained_from} to {outlook.trained_to}"),
    ]
    return rows + [("but", reason) for reason in outlook.reasons]


def _plain(value: Any) -> str:
    """A habit for people: "Kaffee (80 % of 5)" for a favourite, a list with commas."""
    if isinstance(value, tuple):
        return ", ".join(map(_plain, value))
    if not isinstance(value, dict):
        return str(value)
    if "group" in value:
        placed = " ".join(f"{name}{value[name]}" for name in "rfm" if value[name])
        return f"{value['group']} ({placed} of {value['n']})" if placed else str(value["group"])
    if "every_days" in value:
        day = f"by {value['due_on']}" if value["due_on"] else f"since {value['overdue_since']}"
        return f"{value['name'] or value['product']} ({day})"
    if "version" in value:
        return f"{value['name']}: {value['value']} (n {value['n']})"
    name = value.get("name") or value.get("key") or value.get("value")
    return f"{name} ({value['share'] / 10:g} % of {value['n']})"
