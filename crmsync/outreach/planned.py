"""The plan as a document: its lines, its sums, its canonical JSON and hash, its file."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from crmsync.errors import NotReadable, SumsError
from crmsync.model.document import read_document
from crmsync.model.play import Contact, Play
from crmsync.outreach.reasons import REASONS
from crmsync.outreach.render import source_of
from crmsync.store import files
from crmsync.store.complaints import unwritable

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Refusal:
    """Somebody who is not contacted, and why: a code of REASONS, its words, and per channel.

    `detail` says more: the play that goes first, or what a plugin answered.
    """

    play: str
    occasion: str
    customer: str
    name: str
    priority: int
    code: str
    de: str
    en: str
    detail: str = ""
    channels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
    """A play as it was planned: the hash of its text, and the recorded reason for its wording."""

    name: str
    message_class: str
    priority: int
    text_sha256: str
    lint_note: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be sent, and what not; the same plan has the same hash in every store."""

    as_of: str
    plays: tuple[Planned, ...]
    contacts: tuple[Contact, ...]
    refusals: tuple[Refusal, ...]
    candidates: int
    format: int = FORMAT

    @property
    def hash(self) -> str:
        """The SHA-256 of the canonical JSON, in hex."""
        return hashlib.sha256(self.canonical()).hexdigest()

    def canonical(self) -> bytes:
        """The contents as JSON with sorted keys and no spaces."""
        return orjson.dumps(asdict(self), option=orjson.OPT_SORT_KEYS)

    def counts(self) -> dict[str, Any]:
        """The sums: candidates = contacts + refused, and both by play, channel and reason."""
        return {
            "candidates": self.candidates,
            "contacts": len(self.contacts),
            "refused": len(self.refusals),
            "by_channel": dict(sorted(Counter(one.channel for one in self.contacts).items())),
            "by_reason": dict(sorted(Counter(one.code for one in self.refusals).items())),
            "by_play": self._by_play(),
        }

    def _by_play(self) -> dict[str, dict[str, int]]:
        won = Counter(one.play for one in self.contacts)
        lost = Counter(one.play for one in self.refusals)
        return {
            play.name: {"contacts": won[play.name], "refused": lost[play.name]}
            for play in self.plays
        }


def make_plan(
    as_of: str,
    plays: Sequence[Play],
    contacts: Sequence[Contact],
    refusals: Sequence[Refusal],
    *,
    candidates: int,
) -> Plan:
    """A plan of these lines; SumsError when they are not exactly one for each candidate."""
    if candidates != len(contacts) + len(refusals):
        raise SumsError(
            f"the plan has {candidates} candidates, but {len(contacts)} contacts and "
            f"{len(refusals)} refusals.",
            hint="This is a fault of crmsync; nothing was written.",
        )
    ranked = sorted(plays, key=lambda play: (-play.priority, play.name))
    return Plan(as_of, tuple(map(_planned, ranked)), tuple(contacts), tuple(refusals), candidates)


def _planned(play: Play) -> Planned:
    text = hashlib.sha256(source_of(play).encode()).hexdigest()
    return Planned(play.name, play.message_class, play.priority, text, play.lint_note)


def write_plan(plan: Plan, path: Path) -> None:
    """Write a plan as JSON with its hash, readable by its owner alone: it holds personal data."""
    body = {"hash": plan.hash, "plan": asdict(plan)}
    text = orjson.dumps(body, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2) + b"\n"
    try:
        files.put(path, text, point="plan")
    except OSError as error:
        raise unwritable("the plan", path, error) from error


def read_plan(path: Path) -> Plan:
    """The plan in a file; NotReadable when it is none, or was changed since it was written."""
    try:
        body: Mapping[str, Any] = orjson.loads(path.read_bytes())
        plan = read_document(Plan, orjson.dumps(body["plan"]))
        told = body["hash"]
    except (ValueError, KeyError, TypeError) as error:
        raise NotReadable(f"{path} is no plan of crmsync.", hint="Plan again.") from error
    if plan.hash != told:
        raise NotReadable(
            f"{path} was changed after it was planned.", hint="Plan again; nothing was sent."
        )
    return plan


def summary(plan: Plan) -> str:
    """The plan as a table for people: per play the contacts by channel, the refusals by reason.

    It holds numbers alone, no personal data.
    """
    head = f"{plan.candidates} = {len(plan.contacts)} + {len(plan.refusals)}"
    lines = [f"Plan {plan.as_of}  {plan.hash[:12]}  (candidates {head})"]
    for play in plan.plays:
        channels = Counter(one.channel for one in plan.contacts if one.play == play.name)
        reasons = Counter(one.code for one in plan.refusals if one.play == play.name)
        lines.append(f"{play.name} ({play.message_class})")
        lines += [f"  {count:>7}  {channel}" for channel, count in sorted(channels.items())]
        lines += [
            f"  {count:>7}  - {code}: {REASONS[code].en}" for code, count in sorted(reasons.items())
        ]
    return "\n".join(lines) + "\n"
