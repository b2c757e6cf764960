"""The benchmark of who is who: its way through a store, its rivals, its causes."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.identity import exact, ours, splinked
from bench.identity.causes import causes, relation, sharing, shown
from bench.identity.clean import Clean, cleaned
from bench.identity.found import Found, Hidden
from bench.identity.public import best, read
from bench.identity.truth import score

ANNA = Clean("anna", "weiss", "1980-02-29", "anna@post.example", "+4930111", code="10115")
BEN = Clean("ben", "weiss", "1979-01-02", "ben@post.example", "+4930111", code="10115")


def _hidden(truth: int, household: int, role: str, *events: str) -> Hidden:
    return Hidden("crm", f"{truth}", truth, household, role, events)


def test_rows_through_a_store_and_back(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    ours.loaded(folder, 600, 3)
    ran = ours.resolve(folder)
    assert ran.seconds > 0
    assert len(ran.found.hidden) == len(set(ran.found.places.values())) == 600
    assert ran.found.pairs
    clean = cleaned(folder, ran.found)
    mails = [row.email for row in clean if row.email]
    assert len(mails) > 200
    assert 0 < score(ran.found.truth, ran.found.clusters).recall <= 1
    told = causes(ran.found, ran.found.clusters, clean)
    counted = score(ran.found.truth, ran.found.clusters)
    assert told.missed_sharing.total() == counted.true - counted.right
    assert told.false.total() == counted.found - counted.right
    assert any("missed" in line for line in shown(told))


def test_exact_rules_join_through_any_key() -> None:
    moved = ANNA._replace(email="", phone="", code="50667")
    mistyped = ANNA._replace(given="ana", birth="", phone="")
    clusters = exact.clusters([ANNA, moved, mistyped, BEN._replace(phone="")])
    assert clusters[0] == clusters[1] == clusters[2] != clusters[3]


def test_exact_rules_cut_what_too_many_share() -> None:
    crowd = [Clean(f"name{place}", f"other{place}", email="info@kunde.example")
             for place in range(exact.MOST + 1)]  # fmt: skip
    assert len(set(exact.clusters(crowd[:-1]))) == 1
    assert len(set(exact.clusters(crowd))) == len(crowd)


def test_splink_gets_no_contact_that_too_many_share(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    crowd = [Clean(f"name{place}", "other", email="info@kunde.example", phone=f"+4930{place}")
             for place in range(exact.MOST + 1)]  # fmt: skip
    splinked.export(tmp_path / "records.parquet", [ANNA, *crowd], range(len(crowd) + 1))
    rows = parquet.read_table(tmp_path / "records.parquet").to_pylist()
    assert (rows[0]["email"], rows[0]["name"], rows[0]["town"]) == (ANNA.email, "anna weiss", None)
    assert {row["email"] for row in rows[1:]} == {None}
    assert all(row["phone"] for row in rows)


def test_what_two_records_share() -> None:
    assert sharing(ANNA, BEN) == "phone, family name, postal code, other birth date"
    assert sharing(ANNA, ANNA._replace(phone="", phone2="+4930111")) == (
        "e-mail, phone, birth date, name, postal code"
    )
    assert sharing(Clean(), Clean()) == "nothing"


@pytest.mark.parametrize(
    "other, record, expected",
    [
        (_hidden(2, 1, "child"), BEN, "child and partner"),
        (_hidden(2, 9, "single"), ANNA, "namesakes"),
        (_hidden(2, 9, "single"), BEN, "strangers of one family name"),
        (_hidden(2, 9, "single"), Clean("ben", "schwarz"), "strangers"),
    ],
)
def test_who_two_wrongly_joined_are(other: Hidden, record: Clean, expected: str) -> None:
    assert relation(_hidden(1, 1, "partner"), other, ANNA, record) == expected


def test_causes_are_counted_by_event() -> None:
    hidden = [_hidden(1, 1, "single", "move"), _hidden(1, 1, "single", "nickname"),
              _hidden(1, 1, "single"), _hidden(2, 2, "single")]  # fmt: skip
    found = causes(Found(hidden), ["a", "b", "a", "b"], [ANNA, ANNA, ANNA, BEN])
    assert found.true == {"move": 2, "nickname": 2}
    assert found.missed == {"move": 1, "nickname": 2}
    assert found.only == {"nickname": 1}
    assert found.false == {"strangers of one family name": 1}


def test_the_best_threshold_of_scored_pairs() -> None:
    records = [{"truth": truth} for truth in "1122"]
    found = best(records, [(0, 1, 9), (2, 3, 7), (1, 2, 3)])
    assert found is not None
    assert (found[0], found[1].f1) == (7, 1.0)
    assert best(records, []) is None


def test_a_public_set_is_read_by_our_names(tmp_path: Path) -> None:
    path = tmp_path / "fake_1000.csv"
    path.write_text("unique_id,first_name,surname,dob,city,email,cluster\n"
                    "0,Julia ,,2015-10-29,London,j@example.org,4\n"
                    "1,Noah,Hill,2015-13-29,,,5\n", encoding="utf-8")  # fmt: skip
    first, second = read(path)
    assert (first["given"], first["birth"], first["truth"]) == ("Julia", "2015-10-29", "4")
    assert second["birth"] == ""
