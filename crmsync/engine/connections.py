"""Takes in connections, and names each that fails in the report; the others go on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crmsync.engine.intake import take_in
from crmsync.engine.project import Project
from crmsync.engine.report import Progress, Report
from crmsync.errors import ConfigError, CrmsyncError, LeaseHeld, SumsError


@dataclass(frozen=True, slots=True)
class Terms:
    """How a run takes in: when it began, whether backends are asked, whether a brake is lifted.

    `whole` reads every stream from its beginning.
    """

    now: datetime
    read: bool = True
    accept_deletes: bool = False
    whole: bool = False


def take_in_each(
    project: Project, names: Sequence[str], terms: Terms, *, report: Report, progress: Progress
) -> bool:
    """Take in connections one after the other; False when other runs have all of them.

    SumsError ends the whole run.
    """
    ours = [take_in_one(project, name, terms, report=report, progress=progress) for name in names]
    return any(ours)


def take_in_one(
    project: Project, name: str, terms: Terms, *, report: Report, progress: Progress
) -> bool:
    """Take in a connection; False when another run has it. SumsError ends the whole run."""
    try:
        take_in(
            project,
            name,
            report=report,
            now=terms.now,
            progress=progress,
            read=terms.read,
            accept_deletes=terms.accept_deletes,
            whole=terms.whole,
        )
    except SumsError:
        raise
    except CrmsyncError as error:
        report.fail(name, error)
        return not isinstance(error, LeaseHeld)
    return True


def refuse_given(project: Project, names: Sequence[str]) -> None:
    """ConfigError when one of the connections has a connector that only this process knows."""
    for name in names:
        kind = getattr(project.settings.connections.get(name), "connector", "")
        if project.registry.given(kind):
            raise ConfigError(
                f"the connector '{kind}' was handed over in Python; no other process finds it.",
                hint="Whoever wrote this program: put it into crmsync_plugins.py or a package, or "
                "take in one connection at a time (jobs=1).",
            )
