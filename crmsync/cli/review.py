"""review: works through the queue on a terminal, as a table, or as JSON lines both ways."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from crmsync.cli import keyboard, screen
from crmsync.cli.answers import Line, read_answers
from crmsync.cli.asking import Asking
from crmsync.cli.sync import day_option, say_failures
from crmsync.cli.who import language_option
from crmsync.engine import decide
from crmsync.engine.decide import Verdict
from crmsync.engine.project import Project
from crmsync.engine.report import Report
from crmsync.errors import ConfigError
from crmsync.identity import queue
from crmsync.identity.queue import Waiting
from crmsync.identity.weights import likely

GRAVE = (1, 4)
"""Exit codes of a run that weigh more than a line that cannot be read."""


@click.command()
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N pairs.")
@click.option("--rule", default="", metavar="RULE", help="Only the pairs of this rule.")
@click.option("--by", default="", help="Who decides (a role or initials).")
@click.option("--apply", "answers", type=click.File("r", encoding="utf-8"), metavar="FILE",
              help="Take verdicts from JSON lines (- reads stdin).")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a pair, a line each.")
@click.option("--values", is_flag=True, help="With --json: the values too; they are personal data.")
@language_option
@day_option
@click.pass_context
def review(
    ctx: click.Context,
    limit: int | None,
    rule: str,
    by: str,
    answers: Any,
    as_json: bool,
    values: bool,
    language: str,
    as_of: str,
) -> int:
    """Decide, pair by pair, whether two records are one customer.

    On a terminal the pairs are shown side by side and answered with a key; each answer is saved
    at once, and what it changes is brought up to date at the end. Elsewhere the queue is listed.
    Pairs whose answer touches the most orders come first, of equals those whose customers bought
    last.

    FILE has an object a line: {"a": …, "b": …, "verdict": "same" or "apart", "by": …,
    "note": …}. A line that cannot be used is named by its number, the others are applied, and
    the exit code is 2.
    """
    with screen.project(ctx) as project:
        if answers is not None:
            return _apply(project, answers, by, as_of)
        with project.store.read() as work:
            found = queue.queue(work, rule=rule, limit=limit)
        if as_json:
            _show_lines(project, found, values)
        elif found and screen.on_terminal():
            return _ask(project, found, by, language, as_of)
        else:
            _show_table(found)
    return 0


def _show_table(found: Sequence[Waiting]) -> None:
    rows = [
        (str(one.a), str(one.b), one.rule, ", ".join(one.agree), ", ".join(one.differ))
        for one in (waiting.review for waiting in found)
    ]
    screen.table("To decide", ("a", "b", "rule", "agree", "differ"), rows)


def _show_lines(project: Project, found: Sequence[Waiting], values: bool) -> None:
    for one in found:
        told: dict[str, Any] = one.review._asdict()
        told |= {"a": str(one.review.a), "b": str(one.review.b), "orders": one.orders,
                 "said": one.review.said._asdict(),
                 "likely": likely(one.review.weight)}  # fmt: skip
        if values:
            with project.store.read() as work:
                sides = queue.sides(work, (one.review.a, one.review.b))
            told["values"] = {str(ref): side.values for ref, side in sides.items()}
        click.echo(json.dumps(told, ensure_ascii=False))


def _ask(project: Project, found: Sequence[Waiting], by: str, language: str, as_of: str) -> int:
    who = by or click.prompt("Wer entscheidet (Rolle oder Kürzel)" if language == "de"
                             else "Who decides (a role or initials)")  # fmt: skip
    with keyboard.keyboard() as key:
        asking = Asking(project, found, by=who, language=language, key=key)
        asking.work_through()
    if not asking.answered:
        return 0
    return _end(decide.follow(project, as_of=as_of), asking.count("same"), asking.count("apart"))


def _end(report: Report, same: int, apart: int) -> int:
    click.echo(f"{same} same, {apart} apart")
    say_failures(report)
    return report.exit_code()


def _apply(project: Project, answers: Any, by: str, as_of: str) -> int:
    """Save every line that can be used, then bring up to date whom they concern."""
    done: list[Verdict] = []
    bad = 0
    for line in read_answers(answers, by):
        said = line.said or _save(project, line, done)
        if said:
            bad += 1
            click.echo(f"line {line.number}: {said}", err=True)
    code = 0
    if done:
        report = decide.follow(project, as_of=as_of)
        code = _end(report, *(sum(one.band == word for one in done) for word in ("same", "apart")))
    else:
        click.echo("nothing was decided")
    return 2 if bad and code not in GRAVE else code


def _save(project: Project, line: Line, done: list[Verdict]) -> str:
    """Save the verdict of a line; gives what is wrong with it, '' when it is saved."""
    assert line.verdict is not None
    try:
        decide.save(project, line.verdict)
    except ConfigError as error:
        return error.message
    done.append(line.verdict)
    return ""
