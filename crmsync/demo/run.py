"""Runs the demo: builds the sample, opens its shop, syncs, builds the till file, looks at it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from crmsync.demo import story
from crmsync.demo.findings import Findings
from crmsync.demo.sample import SEED, Sample, build, point_to
from crmsync.demo.shop import PORT, Shop, load, opened
from crmsync.engine.project import Project, open_project
from crmsync.engine.report import Report
from crmsync.engine.sync import sync
from crmsync.errors import ConfigError, CrmsyncError
from crmsync.outreach.plan import plan
from crmsync.outreach.planned import Plan
from crmsync.store import Work, marker
from crmsync.till.build import build as build_till
from crmsync.till.tillfile import TillFile

Progress = Callable[[str, str, int], None]
UNIFIED = ("greet-doctor", "late-delivery")
REFUSED = (
    (("family-phone", "crm"), ("family-phone/2", "crm")),
    (("firm", "crm"), ("employee", "erp")),
)
LETTER = "late-delivery-apology"
SHOWN = 6
"""So many regulars at risk are shown."""

STORE_FILES = ("crmsync.db", "crmsync.db-wal", "crmsync.db-shm", marker.NAME, "till.db")
TILL_DAYS = 7
"""So long the demo's till file answers after the day it was built for."""

NEXT = (
    ("crmsync till search Maier", "search the till as a clerk does"),
    ("crmsync review", "pairs that a human should decide"),
    ("crmsync outreach plan", "who, what, why, and who not"),
    ("crmsync status", "the runs, and what is set aside"),
    ("python -m crmsync.demo.shop .", "open the shop again, then: crmsync sync"),
)


def run_demo(
    folder: Path,
    *,
    people: int = 2000,
    seed: int = SEED,
    as_of: str,
    progress: Progress = lambda _what, _where, _more: None,
) -> Findings:
    """Build the sample in `folder`, run the whole way, and say what was found.

    `as_of` is the ISO day everything counts from. ConfigError when the folder holds another
    project. An earlier sample in it is replaced, with its store.
    """
    _make_room(folder)
    started = time.monotonic()
    sample = build(folder, people=people, seed=seed, as_of=as_of)
    progress("built", folder.name, len(sample.people))
    evening = datetime.fromisoformat(f"{as_of}T20:00:00+00:00")
    with opened(Shop(load(folder), token=sample.token, now=lambda: evening)) as shop:
        point_to(folder, shop.url)
        with open_project(folder) as project:
            report = _sync(project, as_of, progress)
            till = _build_till(project, folder, as_of)
            found = _look(project, sample, report, till, as_of)
    point_to(folder, f"http://127.0.0.1:{PORT}")
    return replace(found, seconds=time.monotonic() - started, pauses=shop.refused)


def _make_room(folder: Path) -> None:
    """Take out an earlier demo; refuse a folder that holds something else."""
    if (folder / "crmsync.toml").exists() and not (folder / "truth.csv").exists():
        raise ConfigError(
            f"{folder} holds another project.", hint="Name an empty folder for the demo."
        )
    for name in STORE_FILES:
        (folder / name).unlink(missing_ok=True)


def _sync(project: Project, as_of: str, progress: Progress) -> Report:
    """The report of the sync; CrmsyncError when a system of the sample could not be read."""
    report = sync(project, as_of=as_of, progress=progress)
    for failure in report.failures:
        raise CrmsyncError(f"{failure.where}: {failure.message}", hint=failure.hint)
    return report


def _build_till(project: Project, folder: Path, as_of: str) -> Path:
    """The till file with everybody's card; it answers for a week."""
    path = folder / project.settings.crmsync.till_file
    expires = date.fromisoformat(as_of) + timedelta(days=TILL_DAYS)
    built_at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    build_till(project.store, path, built_at=built_at, expires_on=expires.isoformat())
    return path


def _plan(project: Project, work: Work, as_of: str) -> Plan:
    registry = project.registry
    return plan(
        work,
        as_of=as_of,
        plays=registry.plays,
        settings=project.settings,
        vetoes=registry.vetoes(),
    )


def _look(project: Project, sample: Sample, report: Report, till: Path, as_of: str) -> Findings:
    """The findings; how long it took and how often the shop asked to wait comes later."""
    with project.store.read() as work, TillFile(till) as cards:
        base = story.read_base(work, sample, numbers=project.settings.numbers(), as_of=as_of)
        risks = story.at_risk(base)
        contacts = _plan(project, work, as_of)
        return Findings(
            folder=sample.folder,
            as_of=as_of,
            systems=tuple(story.systems(sample)),
            check=story.check(base.profiles.values(), sample.truth),
            unified=tuple(story.unified(base, case) for case in UNIFIED),
            refused=tuple(story.refused(base, *pair) for pair in REFUSED),
            top_share=story.top_share(base.habits.values()),
            at_risk=tuple(risks[:SHOWN]),
            at_risk_count=len(risks),
            greetings=tuple(story.greetings(base, cards)),
            sound=story.SOUND,
            sounds_like=tuple(story.sounds_like(base, cards, story.SOUND)),
            plan=tuple(story.plan_parts(contacts)),
            letter=story.letter(contacts, play=LETTER),
            next_commands=NEXT,
            parked=report.parked,
            exit_code=report.exit_code(),
        )
