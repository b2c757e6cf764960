"""note: write down what a customer said, what he was promised, what he was granted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click

from crmsync.cli import screen
from crmsync.cli.sync import day_option, say_failures
from crmsync.cli.who import REF, customer_id
from crmsync.engine import note as engine
from crmsync.engine.project import Project, about
from crmsync.engine.report import Report
from crmsync.errors import ConfigError, RecordError
from crmsync.model.clock import stamp
from crmsync.model.ref import Ref
from crmsync.normalize.when import moment

CHANNELS = {"person": "in_person", "phone": "phone", "letter": "letter", "fax": "fax",
            "email": "email", "chat": "messenger"}  # fmt: skip
"""What a clerk says, and what the model calls it."""
KINDS = ("note", "enquiry", "complaint", "praise", "purchase", "return", "visit", "call",
         "missed-call", "call-back", "satisfaction")  # fmt: skip
WAITING = ("enquiry", "complaint", "missed-call", "call-back")
"""Kinds of what a customer begins, and what then waits for us."""

Command = Callable[..., Any]


def _options(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    def decorate(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def _several(name: str, argument: str, help_text: str) -> Callable[[Command], Command]:
    help_text = f"{help_text}; repeatable."
    return click.option(f"--{name}", argument, multiple=True, metavar="TEXT", help=help_text)


what_options = _options(
    click.option("--channel", type=click.Choice(list(CHANNELS)), default="person",
                 show_default=True, help="How we met."),
    click.option("--kind", type=click.Choice(KINDS), default="note", show_default=True,
                 help="What it was."),
    click.option("--direction", type=click.Choice(["in", "out", "internal"]), default=None,
                 help="Who spoke: he (in), we (out), nobody (internal). Default: out for an "
                 "answer, an acknowledgement or a promise kept, internal for --done, else in."),
    click.option("--reason", default="", help="Why, in a word that comes again (late, defect …)."),
    click.option("--store", default="", metavar="KEY", help="The store where it was."),
    click.option("--at", default="", metavar="TIME", help="When it was (default: now)."),
    click.option("--on", "about", type=REF, default=None, help="The interaction this is about."),
    click.option("--acknowledged", is_flag=True, help="We said that we have --on, no more yet."),
    click.option("--done", is_flag=True, help="Nothing is left to do about --on."),
)  # fmt: skip
says_options = _options(
    _several("point", "points", "A point of an enquiry that wants its own answer"),
    click.option("--answer", "answers", type=click.IntRange(min=1), multiple=True, metavar="N",
                 help="The number of a point of --on that this answers; repeatable."),
    click.option("--promise", default="", metavar="TEXT", help="What was promised; wants --due."),
    click.option("--due", default="", type=screen.DAY,
                 help="By when: the promise, or the call-back."),
    click.option("--kept", is_flag=True, help="What --on promised was done."),
    _several("privilege", "privileges", "A privilege granted"),
    _several("wish", "wishes", "A special wish"),
    _several("mark", "marks", "What he is worth beside money (advocate, reference …)"),
    _several("ended", "ended", "A privilege, wish or mark noted before that no longer holds"),
    click.option("--leaving", default="", metavar="REASON",
                 help="Why he leaves: price, competitor, moved …"),
    click.option("--score", type=click.IntRange(0, 10), default=None,
                 help="How satisfied he says he is, from 0 to 10."),
)  # fmt: skip


@click.command()
@click.argument("customer")
@click.argument("text", default="")
@what_options
@says_options
@click.option("--by", default="", help="Who writes it (a role or initials).")
@click.option("--key", default="", help="A key of yours: the same note is written only once.")
@day_option
@screen.json_option
@click.pass_context
def note(
    ctx: click.Context, /, customer: str, text: str, by: str, key: str, as_of: str, as_json: bool,
    **said: Any,
) -> int:  # fmt: skip
    """Write down an interaction with CUSTOMER: an id, a former id or a record.

    TEXT says in short what it was about. A note is never changed: that a point is answered, a
    promise kept or a call-back done is another note, which names the first with --on.
    """
    with screen.project(ctx) as project:
        place = _place(project, customer)
        told = _note(project, place, text, said) | ({"by": by} if by else {})
        ref = engine.write(project, place.connection, told, key=key)
        report = engine.follow(project, place.connection, as_of=as_of)
    if as_json:
        screen.show_json({"record": str(ref), "customer_id": place.customer_id})
    else:
        click.echo(f"{ref} noted of {place.customer_id}")
    return _ended(report)


def _ended(report: Report) -> int:
    """The exit code; a run at work brings the note up to date as well, so it is no failure."""
    if report.failures and all(one.code == "lease" for one in report.failures):
        click.echo("another run is at work; the next one shows the note everywhere.", err=True)
        return 0
    say_failures(report)
    return report.exit_code()


def _place(project: Project, customer: str) -> engine.Place:
    with project.store.read() as work:
        found = customer_id(work, customer)
    return engine.place(project, found, customer)


def _note(project: Project, place: engine.Place, text: str, said: dict[str, Any]) -> dict[str, Any]:
    """The raw note, without what nobody said; ConfigError when it does not hold together."""
    _complete(text, said)
    if said["about"] is not None:
        _fits(project, place, said["about"], said)
    kind = "satisfaction" if said["score"] is not None and said["kind"] == "note" else said["kind"]
    direction = said["direction"] or _direction(said)
    waits = kind in WAITING and direction == "in"
    told = {
        "record": str(place.record),
        "at": _moment(project, place, said["at"]),
        "channel": CHANNELS[said["channel"]],
        "kind": kind.replace("-", "_"),
        "direction": direction,
        "status": "open" if waits else "waiting" if said["acknowledged"] else "done",
        "subject": text,
        "about": str(said["about"] or ""),
        "due_on": "" if said["promise"] else said["due"],
        "promise_by": said["due"] if said["promise"] else "",
        "answers": [str(one) for one in said["answers"]],
        "closes": said["done"],
        **{name: said[name] for name in SAME},
    }
    return {name: value for name, value in told.items() if _is_said(value)}


def _direction(said: dict[str, Any]) -> str:
    if said["answers"] or said["kept"] or said["acknowledged"]:
        return "out"
    return "internal" if said["done"] else "in"


SAME = ("reason", "store", "points", "promise", "kept", "privileges", "wishes", "marks", "ended",
        "leaving", "score")  # fmt: skip
"""What a note holds as it is said."""
ABOUT = ("answers", "kept", "acknowledged", "done")
"""What needs an interaction that it is about."""


def _is_said(value: object) -> bool:
    """Whether an option says something; a score of 0 does."""
    return value is not False and value not in ("", None, (), [])


def _complete(text: str, said: dict[str, Any]) -> None:
    """Return when what is said says something, and all that it needs."""
    says = any(_is_said(said[name]) for name in (*ABOUT, *SAME))
    if said["kind"] == "note" and not text and not says:
        raise ConfigError("the note is empty.", hint="Say what it is about, or give a --kind.")
    if said["promise"] and not said["due"]:
        raise ConfigError("a promise needs the day until which it is kept.", hint="Give --due DAY.")
    if said["due"] and not said["promise"] and said["kind"] not in WAITING:
        raise ConfigError("nothing is due.", hint="--due goes with --promise or a call-back.")
    if said["about"] is None and any(said[name] for name in ABOUT):
        raise ConfigError(
            "it is not said which interaction this is about.", hint="Name its record with --on."
        )


def _fits(project: Project, place: engine.Place, ref: Ref, said: dict[str, Any]) -> None:
    """Return when the interaction it is about has what is answered or kept."""
    first = engine.named(project, place.customer_id, ref).details
    missing = [str(one) for one in said["answers"] if one > len(first.points)]
    if missing:
        raise ConfigError(f"{ref} has {len(first.points)} points, no number {', '.join(missing)}.")
    left = engine.open_points(project, place.customer_id, ref) - set(said["answers"])
    if said["done"] and left:
        told = ", ".join(map(str, sorted(left)))
        raise ConfigError(f"{ref} is not done: nobody has answered {told} of its points.")
    if said["kept"] and not first.promise:
        raise ConfigError(f"{ref} holds no promise.", hint="Name the note that promised it.")


def _moment(project: Project, place: engine.Place, told: str) -> str:
    """The UTC stamp of when it was; ConfigError when it cannot be read or lies ahead."""
    now = stamp(datetime.now(UTC))
    if not told:
        return now
    try:
        found = moment(told, about(project.settings, place.connection).zone, field="--at")
    except RecordError as error:
        raise ConfigError(f"--at {error.reason}.", hint=error.hint) from None
    if found is None or found.at[:19] > now[:19]:
        raise ConfigError("--at lies ahead.", hint="Note what has been; promise what will be.")
    return found.at
