"""Runs the stages behind normalize under the lease "resolve", each from its own watermark."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from crmsync.config import Settings
from crmsync.engine import goods, house, own_habits
from crmsync.engine import tie as tying
from crmsync.engine.changed import ask_again
from crmsync.engine.newid import ids_in_order
from crmsync.engine.project import Project
from crmsync.engine.readers import spread
from crmsync.engine.report import Report
from crmsync.engine.stages import BATCH, Stage, each_once
from crmsync.hookspecs import Feed, TakesSettings
from crmsync.identity import resolve as identity
from crmsync.identity.weights import Weights, in_use
from crmsync.model.customer import Profile
from crmsync.profile import habits
from crmsync.profile import profiles as golden
from crmsync.store import Change, Work, records
from crmsync.store.leases import Lease

if TYPE_CHECKING:
    from crmsync.engine.report import Progress


MANY = 1000
"""Batches that resolve takes at once: what it does for one is quicker done for all."""


def run_behind(project: Project, report: Report, progress: Progress, now: datetime) -> None:
    """Bring every stage up to date, and drop from the log what all of them have dealt with."""
    model = in_use(project.settings.model_file())
    with project.store.lease("resolve", holder=report.run_id) as lease:
        with project.store.read() as look:
            buyers = goods.find(look)
        with project.store.work("behind/wake", lease=lease, run_id=report.run_id) as work:
            ask_again(work, project.settings, project.registry, model)
            goods.ask_again(work, buyers)
            habits.wake(
                work, as_of=report.as_of, deny=project.settings.crmsync.deny_categories,
                own=project.registry.habits,
            )  # fmt: skip
        own_habits.name_refused(project.registry, report)
        stages = chain(project, report, now, model)
        for stage in stages:
            _run(project, report, stage, lease, progress)
        with project.store.work("behind/settle", lease=lease, run_id=report.run_id) as work:
            work.settle(_readers(work, stages))
            tying.warn_of_untied(work, report, project.settings.connections)


def _readers(work: Work, stages: Sequence[Stage]) -> dict[str, tuple[str, ...]]:
    """Everybody who reads the change log: these stages, and the readers of each connection."""
    names = sorted({row.connection for row in records.all_streams(work).values()})
    intake = {f"normalize/{name}": (records.topic(name),) for name in names}
    return {stage.name: stage.topics for stage in stages} | intake | goods.readers(names)


def _run(project: Project, report: Report, stage: Stage, lease: Lease, progress: Progress) -> None:
    clock = report.clock(stage.name)
    while True:
        with (
            clock.on(stage.name),
            project.store.work(f"{stage.name}/batch", lease=lease, run_id=report.run_id) as work,
        ):
            changes = work.changes(stage.name, stage.topics, BATCH * stage.many)
            if not changes:
                break
            counts = stage.take(work, each_once(changes))
            if counts:
                report.stage(stage.name, counts)
            work.advance(stage.name, changes[-1].seq)
        if counts:
            report.tell(project, stage.name, counts)
        stage.afterwards()
        progress(stage.name, "", counts.get("taken", 0))


def chain(project: Project, report: Report, now: datetime, model: Weights) -> list[Stage]:
    """The stages in order: resolve, profile, habits, and the registered feeds."""
    settings = project.settings
    resolve = partial(
        identity.resolve, numbers=settings.numbers(), new_id=ids_in_order(now), model=model,
        ask=house.asking(project.registry), spread=spread,
    )  # fmt: skip
    count = partial(
        habits.habits, as_of=report.as_of, deny=settings.crmsync.deny_categories,
        own=project.registry.habits, failed=own_habits.told_once(report),
    )  # fmt: skip
    return [
        Stage("resolve", identity.TOPICS, resolve, many=MANY),
        Stage(
            "tie", tying.TOPICS, partial(tying.tie, controllers=_controllers(settings)), many=MANY
        ),
        _profile(project, report),
        Stage("habits", habits.TOPICS, count),
        *(_feed(project, feed, report.as_of) for feed in project.registry.feeds),
    ]


def _controllers(settings: Settings) -> dict[str, str]:
    """The controller of each connection."""
    return {name: one.controller for name, one in settings.connections.items()}


def _profile(project: Project, report: Report) -> Stage:
    """The stage of the golden profiles; what it wrote is told to the plugins after the commit."""
    settings = project.settings
    written: list[Profile] = []

    def take(work: Work, changes: Sequence[Change]) -> Mapping[str, int]:
        counts, profiles = golden.profile(
            work, changes, owners=settings.owners(), preference=list(settings.connections)
        )
        written[:] = profiles
        return counts

    def tell() -> None:
        if written:
            told = project.registry.tell(
                "crmsync_profiles_changed", run_id=report.run_id, profiles=tuple(written)
            )
            report.hear(told)

    return Stage("profile", golden.TOPICS, take, tell)


def _feed(project: Project, feed: Feed, as_of: str) -> Stage:
    if isinstance(feed, TakesSettings):
        feed = feed.configured(project.settings, project.registry.manager.hook)
    return Stage(feed.name, feed.topics, _dated(feed.take, as_of))


def _dated(
    take: Callable[..., Mapping[str, int]], day: str
) -> Callable[[Work, Sequence[Change]], Mapping[str, int]]:
    return lambda work, changes: take(work, changes, as_of=day)
