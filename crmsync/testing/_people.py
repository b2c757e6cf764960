"""Invented people for fake backends, each with values that occur nowhere else.

The telephone numbers are from the block that the Bundesnetzagentur keeps free for films and plays
(Köln 0221 4710 000 to 999).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

GIVEN = ("Änne", "Jörg", "Katharina", "Ömer", "Rosalie", "Thorben", "Ulrike", "Wenzel", "Zoë")
FIRST = ("Kräuterlein", "Moorbach", "Nüssgen", "Oßwald", "Pfefferkorn", "Quittenbaum",
         "Rübsamen")  # fmt: skip
SECOND = ("Weißenberg", "Sternhagen", "Tannhäuser", "Uhlenbrock", "Vogelsänger")
STREETS = ("Drosselgässchen", "Am Küferteich", "Zum Alten Stellwerk", "Lerchenfürstenweg")
TOWNS = (("50667", "Köln"), ("04109", "Leipzig"), ("80331", "München"), ("20095", "Hamburg"))
_PLAIN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ë": "e", "Ä": "Ae", "Ö": "Oe"})


@dataclass(frozen=True)
class Person:
    """One invented customer."""

    number: int
    salutation: str
    given: str
    family: str
    email: str
    phone: str
    street: str
    house_number: str
    postal_code: str
    city: str
    born: date

    @property
    def told(self) -> tuple[str, ...]:
        """What must stand in no log: values that belong to this person alone."""
        return (self.family, self.email, self.email.partition("@")[0], self.phone,
                self.phone.replace(" ", ""), f"{self.street} {self.house_number}",
                self.born.isoformat())  # fmt: skip


def person(number: int) -> Person:
    """The invented person of this number, always the same."""
    given = GIVEN[number % len(GIVEN)]
    family = f"{FIRST[number % len(FIRST)]}-{SECOND[number // len(FIRST) % len(SECOND)]}"
    if number >= len(FIRST) * len(SECOND):
        family += f"-{SECOND[number % len(SECOND)]}{'aeiou'[number % 5]}"
    name = f"{given}.{family}".translate(_PLAIN).lower()
    postal_code, city = TOWNS[number % len(TOWNS)]
    return Person(
        number=number,
        salutation="Frau" if number % 2 else "Herr",
        given=given,
        family=family,
        email=f"{name}.{number}@example.org",
        phone=f"+49 221 4710 {number % 1000:03}",
        street=STREETS[number % len(STREETS)],
        house_number=str(100 + number),
        postal_code=postal_code,
        city=city,
        born=date(1950, 1, 3) + timedelta(days=97 * number),
    )
