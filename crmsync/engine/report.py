"""What a run did, in numbers that add up; they are checked, and a run fails when they do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from crmsync.engine.clock import Clock
from crmsync.errors import CrmsyncError, SumsError

if TYPE_CHECKING:
    from crmsync.engine.project import Project

Progress = Callable[[str, str, int], None]
"""Called with what is being done, where, and how many records more."""

SUMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "land": ("read", ("new", "changed", "unchanged", "repeated", "unreadable")),
    "normalize": ("taken", ("mapped", "ignored", "pending", "parked", "withdrawn")),
}
"""The whole of a stage and the parts it must equal; other stages: "taken" equals all the rest."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that went wrong for a whole connection: where, which code, what to do."""

    where: str
    code: str
    exit_code: int
    message: str
    hint: str

    @classmethod
    def of(cls, where: str, error: CrmsyncError) -> Failure:
        """The failure that `error` means for `where`."""
        return cls(where, error.code, error.exit_code, error.message, error.hint)


@dataclass(frozen=True, slots=True)
class Remark:
    """Something somebody should look at, though the run went well: where, what, what to do."""

    where: str
    message: str
    hint: str


@dataclass(slots=True)
class Report:
    """The run in numbers. `lands` counts each stream, `stages` each stage behind it.

    `warnings` change no exit code.
    """

    run_id: str
    as_of: str
    lands: dict[str, Counter[str]] = field(default_factory=dict)
    stages: dict[str, Counter[str]] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    parked: int = 0
    pending: int = 0
    interrupted: bool = False
    clocks: dict[str, Clock] = field(default_factory=dict)

    def clock(self, name: str) -> Clock:
        """The clock of a stream ("shop/customers") or of a stage behind it."""
        return self.clocks.setdefault(name, Clock())

    def land(self, stream: str, counts: Mapping[str, int]) -> None:
        """Add the counts of one landed batch."""
        self.lands.setdefault(stream, Counter()).update(counts)

    def stage(self, name: str, counts: Mapping[str, int]) -> None:
        """Add the counts of one batch of a stage; SumsError when they do not add up."""
        balance(name, counts)
        self.stages.setdefault(name, Counter()).update(counts)

    def fail(self, where: str, error: CrmsyncError) -> None:
        """Note that something went wrong for a whole stream or connection."""
        self.failures.append(Failure.of(where, error))

    def warn(self, where: str, message: str, *, hint: str) -> None:
        """Note what somebody should look at."""
        self.warnings.append(Remark(where, message, hint))

    def add(self, part: Report) -> None:
        """Take over what a process of its own counted of one connection."""
        self.lands.update(part.lands)
        self.stages.update(part.stages)
        self.clocks.update(part.clocks)
        self.failures += part.failures
        self.warnings += part.warnings

    def hear(self, failures: list[str]) -> None:
        """Note which told hooks failed."""
        self.told += failures

    def tell(self, project: Project, stage: str, counts: Mapping[str, int]) -> None:
        """Tell the plugins of a committed batch."""
        self.hear(
            project.registry.tell(
                "crmsync_batch_committed", run_id=self.run_id, stage=stage, counts=counts
            )
        )

    def profile(self) -> dict[str, dict[str, float]]:
        """CPU microseconds a record of each stream by step, and a change of each stage."""
        return {
            name: {step: seconds / count * 1e6 for step, seconds in clock.seconds.items()}
            for name, clock in self.clocks.items()
            if (count := self._worked(name))
        }

    def _worked(self, name: str) -> int:
        """How many records of a stream were read, or how many changes a stage took."""
        if name in self.lands:
            return self.lands[name]["read"]
        return self.stages[name]["taken"] if name in self.stages else 0

    def exit_code(self) -> int:
        """0 clean; 130 interrupted; the first failure's own code; 3 when something is parked."""
        if self.interrupted:
            return 130
        if self.failures:
            return min(self.failures, key=_weight).exit_code
        return 3 if self.parked else 0

    def as_json(self) -> dict[str, Any]:
        """The report as `--json` prints it."""
        return {
            "run": self.run_id,
            "as_of": self.as_of,
            "exit_code": self.exit_code(),
            "land": {name: dict(counts) for name, counts in self.lands.items()},
            "stages": {name: dict(counts) for name, counts in self.stages.items()},
            "failures": [
                {"where": item.where, "code": item.code, "message": item.message, "hint": item.hint}
                for item in self.failures
            ],
            "warnings": [asdict(item) for item in self.warnings],
            "told": self.told,
            "parked": self.parked,
            "pending": self.pending,
        }


ORDER = (1, 4, 2, 6, 5, 7)
"""Which exit code wins when several connections fail: what hides most comes first."""


def _weight(failure: Failure) -> int:
    return ORDER.index(failure.exit_code) if failure.exit_code in ORDER else 0


def balance(name: str, counts: Mapping[str, int]) -> None:
    """SumsError unless the parts of a stage add up to its whole (DESIGN promise 3)."""
    kind = name.split("/", 1)[0]
    whole, parts = SUMS.get(kind, ("taken", tuple(key for key in counts if key != "taken")))
    total = sum(counts.get(part, 0) for part in parts)
    if counts.get(whole, 0) != total:
        raise SumsError(
            f"the numbers of '{name}' do not add up: {whole} {counts.get(whole, 0)}, "
            f"its parts {total}.",
            hint="Nothing of this batch was kept; please report it with `crmsync status --json`.",
        )
