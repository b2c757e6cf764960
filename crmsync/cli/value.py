"""value: what each customer brings and costs, and whether he is treated in proportion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import click

from crmsync.cli import screen
from crmsync.cli.money import amount, known, share
from crmsync.cli.who import customer_id
from crmsync.engine.project import Project
from crmsync.errors import ConfigError
from crmsync.model.value import ClassValue, CustomerValue
from crmsync.profile.profiles import load_profile
from crmsync.profile.value.classes import usual
from crmsync.profile.value.read import load_classes, load_uneven, load_values
from crmsync.report.named import named

NOTHING = "there is no value yet: `crmsync value` works it out."
SAID = {
    "even": "in proportion", "more": "more than others", "less": "less than others",
    "unknown": "too few customers to tell",
}  # fmt: skip


@click.command()
@click.argument("customer", required=False)
@click.option("--show", is_flag=True, help="Work nothing out; show what is known of the classes.")
@click.option("--uneven", is_flag=True,
              help="List who is treated out of proportion.")  # fmt: skip
@click.option("--as-of", default="", type=screen.DAY, help="The day (default: today).")
@screen.json_option
@click.pass_context
def value(
    ctx: click.Context, customer: str | None, show: bool, uneven: bool, as_of: str, as_json: bool
) -> int:
    """Weigh what each customer brings against what he costs, beside others of his class.

    Without CUSTOMER everybody's is worked out for the 365 days until now and kept, and the classes
    are shown; run it after a sync, once a night or a week. With CUSTOMER (an id or a record) his
    is shown. What serving costs is set in the table [value] of crmsync.toml.
    """
    if as_of and (customer or show or uneven):
        raise click.UsageError("--as-of goes with working values out.")
    with screen.project(ctx) as project:
        if customer:
            return _one(project, customer, as_json)
        if uneven:
            return _uneven(project, as_json)
        if not show:
            from crmsync.engine import valuing

            valuing.value(project, as_of or screen.today(project))
        return _classes(project, as_json)


def _one(project: Project, asked: str, as_json: bool) -> int:
    with project.store.read() as work:
        name = customer_id(work, asked)
        found = load_values(work, [name]).get(name)
        profile = load_profile(work, name)
        if found is None or profile is None:
            raise ConfigError(NOTHING)
        others = load_classes(work, profile.controller)[found.currency, found.abc]
    weighed = usual(found.privileges, others)
    if as_json:
        held = [{"privilege": one, "customers": n, "his": his} for one, n, his in weighed]
        screen.show_json(asdict(found) | {"usual": held})
        return 0
    screen.table(f"Value, 365 days until {found.as_of}", ("what", "customer", f"class {found.abc}"),
                 _sides(found, others))  # fmt: skip
    rows = [(one, "yes" if his else "-", f"{n} of {others.n}") for one, n, his in weighed]
    screen.table("Privileges", ("privilege", "customer", f"class {found.abc}"), rows)
    click.echo(f"treated {SAID[found.verdict]}{_because(found)}")
    return 0


def _sides(one: CustomerValue, others: ClassValue) -> list[tuple[str, str, str]]:
    """What is shown of a customer beside the average of his class."""

    def money(name: str) -> tuple[str, str]:
        mine, all_of_them = getattr(one, name), getattr(others, name)
        average = None if all_of_them is None else all_of_them // others.n
        return known(mine, one.currency), known(average, one.currency)

    def count(name: str) -> tuple[str, str]:
        return str(getattr(one, name)), f"{getattr(others, name) / others.n:.1f}"

    rows = [
        ("brings: revenue, net", *money("revenue_net")),
        ("  margin", *money("margin")),
        ("  of goods whose cost is told", share(one.costed), ""),
        ("costs: discount", *money("discount")),
        ("  lines that came back", *count("returned_lines")),
        ("  contacts", *count("contacts")),
        ("  parcels", *count("deliveries")),
        ("  returns, contacts and parcels", *money("handling")),
        ("  all of it", *money("cost_to_serve")),
        ("  of the price before discount", share(one.serve_rate), share(others.serve_rate)),
        ("is left (margin less handling)", *money("contribution")),
    ]
    if one.predicted_365 is not None:
        rows.append(("predicted revenue of a year", amount(one.predicted_365, one.currency), ""))
    return rows + [("mark", mark, "") for mark in one.marks]


def _because(one: CustomerValue) -> str:
    """The three places of a customer in his class, as a sentence; "" where there are none."""
    if one.brings_rank is None:
        return f" ({one.n} in the class, 20 are needed)."
    by = "what is left" if one.brought == "contribution" else "net revenue"
    return (
        f": he brings more than {share(one.brings_rank)} of his class (by {by}), costs more than "
        f"{share(one.serve_rank)}, and has more privileges than {share(one.privileges_rank)}."
    )


def _uneven(project: Project, as_json: bool) -> int:
    """List who is treated out of proportion and may be looked at one by one."""
    found: dict[str, CustomerValue] = {}
    with project.store.read() as work:
        for controller in sorted(project.settings.controllers):
            found |= load_uneven(work, controller)
        names = named(work, found, screen.today(project))
    told = {name: one for name, one in found.items() if name in names}
    if as_json:
        screen.show_json({name: asdict(one) for name, one in told.items()})
        return 0
    rows = [
        (names[name].name, one.abc, SAID[one.verdict], known(_brought(one), one.currency),
         share(one.serve_rate), str(len(one.privileges)), name)
        for name, one in told.items()
    ]  # fmt: skip
    columns = ("customer", "class", "is given", "brings", "costs", "privileges", "id")
    screen.table("Out of proportion", columns, rows)
    if len(found) > len(told):
        click.echo(f"{len(found) - len(told)} more may not be named (objection, block, death).")
    return 0


def _brought(one: CustomerValue) -> int | None:
    return one.contribution if one.brought == "contribution" else one.revenue_net


def _classes(project: Project, as_json: bool) -> int:
    with project.store.read() as work:
        told = {
            name: load_classes(work, name) for name in sorted(project.settings.controllers)
        }  # fmt: skip
    if as_json:
        screen.show_json({
            name: [{"currency": place[0], "abc": place[1], **asdict(one)}
                   for place, one in classes.items()]
            for name, classes in told.items()
        })  # fmt: skip
        return 0
    for name, classes in told.items():
        day = next((f", 365 days until {one.as_of}" for one in classes.values()), "")
        rows = [_class(*place, one) for place, one in classes.items()]
        screen.table(f"Value of {name}{day}", COLUMNS, rows)
    for line in _unsaid(project, (one for classes in told.values() for one in classes.values())):
        click.echo(line)
    return 0


COLUMNS = ("class", "customers", "revenue, net", "margin", "discount", "handling", "costs",
           "is left", "given more", "given less")  # fmt: skip


def _class(currency: str, abc: str, one: ClassValue) -> tuple[str, ...]:
    return (
        abc, str(one.n), amount(one.revenue_net, currency), known(one.margin, currency),
        amount(one.discount, currency), amount(one.handling, currency), share(one.serve_rate),
        known(one.contribution, currency), str(one.more), str(one.less),
    )  # fmt: skip


def _unsaid(project: Project, classes: Iterable[ClassValue]) -> list[str]:
    """What is missing for a whole picture, and who can add it."""
    settings, found = project.settings.value, list(classes)
    said = []
    if any(one.margin is None for one in found):
        said.append("margin is not known: too few costs of goods are told. A connector can tell "
                    "them (`cost`), or set [value] margin_percent.")  # fmt: skip
    costs = ("return_cost", "contact_cost", "delivery_cost")
    free = [name for name in costs if not getattr(settings, name)]
    if found and free:
        said.append(f"not counted, for [value] says nothing of it: {', '.join(free)}.")
    return said
