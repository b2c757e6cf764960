"""The figures of everybody over one size, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from bench.identity.truth import Score


@dataclass(frozen=True, slots=True)
class Line:
    """One contender: its score, the seconds of it and the peak of its process in MB.

    `asked` is the share of the compared pairs that a human is asked about.
    """

    records: int
    name: str
    score: Score
    seconds: float = 0.0
    peak: float = 0.0
    asked: float | None = None

    def as_json(self) -> dict[str, object]:
        """All of it, with what is derived."""
        one = self.score
        derived = {"precision": one.precision, "recall": one.recall, "f1": one.f1,
                   "tainted_share": one.tainted_share}  # fmt: skip
        return asdict(self) | derived

    def __str__(self) -> str:
        one = self.score
        asked = f"{self.asked:7.2%}" if self.asked is not None else f"{'':7}"
        return (
            f"{self.records:10,} {self.name:28} {one.precision:8.4f} {one.recall:8.4f} "
            f"{one.f1:8.4f} {asked} {one.tainted_share:8.2%} {one.large:7,} "
            f"{self.seconds:8.1f} {self.peak:7.0f}"
        )


HEAD = (
    f"{'records':>10} {'':28} {'prec.':>8} {'recall':>8} {'F1':>8} {'asked':>7} {'tainted':>8} "
    f"{'of':>7} {'s':>8} {'MB':>7}"
)


def show(lines: Iterable[Line]) -> None:
    """Print them under a head."""
    print(HEAD)
    for line in lines:
        print(line)
