"""Runs: when each began and ended, how, and what it reported."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from crmsync.store.ages import ago
from crmsync.store.tables import run
from crmsync.store.work import Work

READING = ("sync", "reconcile")
"""The verbs of runs that ask the backends."""


def start(work: Work, run_id: str, verb: str, as_of: str, at: str) -> None:
    """Write that a run began."""
    work.upsert(run, [(run_id, verb, as_of, at, None, None, "{}")])


def finish(work: Work, run_id: str, at: str, exit_code: int, report: dict[str, Any]) -> None:
    """Write how a run ended."""
    values = {"finished_at": at, "exit_code": exit_code, "report": orjson.dumps(report).decode()}
    work.run(sa.update(run).where(run.c.id == run_id).values(values))


def last(work: Work, count: int = 10) -> list[dict[str, Any]]:
    """The latest runs, newest first."""
    rows = work.all(sa.select(run).order_by(run.c.id.desc()).limit(count))
    return [{**row._mapping, "report": orjson.loads(row.report)} for row in rows]


def fresh(work: Work, age: str, *, now: datetime | None = None) -> bool:
    """Whether a run that asked the backends ended well (0 or 3) within `age` ("90m", "2h", "1d").

    ConfigError when that is no age.
    """
    limit = ago(age, now=now)
    statement = sa.select(run.c.id).where(
        run.c.verb.in_(READING), run.c.exit_code.in_((0, 3)), run.c.finished_at >= limit
    )
    return work.one(statement.limit(1)) is not None
