"""The golden file of hard names: what the parser finds, how a letter begins, what the till says."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from crmsync.model.customer import Address, SourceCustomer
from crmsync.model.name import PersonName
from crmsync.normalize.origins import telling
from crmsync.normalize.who import FIELDS, Who, who
from crmsync.outreach.salutation import salute
from crmsync.till.greeting import greeting_parts

FILE = Path(__file__).with_name("golden_names.txt")
COUNTRIES = ("AT", "CH")


class Golden(NamedTuple):
    """A line of the file."""

    told: str
    known: str
    parts: str
    letter: str
    till: str

    def words(self) -> tuple[list[str], str, str]:
        """What is known in words, and the firm and the rest, which hold blanks."""
        words, firm, rest = self.known, "", ""
        if "rest:" in words:
            words, _, rest = words.partition("rest:")
        if "firm:" in words:
            words, _, firm = words.partition("firm:")
            if firm.endswith(" ?"):
                words, firm = f"{words} ?", firm.removesuffix(" ?")
        return words.split(), firm, rest


def golden() -> list[Golden]:
    """The lines of the file that hold names."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line and not line.startswith("#")]
    return [Golden(*(part.strip() for part in line.split("|"))) for line in kept]


def asked(one: Golden, words: list[str]) -> Who:
    """What the parser makes of it."""
    language = next((word for word in words if word[:2].islower() and word not in NO_LANGUAGE), "")
    told = {"name": one.told}
    if one.told.startswith("= "):
        parts = [part.strip() for part in one.told[2:].split(";")]
        fields = ("salutation", "titles", "given_name", "family_name")
        told = dict(zip(fields, parts, strict=True))
    return who(*(told.get(field) for field in FIELDS), telling(language))  # type: ignore[arg-type]


NO_LANGUAGE = ("couple", "du")


def parts_of(name: PersonName | None) -> str:
    """A name as the file writes it."""
    if name is None:
        return ""
    given = f"{name.given}~{name.additional}" if name.additional else name.given
    titles = "+".join(name.titles)
    fields = (name.salutation or "", titles, given, name.nobility, name.family, name.suffix)
    return "/".join(fields)


@pytest.mark.parametrize("one", golden(), ids=lambda one: f"{one.told} [{one.known}]")
def test_a_hard_name(one: Golden) -> None:
    words, firm, rest = one.words()
    found = asked(one, words)
    name = found.name
    assert parts_of(name) == one.parts
    if name is not None:
        assert (name.sure, name.family_first) == ("?" not in words, "<" in words)
        assert name.rest == rest
    kind = "firm" if "firm:" in one.known else "couple" if "couple" in words else "person"
    assert (found.kind, found.company) == (kind, firm)
    country = next((word for word in words if word in COUNTRIES), "DE")
    form = "du" if "du" in words else ""
    addresses = (Address(country=country),)
    customer = SourceCustomer(found.kind, name, found.company, form=form, addresses=addresses)
    assert salute(customer, form="du" if form else "sie", written_in=country) == one.letter
    assert greeting_parts(customer).call == one.till.replace("-", "", one.till == "-")


def test_the_file_holds_at_least_300_names_and_none_twice() -> None:
    found = [(one.told, one.known) for one in golden()]
    assert len(set(found)) == len(found) >= 300
