"""Adds up what the customers of a class bring and cost, and who of them has which privilege."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from crmsync.model.value import ClassValue, CustomerValue

SUMS = (
    "revenue_net", "discount", "returned_lines", "contacts", "deliveries", "handling",
    "cost_to_serve",
)  # fmt: skip


@dataclass(slots=True)
class Adding:
    """A class while it is added up."""

    n: int = 0
    known: int = 0
    margin: int = 0
    predicted: int | None = None
    sums: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    privileges: Counter[str] = field(default_factory=Counter)
    spelled: dict[str, str] = field(default_factory=dict)

    def add(self, one: CustomerValue) -> None:
        """Add a customer."""
        self.n += 1
        if one.margin is not None:
            self.known += 1
            self.margin += one.margin
        if one.predicted_365 is not None:
            self.predicted = (self.predicted or 0) + one.predicted_365
        for name in SUMS:
            self.sums[name] += getattr(one, name)
        self.verdicts[one.verdict] += 1
        told = {privilege.casefold(): privilege for privilege in one.privileges}
        self.privileges.update(told.keys())
        for key, spelling in told.items():
            self.spelled[key] = min(spelling, self.spelled.get(key, spelling))

    def done(self, as_of: str) -> ClassValue:
        """The class as of a day (ISO)."""
        sums, known = self.sums, self.known == self.n
        listed = sums["revenue_net"] + sums["discount"]
        return ClassValue(
            as_of=as_of,
            n=self.n,
            margin=self.margin if known else None,
            contribution=self.margin - sums["handling"] if known else None,
            serve_rate=sums["cost_to_serve"] * 1000 // listed if listed > 0 else None,
            more=self.verdicts["more"],
            less=self.verdicts["less"],
            predicted_365=self.predicted,
            privileges={self.spelled[key]: n for key, n in sorted(self.privileges.items())},
            **{name: sums[name] for name in SUMS},
        )


def usual(mine: Iterable[str], others: ClassValue) -> list[tuple[str, int, bool]]:
    """The privileges to be weighed in a talk: how many of the class have each, and whether he does.

    They are his own, and those that a quarter of the class has; the most frequent first. Names
    are compared whatever their case.
    """
    own = {one.casefold() for one in mine}
    found = [
        (name, count, name.casefold() in own)
        for name, count in others.privileges.items()
        if name.casefold() in own or 4 * count >= others.n
    ]
    return sorted(found, key=lambda one: (-one[1], one[0]))
