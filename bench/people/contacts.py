"""E-mail addresses and phone numbers: whose they are, and how people write them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from bench.people.draw import Draw, words
from bench.people.spelling import spelt

MAILBOXES = Draw(
    words(
        "postfach.example webpost.example briefkasten.example mailhaus.example t-post.example "
        "freipost.example blitzpost.example nordnetz.example heimpost.example funkpost.example "
        "rheinpost.example alpenpost.example stadtnetz.example"
    ),
    1,
)
NO_MAIL = ("info@kunde.example", "keine@angabe.example", "x@x.example", "noreply@kasse.example",
           "kunde@ohne-mail.example", "unbekannt@webpost.example", "test@test.example")  # fmt: skip
NO_PHONE = ("0000000", "0123456789", "030 1234567", "+49 000 000000", "11111111", "0170 1111111")
NO_BIRTH = ((1900, 1, 1), (1970, 1, 1), (2000, 1, 1), (1990, 1, 1))
_MOBILE = words("151 152 157 159 160 162 163 170 171 172 173 174 175 176 177 178 179")


_WORDS = words(
    "sonne stern wolke kater garten berg meer blume fuchs adler lila blau tiger nacht rad tanz "
    "musik wein kuchen boot"
)


class Given:
    """Gives out addresses and numbers, each once: no two strangers have the same."""

    def __init__(self, noise: Random) -> None:
        self._noise = noise
        self._out: set[str] = set()

    def mail(self, given: str, family: str, year: int) -> str:
        """An address as such people have: of the name, rarely of anything else."""
        return self._once(lambda again: _mail(self._noise, given, family, year, again))

    def family_mail(self, family: str) -> str:
        """The address of a household."""
        return self._once(lambda _: _family_mail(self._noise, family))

    def mobile(self) -> str:
        """A mobile number without its leading 0, which everybody writes otherwise."""
        noise = self._noise
        return self._once(
            lambda _: f"{noise.choice(_MOBILE)} {noise.randrange(2_000_000, 9_999_999)}"
        )

    def landline(self, area: str) -> str:
        """A number of the area, likewise."""
        return self._once(lambda _: f"{area} {self._noise.randrange(20_000, 9_999_999)}")

    def _once(self, draw: Callable[[bool], str]) -> str:
        found = draw(False)
        while found in self._out:
            found = draw(True)
        self._out.add(found)
        return found


def _mail(noise: Random, given: str, family: str, year: int, again: bool) -> str:
    first = spelt(given).lower().replace(" ", "-").split("-")[0]
    last = spelt(family).lower().replace(" ", "").replace("'", "")
    kind = noise.random()
    if kind < 0.38:
        local = f"{first}.{last}"
    elif kind < 0.50:
        local = f"{first[0]}.{last}"
    elif kind < 0.60:
        local = f"{last}.{first}"
    elif kind < 0.70:
        local = f"{first}{last}"
    elif kind < 0.80:
        local = f"{first}{year % 100:02d}"
    elif kind < 0.90:
        local = f"{first[:3]}{last[:4]}"
    else:
        local = f"{noise.choice(_WORDS)}{noise.choice(_WORDS)}"
    if again or kind > 0.70 or noise.random() < 0.5:
        local += str(noise.randrange(1, 10_000))
    return f"{local}@{MAILBOXES(noise)}"


def _family_mail(noise: Random, family: str) -> str:
    last = spelt(family).lower().replace(" ", "").replace("'", "")
    form = noise.choice(("familie.{}", "fam.{}", "{}.family", "die{}s", "{}"))
    return f"{form.format(last)}{noise.randrange(1, 9000)}@{MAILBOXES(noise)}"


def written(noise: Random, number: str) -> str:
    """A number as somebody writes it."""
    area, _, own = number.partition(" ")
    kind = noise.random()
    if kind < 0.30:
        return f"0{area}/{own}"
    if kind < 0.50:
        return f"0{area} {own}"
    if kind < 0.65:
        return f"+49 {area} {own}"
    if kind < 0.78:
        return f"+49{area}{own}"
    if kind < 0.88:
        return f"0{area} {own[:3]} {own[3:]}"
    if kind < 0.94:
        return f"0049 {area} {own}"
    return f"+49 (0){area} {own[:3]}-{own[3:]}"
