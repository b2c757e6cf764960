"""How two faces compare, level by level."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from crmsync.identity.candidates import Pairs
from crmsync.identity.faces import Faces, Words, row
from crmsync.identity.levels import NAMES, levels
from crmsync.identity.traits import traits
from crmsync.model.customer import Address, SourceCustomer
from crmsync.model.ref import Ref

Person = Callable[..., SourceCustomer]


@pytest.fixture
def compared(person: Person) -> Callable[..., dict[str, str]]:
    """Says the levels of two people told by their parts."""

    def compare(one: dict[str, Any], other: dict[str, Any]) -> dict[str, str]:
        faces, names = Faces(), Words()
        told = (person(**parts) for parts in (one, other))
        sides = [
            traits(Ref("crm", "customers", "1"), told_of, controller="Muster") for told_of in told
        ]
        faces.add(np.array([row(side, names) for side in sides]), names.word)
        first, second = np.array([0]), np.array([1])
        found = levels(faces.columns(), Pairs(first, second, np.array([0])))
        return {field: names[int(found[field][0])] for field, names in NAMES.items()}

    return compare


Compared = Callable[..., dict[str, str]]


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("1980-05-03", "1980-05-03", "equal"),
        ("1980-05-03", "", "unknown"),
        ("1980-05-03", "1980-03-05", "near"),
        ("1980-05-03", "1980-05-13", "near"),
        ("1980-05-13", "1980-05-31", "near"),
        ("1980-05-03", "1980-06-03", "near"),
        ("1980-05-03", "1981-05-03", "near"),
        ("1980-05-03", "1980-01-01", "near"),
        ("1980-01-01", "1980-01-01", "year"),
        ("1951-05-03", "1981-05-03", "different"),
        ("1980-05-03", "1980-08-21", "different"),
        ("1900-01-01", "1980-08-21", "unknown"),
    ],
)
def test_birth_dates(compared: Compared, one: str, other: str, level: str) -> None:
    for pair in ((one, other), (other, one)):
        told = ({"name": "Anna Keller", "birth_date": day} for day in pair)
        assert compared(*told)["birth"] == level


@pytest.mark.parametrize(
    ("one", "other", "given", "family"),
    [
        ("Anna Keller", "Keller Anna", "equal", "equal"),
        ("Anna Kehler", "Keller Anan", "doubt", "sound"),
        ("Karl-Heinz Huber", "Karl Huber", "short", "equal"),
        ("Sepp Huber", "Josef Huber", "nick", "equal"),
        ("A. Keller", "Anna Keller", "initial", "equal"),
        ("Julia Schröder", "Julia Neumann", "equal", "different"),
    ],
)
def test_names_either_way_round(
    compared: Compared, one: str, other: str, given: str, family: str
) -> None:
    for pair in ((one, other), (other, one)):
        told = compared(*({"name": name} for name in pair))
        assert (told["given"], told["family"]) == (given, family)


def test_what_one_lacks_is_unknown_and_what_both_tell_may_differ(compared: Compared) -> None:
    told = compared(
        {"name": "Anna Keller", "email": "a@example.org", "phone": "+4930111111", "at": "x 1"},
        {"name": "Anna Keller", "email": "b@example.org", "at": "y 2", "suffix": "jun."},
    )
    assert told["email"] == told["address"] == "different"
    assert told["phone"] == told["birth"] == told["card"] == "unknown"
    assert (told["suffix"], told["kind"]) == ("one", "equal")


def test_a_firm_and_a_person_are_of_two_kinds(compared: Compared) -> None:
    firm = {"company": "Brandt GmbH", "kind": "firm"}
    assert compared(firm, {"name": "Jonas Brandt"})["kind"] == "firm"
    told = compared(firm, {"company": "Brandt G.m.b.H.", "kind": "firm"})
    assert (told["company"], told["legal"]) == ("equal", "equal")


TAL = Address(key="80331 tal 3", postal_code="80331")
RING = Address(key="80331 ring 9", postal_code="80331")
CODE = Address(postal_code="80331")
AWAY = Address(key="50667 domstr 1", postal_code="50667")


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        (TAL, TAL, "equal"),
        (TAL, CODE, "code"),
        (CODE, CODE, "code"),
        (TAL, RING, "street"),
        (TAL, AWAY, "different"),
        (CODE, AWAY, "different"),
        (TAL, None, "unknown"),
    ],
)
def test_addresses(compared: Compared, one: Address, other: Address | None, level: str) -> None:
    first, second = ({"addresses": (told,) if told else ()} for told in (one, other))
    for pair in ((first, second), (second, first)):
        assert compared(*pair)["address"] == level
