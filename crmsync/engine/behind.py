"""Runs the stages behind normalize under the lease "resolve", each from its own watermark."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from crmsync.engine.project import Project
from crmsync.engine.report import Report
from crmsync.engine.stages import BATCH, Stage, each_once
from crmsync.store import Change, Work
from crmsync.store.leases import Lease

if TYPE_CHECKING:
    from crmsync.engine.intake import Progress


def run_behind(project: Project, report: Report, progress: Progress) -> None:
    """Bring every stage up to date."""
    with project.store.lease("resolve", holder=report.run_id) as lease:
        for stage in chain(project, report):
            _run(project, report, stage, lease, progress)


def _run(project: Project, report: Report, stage: Stage, lease: Lease, progress: Progress) -> None:
    while True:
        with project.store.work(lease=lease, run_id=report.run_id) as work:
            changes = work.changes(stage.name, stage.topics, BATCH)
            if not changes:
                break
            counts = stage.take(work, each_once(changes))
            report.stage(stage.name, counts)
            work.advance(stage.name, changes[-1].seq)
        report.tell(project, stage.name, counts)
        progress(stage.name, "", counts.get("taken", 0))


def chain(project: Project, report: Report) -> list[Stage]:
    """The stages in order: resolve, profile, habits, and the registered feeds."""
    return [*_feeds(project, report)]


def _feeds(project: Project, report: Report) -> list[Stage]:
    return [
        Stage(feed.name, feed.topics, _as_of(feed.take, report.as_of))
        for feed in project.registry.feeds
    ]


def _as_of(
    take: Callable[..., Mapping[str, int]], day: str
) -> Callable[[Work, Sequence[Change]], Mapping[str, int]]:
    return lambda work, changes: take(work, changes, as_of=day)
