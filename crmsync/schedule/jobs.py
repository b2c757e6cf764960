"""What runs by itself, and when: a job is a few commands, one after the other, and a rhythm."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from crmsync.errors import ConfigError

GOOD = (3, 5, 7, 130, 143)
"""Exit codes beside 0 that need nobody tonight: something is parked, the budget is spent, another
run was at work, somebody stopped it."""

LEAST_AGE = 60
"""Minutes; no sooner does the check say that nothing runs."""

_EVERY = re.compile(r"([1-9]\d{0,2})([mh])")
_AT = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Every:
    """Every so many minutes, beginning at midnight; they divide the hour or the day."""

    minutes: int


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day."""

    hour: int
    minute: int


Rhythm = Every | Daily


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to do by itself: `commands` are what follows `crmsync --project FOLDER`.

    A `catching_up` job that was missed, because the machine was off, is made up for.
    """

    name: str
    about: str
    rhythm: Rhythm
    commands: tuple[tuple[str, ...], ...]
    catching_up: bool = False


@dataclass(frozen=True, slots=True)
class Project:
    """Where the jobs work: the folder, what the units are called after, and the zone of its days.

    `program` is how crmsync is started there. `variables` are the secrets that crmsync.toml takes
    from the environment, by name; `server` says whether the store is kept by one.
    """

    folder: Path
    name: str
    program: tuple[str, ...]
    zone: str
    variables: tuple[str, ...] = ()
    server: bool = False

    def calls(self, job: Job) -> list[tuple[str, ...]]:
        """The whole commands of a job."""
        return [(*self.program, "--project", str(self.folder), *one) for one in job.commands]


def jobs(*, every: Every, night: Daily | None, till: bool) -> list[Job]:
    """The jobs of a project: sync, what is done once a night, and the check that anything runs."""
    build = (("till", "build"),) if till else ()
    found = [Job("sync", "reads what changed", every, (("sync",), *build))]
    if night is not None:
        commands = (("forecast",), ("value",))
        found.append(Job("night", "predicts and weighs", night, commands, catching_up=True))
    hours = -(-max(3 * every.minutes, LEAST_AGE) // 60)
    check = ("status", "--max-age", f"{hours}h", "--max-parked", "3d")
    return [*found, Job("check", "looks whether it runs", Every(60), (check,))]


def read_every(text: str) -> Every:
    """The rhythm that "15m" or "2h" says; ConfigError when it is none, or no even one."""
    if told := _EVERY.fullmatch(text):
        number, whole = int(told[1]), {"m": 60, "h": 24}[told[2]]
        if whole % number == 0 and (number < whole or whole == 60):
            return Every(number * (60 if whole == 24 else 1))
    raise ConfigError(
        f"'{text}' is no even rhythm.",
        hint="Write minutes that divide an hour or hours that divide a day: 5m, 15m, 1h, 6h.",
    )


def read_at(text: str) -> Daily:
    """The time of day that "02:30" says; ConfigError when it is none."""
    if told := _AT.fullmatch(text):
        return Daily(int(told[1]), int(told[2]))
    raise ConfigError(f"'{text}' is no time of day.", hint="Write it as 02:30.")


def read_name(text: str) -> str:
    """A name that every one of the three takes; ConfigError otherwise."""
    if _NAME.fullmatch(text):
        return text
    raise ConfigError(
        f"'{text}' is no name for units.", hint="Take up to 32 small letters, digits and hyphens."
    )


def read_folder(folder: Path) -> Path:
    """The folder; ConfigError when no line of a unit or a crontab can hold it."""
    if str(folder).isprintable():
        return folder
    raise ConfigError("the folder's name holds a line break or another sign that nothing shows.",
                      hint="IT: rename it.")  # fmt: skip


def name_of(folder: Path) -> str:
    """What a project is called where nobody says: as its folder, as far as that is a name."""
    told = re.sub(r"[^a-z0-9]+", "-", folder.name.lower()).strip("-")[:32].strip("-")
    return told or "project"
