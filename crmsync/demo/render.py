"""Tells the findings on a terminal: nine short answers, then what to try next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from io import StringIO
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from crmsync.demo.findings import AtRisk, Findings, Greeted, PlanPart, Refused, Spelling, Unified

WIDTH = 100
NAMES = 8
"""So many names of a search are shown."""


def render(findings: Findings, *, color: bool = False, width: int = WIDTH) -> str:
    """The findings as text; with `color` for a terminal that shows it."""
    out = StringIO()
    console = Console(
        file=out, width=width, force_terminal=color, no_color=not color, highlight=False
    )
    for part in _parts(findings):
        console.print(part)
        console.print()
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def as_dict(findings: Findings) -> dict[str, Any]:
    """The findings for `--json`."""
    return asdict(findings)


def _parts(found: Findings) -> Iterator[RenderableType]:
    yield _systems(found)
    yield _headed("Who is one and the same", map(_unified, found.unified))
    yield _headed("Who stays apart", map(_refused, found.refused))
    yield _headed("Who brings the money", [_money(found)])
    yield _at_risk(found)
    yield _greetings(found.greetings)
    yield _headed(f'Search by sound: "{found.sound}" finds', [_listed(found.sounds_like)])
    yield _plan(found.plan)
    yield Panel(Text(found.letter), title="One letter of the plan (nothing is sent)", width=80)
    yield _next(found)


def _systems(found: Findings) -> Group:
    table = _table("system", "what", "customer records", "orders", right=(2, 3))
    for system in found.systems:
        table.add_row(system.name, system.what, f"{system.customers:,}", f"{system.orders:,}")
    return Group(_title("Three systems, one customer base"), table, _sum(found))


def _sum(found: Findings) -> str:
    check = found.check
    lines = [
        f"{check.records:,} customer records became {check.customers:,} customers "
        f"in {found.seconds:.0f} seconds. {_pauses(found.pauses)}",
        f"Against the truth of the sample: {check.wrong} wrong merges; of {check.people:,} people "
        f"with several records {check.whole:,} are whole.",
    ]
    if found.parked:
        lines.append(f"{found.parked} records are parked: crmsync parked list")
    return "\n".join(lines)


def _pauses(pauses: int) -> str:
    """How often the shop's rate limit was met."""
    if not pauses:
        return "The shop's rate limit was kept."
    times = "once" if pauses == 1 else f"{pauses} times"
    return f"The shop asked {times} for a pause (429) and got it."


def _unified(one: Unified) -> RenderableType:
    return Group(f"[bold]{escape(one.name)}[/bold]", _spellings(one.records), _because(one.reasons))


def _refused(one: Refused) -> RenderableType:
    return Group(_spellings((one.first, one.second)), _because(one.reasons))


def _spellings(records: Iterable[Spelling]) -> Table:
    table = Table.grid(padding=(0, 2))
    for record in records:
        table.add_row(f"  {record.ref}", escape(record.name), escape(record.address))
    return table


def _because(reasons: Iterable[str]) -> str:
    return "\n".join(f"  because {escape(reason)}" for reason in reasons)


def _money(found: Findings) -> str:
    return f"The best fifth of the customers brings {found.top_share:.0%} of the revenue."


def _at_risk(found: Findings) -> Group:
    table = _table("regular", "class", "revenue", "why", right=(2,))
    for one in found.at_risk:
        table.add_row(escape(one.name), one.abc, _euros(one), escape("; ".join(one.reasons)))
    more = found.at_risk_count - len(found.at_risk)
    rest = [f"and {more} more of class A"] if more > 0 else []
    return Group(_title("The best regulars who are at risk"), table, *rest)


def _euros(one: AtRisk) -> str:
    return f"{one.revenue / 100:,.0f} €"


def _greetings(greetings: Iterable[Greeted]) -> Group:
    table = _table("typed at the till", "finds", "the clerk may say")
    for one in greetings:
        said = f"„{one.greeting}“" if one.greeting else one.note
        table.add_row(escape(one.typed), escape(one.found), escape("\n".join((said, *one.lines))))
    return Group(_title("The till greets by name"), table)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMES
    return escape(", ".join(names[:NAMES])) + (f" and {more} more" if more > 0 else "")


def _plan(plan: Iterable[PlanPart]) -> Group:
    table = _table("play", "contacts", "not contacted", "chief reason", right=(1, 2))
    for part in plan:
        table.add_row(
            part.play, f"{part.contacts:,}", f"{part.not_contacted:,}", escape(part.chief_reason)
        )
    return Group(_title("What should be written, and to whom not"), table)


def _next(found: Findings) -> Group:
    grid = Table.grid(padding=(0, 2))
    for command, why in found.next_commands:
        grid.add_row(f"  [bold]{escape(command)}[/bold]", escape(why))
    return Group(_title(f"Next, in {found.folder}"), grid)


def _headed(title: str, parts: Iterable[RenderableType]) -> Group:
    return Group(_title(title), *parts)


def _title(text: str) -> Text:
    return Text(text, style="bold cyan")


def _table(*columns: str, right: tuple[int, ...] = ()) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place in right else "left")
    return table
