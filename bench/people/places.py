"""Invented towns with postal codes, area codes and streets, large and small."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from bench.people.draw import Draw, words

_FIRST = words(
    "Alt Neu Ober Unter Bad- Klein Groß Nieder Hohen Wester Oster Schön Lichten Kalten Tannen "
    "Eichen Birken Rosen Stein Mühl König Wald Wiesen Burg Sankt- Erlen Falken Grün Rothen Weißen"
)
_LAST = words(
    "berg hausen feld dorf stedt bach heim kirchen brück au rode furt born walde münde burg tal "
    "see ingen büttel hagen würden"
)
_STREETS = words(
    "Hauptstraße Schulstraße Gartenstraße Bahnhofstraße Dorfstraße Bergstraße Birkenweg "
    "Lindenstraße Kirchstraße Waldstraße Ringstraße Schillerstraße Amselweg Wiesenweg "
    "Goethestraße Jahnstraße Buchenweg Wiesenstraße Finkenweg Ahornweg Eichenweg Rosenstraße "
    "Feldstraße Mühlenweg Tannenweg Friedhofstraße Rosenweg Blumenstraße Mühlenstraße "
    "Mozartstraße Lerchenweg Drosselweg Fliederweg Beethovenstraße Kirchplatz Marktplatz "
    "Poststraße Industriestraße Lindenweg Parkstraße Talstraße Friedrichstraße Bachstraße "
    "Nelkenweg Bismarckstraße Kastanienweg Meisenweg Uferstraße Am-Markt Ulmenweg Lessingstraße "
    "Sonnenstraße Marktstraße Wilhelmstraße Tulpenweg Südstraße Nordstraße Heideweg Am-Sportplatz "
    "Eschenweg Im-Winkel Auf-der-Höhe Am-Anger Hofgasse Königsallee Schlossplatz"
)
_NAMESAKES = words(
    "Albert Anna Bern Clara Damm Ebert Frank Geller Hans Ilsen Kant Lange Marien Nord Otto Paul "
    "Quellen Rhein Sieger Thomas Ufer Veil Weber Zeppelin Adler Brunnen Dahlien Erlen Forst Gold"
)
_WAYS = words("straße weg allee platz gasse ring ufer damm steig chaussee")
_AREA = words(
    "30 40 69 89 221 211 201 231 351 341 511 421 911 711 228 203 208 234 271 291 361 371 391 431 "
    "451 471 491 521 531 541 551 561 571 581 611 621 631 641 651 661 681 721 731 741 751 761 771 "
    "781 791 821 831 841 851 861 871 921 931 941 951 961 971 981 991 2151 2161 2191 2202 2233 "
    "2261 2304 2331 2361 2381 2421 2501 2541 2571 2602 2631 2651 2671 2732 2751 2821 2841 2871 "
    "2902 2921 2941 2961"
)


class Place(NamedTuple):
    """A front door."""

    street: str
    house: str
    code: str
    town: str
    part: str


class Town:
    """A town: what is known of it, and who moved in last."""

    def __init__(self, noise: Random, name: str, area: str, codes: list[str]) -> None:
        self.name, self.area, self.codes = name, area, codes
        streets = [*_STREETS, *(f"{who}{way}" for who in _NAMESAKES for way in _WAYS)]
        few = noise.sample(range(len(streets)), 25 + 22 * len(codes))
        self._streets = Draw([streets[one].replace("-", " ") for one in sorted(few)], 15)
        self._parts = [noise.choice(_FIRST[:9]).strip("-") + noise.choice(_LAST) for _ in range(3)]
        self.blocks = [self.door(noise) for _ in range(1 + len(codes) // 2)]
        self.lately: list[Place] = []
        self.known: list[tuple[str, str, int]] = []
        self.counter = "0" + area + " " + str(noise.randrange(200_000, 999_999))

    def door(self, noise: Random) -> Place:
        """Some front door; which street has which postal code is always the same."""
        street = self._streets(noise)
        letter = noise.choice("abc") if noise.random() < 0.08 else ""
        house = f"{1 + int(noise.random() * noise.random() * 120)}{letter}"
        code = self.codes[len(street) * 31 % len(self.codes)]
        return Place(street, house, code, self.name, self._parts[len(street) % 3])


def towns(noise: Random, number: int = 360) -> Draw[Town]:
    """So many towns, the largest first."""
    names = sorted({(a + b).replace("-", " ").title() if "-" in a else a + b
                    for a in _FIRST for b in _LAST})  # fmt: skip
    chosen = noise.sample(names, number)
    codes = iter(noise.sample(range(1067, 99998), number * 12))
    found = []
    for place, name in enumerate(chosen):
        own = [f"{next(codes):05d}" for _ in range(max(1, 12 - place // 4))]
        found.append(Town(noise, name, _AREA[place % len(_AREA)], own))
    return Draw(found, 6)
