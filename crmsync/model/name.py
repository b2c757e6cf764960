"""A person's name in the parts that a greeting and a comparison need."""

from __future__ import annotations

from crmsync.model.record import Record
from crmsync.model.words import Salutation

_EAST_ASIAN = "\u2e80"
"""The first letter of the scripts in which no blank parts the names: 王小明, 김민수."""


class PersonName(Record, frozen=True):
    """A name in parts, as written; empty parts are ''.

    `titles` in the order they are spoken ("Prof.", "Dr."); `nobility` is what stands before the
    family name and belongs to it ("von der", "Freiherr von", "van den"); `family_first` is True
    for names that are written and read family name first. `sure` is False when the parts were
    cut out of one free text by rules that may be wrong: such a name is never used in a greeting
    with Anrede. `rest` is what else stood in the text and is no part of the name ("geb. Müller",
    "(Empfang)"): it is kept so that nothing told is lost, and never spoken or shown.
    """

    salutation: Salutation | None = None
    titles: tuple[str, ...] = ()
    given: str = ""
    additional: str = ""
    nobility: str = ""
    family: str = ""
    suffix: str = ""
    family_first: bool = False
    sure: bool = True
    rest: str = ""

    @property
    def surname(self) -> str:
        """The family name with what belongs before it: "von der Weißenberg-Müller"."""
        return f"{self.nobility} {self.family}".strip()

    @property
    def full(self) -> str:
        """The name without Anrede and titles, in the order of its culture."""
        first = f"{self.given} {self.additional}".strip()
        parts = (self.surname, first) if self.family_first else (first, self.surname)
        if self.family_first and self.family[-1:] >= _EAST_ASIAN:
            parts = ("".join(parts), "")
        return " ".join(part for part in (*parts, self.suffix) if part)

    @property
    def display(self) -> str:
        """The name with its titles: "Dr. Käthe Müller-Lüdenscheidt"."""
        return " ".join((*self.titles, self.full)).strip()
