"""Where the invented people live and what number they have: real postal codes, invented streets.

The numbers are those that the Bundesnetzagentur keeps for films and books (Mitteilung 148/2021,
Amtsblatt 7/2021: "Rufnummern für Medienproduktionen"), so that no real person can be reached.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import NamedTuple, TypeVar

from crmsync.demo.names import words

T = TypeVar("T")


class City(NamedTuple):
    """A city with a branch: its share of the customers in percent, and its reserved numbers."""

    name: str
    share: int
    branch: str
    prefix: str
    block: str
    postal_codes: tuple[str, ...]


class Home(NamedTuple):
    """A postal address in parts."""

    street: str
    number: str
    postal_code: str
    city: str


CITIES = (
    City("Köln", 40, "K1", "0221", "4710", ("50667", "50674", "50823", "50937", "51063", "50733")),
    City("Berlin", 20, "B1", "030", "23125", ("10115", "10437", "10967", "12043", "13353")),
    City("Hamburg", 15, "HH1", "040", "66969", ("20095", "20255", "22303", "22765")),
    City("München", 15, "M1", "089", "99998", ("80331", "80469", "81541", "80799")),
    City("Frankfurt am Main", 10, "F1", "069", "90009", ("60311", "60316", "60486", "60598")),
)
STEMS = words(
    "Quitten Safran Kümmel Zimtstern Honigtau Sauerteig Butterblumen Holunder Pfefferkuchen "
    "Rosinen Mandelkern Lakritz Muskat Anis Nelken Ingwer Vanille Kardamom Wacholder Estragon "
    "Majoran Brotkrumen Käselaib Traubenkern Olivenzweig Sirup Krapfen Brezel Marzipan Nougat"
)
ENDS = ("straße", "straße", "straße", "weg", "gasse", "allee", "ufer", "ring")
MOBILES = (
    *(f"0171 39200{number:02d}" for number in range(100)),
    *(f"0176 040690{number:02d}" for number in range(100)),
    "0152 28817386", "0152 28895456", "0152 54599371", "0172 9925904", "0172 9968532",
    "0172 9973185", "0172 9973186", "0172 9980752", "0174 9091317", "0174 9464308",
)  # fmt: skip


class Places:
    """Hands out homes and numbers; no number twice."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._lines = {city.name: _shuffled(range(1000), random) for city in CITIES}
        self._mobiles = _shuffled(MOBILES, random)

    def city(self) -> City:
        """A city, by its share."""
        return self._random.choices(CITIES, [city.share for city in CITIES])[0]

    def home(self, city: City) -> Home:
        """An address in `city`."""
        choice = self._random.choice
        number = f"{self._random.randint(1, 148)}{choice(('', '', '', '', 'a', 'b'))}"
        return Home(choice(STEMS) + choice(ENDS), number, choice(city.postal_codes), city.name)

    def landline(self, city: City) -> str:
        """An unused landline number as "0221 4710123", or "" when the city has no more."""
        left = self._lines[city.name]
        return f"{city.prefix} {city.block}{left.pop():03d}" if left else ""

    def mobile(self) -> str:
        """An unused mobile number as "0171 3920012", or "" when there is none left."""
        return self._mobiles.pop() if self._mobiles else ""


def city_named(name: str) -> City:
    """The city of that name; KeyError when there is no branch."""
    return {city.name: city for city in CITIES}[name]


def _shuffled(values: Iterable[T], random: Random) -> list[T]:
    shuffled = list(values)
    random.shuffle(shuffled)
    return shuffled
