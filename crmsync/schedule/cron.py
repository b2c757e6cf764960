"""cron: a line for each job (crontab(5)); what goes to stderr is mailed to the crontab's owner."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from crmsync.schedule.jobs import Every, Job, Project, Rhythm


def crontab(project: Project, jobs: Iterable[Job]) -> str:
    """The lines of a crontab; its times are those of the machine."""
    head = [f"# crmsync {project.name}. Complaints are mailed to MAILTO; times are the machine's."]
    if project.variables:
        told = ", ".join(project.variables)
        head.append(f"# crmsync.toml takes from the environment: {told}. Set them above this line.")
    lines = [f"{fields(job.rhythm)} {_command(project, job)}" for job in jobs]
    return "\n".join([*head, *lines]) + "\n"


def fields(rhythm: Rhythm) -> str:
    """A rhythm as cron's five fields."""
    if isinstance(rhythm, Every):
        hours, minutes = divmod(rhythm.minutes, 60)
        hour = f"*/{hours}" if hours > 1 else "*"
        return f"{0 if hours else f'*/{minutes}' if minutes > 1 else '*'} {hour} * * *"
    return f"{rhythm.minute} {rhythm.hour} * * *"


def _command(project: Project, job: Job) -> str:
    """The commands of a job, one after the other, whatever becomes of the first.

    A percent sign would be the end of the line.
    """
    calls = (f"{shlex.join(call)} >/dev/null" for call in project.calls(job))
    return "; ".join(calls).replace("%", "\\%")
