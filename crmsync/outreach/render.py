"""Renders the texts of plays in a sandbox: unknown words are an error, never a gap."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from crmsync.errors import PluginError
from crmsync.model.play import Fact, Play

MONTHS = ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September",
          "Oktober", "November", "Dezember")  # fmt: skip


class Message(NamedTuple):
    """A rendered text: its first line, the rest, and the reason for the contact."""

    subject: str
    text: str
    why: str


class NotRendered(Exception):
    """A text could not be rendered; its message names the missing word, never a value."""


def write_day(day: Fact) -> str:
    """An ISO day as a German letter writes it: "3. November 2026"."""
    told = date.fromisoformat(str(day))
    return f"{told.day}. {MONTHS[told.month - 1]} {told.year}"


def write_days(count: Fact) -> str:
    """A number of days in words that agree: "1 Tag", "4 Tage"."""
    return f"{count} Tag" if int(count) == 1 else f"{count} Tage"


def source_of(play: Play) -> str:
    """The text of a play's template; PluginError when there is none of that name."""
    text = play.text or _file(play.template)
    if text is None:
        raise PluginError(
            f"the play '{play.name}' names the template '{play.template}', which is not there.",
            hint="Its author must hand the text over in Play.text.",
        )
    return text


@lru_cache(maxsize=64)
def _file(template: str) -> str | None:
    file = resources.files("crmsync.outreach") / "templates" / f"{template}.txt.j2"
    return file.read_text(encoding="utf-8") if "/" not in template and file.is_file() else None


def render(play: Play, words: Mapping[str, Fact]) -> Message:
    """The message of a play for these words; NotRendered when one is missing or unfit.

    PluginError when the template itself is wrong.
    """
    clean = {name: _one_line(value) for name, value in words.items()}
    try:
        said = _compile(play.name, source_of(play)).render(clean).strip()
        why = _compile(play.name, play.why).render(clean)
    except (TemplateError, TypeError, ValueError) as error:
        raise NotRendered(f"{type(error).__name__} in the template '{play.template}'") from error
    subject, _, text = said.partition("\n")
    return Message(subject.strip(), text.strip() + "\n", why)


def compile_play(play: Play) -> None:
    """Return when the templates of a play can be read; PluginError says what is wrong."""
    _compile(play.name, source_of(play))
    _compile(play.name, play.why)


def _one_line(value: Fact) -> Fact:
    return " ".join(value.split()) if isinstance(value, str) else value


@lru_cache(maxsize=256)
def _compile(play: str, source: str) -> Template:
    try:
        return _environment().from_string(source)
    except TemplateError as error:
        raise PluginError(f"a template of the play '{play}' cannot be read: {error}.") from error


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(day=write_day, days=write_days)
    return environment
