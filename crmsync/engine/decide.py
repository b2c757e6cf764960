"""Applies what humans decide of customers: saves it, and brings up to date whom it concerns."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from crmsync.engine.project import Project
from crmsync.engine.report import Report
from crmsync.engine.sync import sync
from crmsync.identity import read, undo
from crmsync.identity.undo import Merge
from crmsync.model.clock import stamp
from crmsync.model.ref import Ref
from crmsync.model.words import Band


class Verdict(NamedTuple):
    """What a human decided of two records; `by` is a role or initials, `note` says why."""

    a: Ref
    b: Ref
    band: Band
    by: str
    note: str = ""


def save(project: Project, verdict: Verdict) -> None:
    """Save a verdict; the next run applies it. ConfigError when it cannot be (`read.decide`)."""
    with project.store.work("people/decide") as work:
        a, b, band, by, note = verdict
        read.decide(work, a, b, band, by=by, at=stamp(datetime.now(UTC)), note=note)


def follow(project: Project, *, as_of: str) -> Report:
    """Bring everything up to date that verdicts concern; no backend is asked."""
    return sync(project, as_of=as_of, read=False, verb="decide")


def unmerge(
    project: Project, name: str, other: Ref | None, *, by: str, note: str = "", as_of: str = ""
) -> tuple[Merge, Report]:
    """Take a merge back: of the customer `name`, or that of the records `name` and `other`.

    What humans decided is withdrawn first. Where the evidence joins the two sides all the same,
    every pair across them is decided to be two. ConfigError when there is nothing to take back.
    """
    with project.store.work("people/unmerge") as work:
        found = _find(project, name, other)
        at = stamp(datetime.now(UTC))
        withdrawn = undo.take_back(work, found, by=by, at=at, note=note)
    report = follow(project, as_of=as_of) if withdrawn else None
    with project.store.work("people/apart") as work:
        joined = undo.still_one(work, found)
        if joined:
            undo.hold_apart(work, found, by=by, at=at, note=note)
    if report is None or joined:
        report = follow(project, as_of=as_of)
    return found, report


def _find(project: Project, name: str, other: Ref | None) -> Merge:
    with project.store.read() as work:
        if other is None:
            return undo.merge_of(work, name)
        return undo.merge_between(work, Ref.parse(name), other)
