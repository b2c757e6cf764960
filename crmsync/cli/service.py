"""service: what customers wait for, and how fast they hear from us."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from crmsync.cli import screen
from crmsync.cli.sync import day_option
from crmsync.cli.who import customer_id
from crmsync.engine.project import Project
from crmsync.model.ref import Ref
from crmsync.model.service import CallBack, Case, Promise, Responses, Service, Voice
from crmsync.profile.service import service as owed
from crmsync.store.touches import untied as untied_of

LISTS = ("cases", "call_backs", "promises", "risks", "praise", "leaving")
"""What is listed customer by customer."""


@click.command()
@click.option("--customer", default="", help="Only this one: an id, a former id or a record.")
@click.option("--untied", is_flag=True, help="List what found no customer by its contact.")
@day_option
@screen.json_option
@click.pass_context
def service(ctx: click.Context, customer: str, untied: bool, as_of: str, as_json: bool) -> int:
    """Show what customers wait for: answers, call-backs, promises; and how fast they hear from us.

    Each entry names the interactions that support it; `crmsync note --on RECORD` answers one.
    """
    with screen.project(ctx) as project:
        if untied:
            return _untied(project, as_json)
        found = _services(project, as_of or _today(project), customer)
    if as_json:
        screen.show_json({name: _plain(asdict(one)) for name, one in found.items()})
        return 0
    for name, one in found.items():
        _show(name, one)
    return 0


def _untied(project: Project, as_json: bool) -> int:
    with project.store.read() as work:
        found = [str(ref) for name in project.settings.connections for ref in untied_of(work, name)]
    if as_json:
        screen.show_json(found)
    else:
        screen.table("Untied", ("record",), [(ref,) for ref in found])
    return 0


def _today(project: Project) -> str:
    """The day in the configured zone."""
    return datetime.now(ZoneInfo(project.settings.crmsync.zone)).date().isoformat()


def _services(project: Project, as_of: str, customer: str) -> dict[str, Service]:
    """What is owed, by controller."""
    settings = project.settings
    with project.store.read() as work:
        only = customer_id(work, customer) if customer else ""
        return {
            name: _of(
                owed(work, name, as_of=as_of, targets=settings.service,
                     deny=settings.crmsync.deny_categories),
                only,
            )
            for name in settings.controllers
        }  # fmt: skip


def _of(found: Service, only: str) -> Service:
    """What concerns one customer, all of it where none is named."""
    if not only:
        return found
    lists: dict[str, Any] = {
        name: tuple(one for one in getattr(found, name) if one.customer_id == only)
        for name in LISTS
    }
    return replace(found, **lists)


def _plain(value: Any) -> Any:
    """The same with every Ref as it is written."""
    if isinstance(value, Ref):
        return str(value)
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _show(name: str, found: Service) -> None:
    columns = ("record", "customer", "what", "due", "")
    for title, rows in (
        ("Waiting for an answer", map(_case, found.cases)),
        ("To call back", map(_call_back, found.call_backs)),
        ("Promised", map(_promise, found.promises)),
        ("Not satisfied", map(_voice, found.risks)),
        ("Praise", map(_voice, found.praise)),
        ("Leaving", map(_voice, found.leaving)),
    ):
        screen.table(f"{title} ({name}, {found.as_of})", columns, list(rows))
    screen.table(
        f"Response ({name}, since {found.since})", ("what", "of", "in time", "median hours"),
        [("acknowledged", *_times(found.acknowledged)), ("answered", *_times(found.answered)),
         ("called back", *_times(found.called_back))],
    )  # fmt: skip


def _case(one: Case) -> Any:
    left = [str(point.number) for point in one.points if point.answered_on is None]
    wants = "acknowledge" if one.to_acknowledge else "answer"
    points = f" {', '.join(left)} of {len(one.points)}" if one.points else ""
    by = one.acknowledge_by if one.to_acknowledge else one.answer_by
    what = f"{one.kind} of {one.opened_on}: {one.subject}".rstrip(": ")
    return one.ref, one.customer_id, what, by, f"{wants}{points}{', late' if one.late else ''}"


def _call_back(one: CallBack) -> Any:
    tried = f"{one.tries} tries{', in vain' if one.in_vain else ''}" if one.tries else ""
    return one.ref, one.customer_id, f"missed on {one.since}", one.due_on, tried


def _promise(one: Promise) -> Any:
    state = "kept late" if one.kept_on else "broken" if one.broken else ""
    return one.ref, one.customer_id, one.text, one.due_on, state


def _voice(one: Voice) -> Any:
    score = "" if one.score is None else f"{one.score} of 100"
    return one.ref, one.customer_id, one.text or one.reason, one.day, score


def _times(one: Responses) -> Any:
    hours = "-" if one.median_hours is None else f"{one.median_hours:.1f}"
    return one.n, "-" if one.share is None else f"{one.share:.0%}", hours
