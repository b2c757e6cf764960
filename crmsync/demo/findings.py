"""What the demo found, as plain records that a terminal or a test can read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class System:
    """One system: its name, what it is, how many customer records and orders it told."""

    name: str
    what: str
    customers: int
    orders: int


@dataclass(frozen=True, slots=True)
class Spelling:
    """One record of a customer: its Ref, and name and address as that system writes them."""

    ref: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Unified:
    """Records that became one customer, and the reasons, one sentence each."""

    name: str
    records: tuple[Spelling, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """Two records that stay two customers although something speaks for one, and why."""

    first: Spelling
    second: Spelling
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """Links against the truth of the sample.

    `wrong` customers hold records of more than one person; of the `people` with several records,
    `whole` have all of them in one customer. `records` is the number of customer records.
    """

    records: int
    customers: int
    wrong: int
    people: int
    whole: int


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A regular who may be leaving: name, class (A, B, C), revenue in cents, and the reasons."""

    name: str
    abc: str
    revenue: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Greeted:
    """One look-up at the till: what was typed, whom it found, and what the clerk may say.

    `note` says why nobody is greeted; `lines` are the first lines of the card below the name.
    """

    typed: str
    found: str
    greeting: str
    note: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanPart:
    """One play of the plan: how many are contacted, how many are not, and the chief reason."""

    play: str
    contacts: int
    not_contacted: int
    chief_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Everything the end of the demo tells."""

    folder: Path
    as_of: str
    systems: tuple[System, ...]
    check: Check
    unified: tuple[Unified, ...]
    refused: tuple[Refused, ...]
    top_share: float
    at_risk: tuple[AtRisk, ...]
    at_risk_count: int
    greetings: tuple[Greeted, ...]
    sound: str
    sounds_like: tuple[str, ...]
    plan: tuple[PlanPart, ...]
    letter: str
    next_commands: tuple[tuple[str, str], ...]
    seconds: float = 0.0
    pauses: int = 0
    parked: int = 0
    exit_code: int = 0
