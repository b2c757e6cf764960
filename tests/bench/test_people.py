"""The invented people: the same for a seed, and as frequent as the table says."""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import cache
from itertools import islice

from bench.people import RATES, Row, noisy, people

RECORDS = 12_000


@cache
def _rows() -> list[Row]:
    return list(people(RECORDS, 11))


def _persons() -> list[Row]:
    return [row for row in _rows() if row.role not in {"firm", "couple"}]


def test_so_many_rows_each_of_its_own_key() -> None:
    assert len(_rows()) == RECORDS
    assert len({(row.source, row.key) for row in _rows()}) == RECORDS


def test_a_seed_gives_the_same_rows_on_every_machine() -> None:
    told = repr([tuple(row) for row in islice(people(2000, 5), 200)])
    assert hashlib.sha256(told.encode()).hexdigest()[:16] == "0e6ba172cfd78e42"


def test_another_seed_gives_others() -> None:
    names = {row.fields.get("email") for row in _rows()} - {""}
    others = {row.fields.get("email") for row in people(2000, 12)} - {""}
    assert len(names & others) < 0.1 * len(others)


def test_a_person_has_about_two_records() -> None:
    assert 1.7 <= RECORDS / len({row.truth for row in _rows()}) <= 2.5


def test_half_of_the_records_have_no_birth_date() -> None:
    share = sum("no birth date" in row.events for row in _persons()) / len(_persons())
    assert 0.45 <= share <= 0.60
    for row in _persons():
        if "no birth date" in row.events:
            told = [row.fields.get(one, "") for one in ("geburtsdatum", "birthday", "GEBDAT")]
            assert not any(told)


def test_shops_always_have_an_address_to_write_to() -> None:
    for row in _rows():
        if row.source in {"shop", "guest"}:
            assert "@" in row.fields["email"] or "typo in e-mail" in row.events


def test_people_live_together() -> None:
    homes: dict[int, set[int]] = {}
    for row in _persons():
        homes.setdefault(row.household, set()).add(row.truth)
    several = sum(len(members) > 1 for members in homes.values()) / len(homes)
    assert 0.25 <= several <= 0.60
    assert max(map(len, homes.values())) <= 5


def test_mailboxes_are_shared() -> None:
    users: dict[str, set[int]] = {}
    for row in _persons():
        users.setdefault(row.fields.get("email", ""), set()).add(row.truth)
    shared = [mail for mail, people in users.items() if mail and len(people) > 1]
    assert len(shared) > 100


def test_no_two_strangers_have_one_number_or_mailbox() -> None:
    homes: dict[str, set[int]] = {}
    for row in _persons():
        if not {"at work", "placeholder e-mail", "typo in e-mail"} & set(row.events):
            homes.setdefault(row.fields.get("email", ""), set()).add(row.household)
    assert [mail for mail, of in homes.items() if mail and len(of) > 1] == []


def test_nobody_is_called_like_his_sister_and_only_juniors_like_their_father() -> None:
    calm = RATES._replace(same_as_parent=0, typo_name=0, phonetic=0, nickname=0, swapped=0)
    names: dict[tuple[int, str], set[int]] = {}
    for row in people(3000, 4, calm):
        if row.source == "crm" and row.role in {"child", "twin", "partner"}:
            names.setdefault((row.household, row.fields["vorname"]), set()).add(row.truth)
    assert len(names) > 200
    assert [of for of in names.values() if len(of) > 1] == []


def test_twins_and_fathers_and_sons_of_one_name_are_among_them() -> None:
    roles = Counter(row.role for row in _rows())
    assert roles["twin"] > 10
    assert roles["junior"] > 10
    assert roles["firm"] > 50


def test_what_the_table_says_never_happens_does_not() -> None:
    calm = RATES._replace(moved=0, married=0, typo_name=0, left_home=0, swapped=0)
    events = Counter(event for row in people(3000, 1, calm) for event in row.events)
    assert events["nickname"] > 20
    assert not events["move"] + events["marriage"] + events["swapped"]


def test_with_more_noise_more_goes_wrong() -> None:
    calm, loud = (
        Counter(event for row in people(4000, 1, noisy(factor)) for event in row.events)
        for factor in (1, 2)
    )
    assert loud["typo in name"] > 1.5 * calm["typo in name"]
    assert noisy(1) == RATES


def test_nobody_tells_who_is_behind_a_row() -> None:
    for row in islice(_rows(), 500):
        assert str(row.truth) not in row.fields.values()
