"""merge, split, unmerge, history, explain and why, as somebody runs them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cli.two_systems import ANNA, ANNA_TOO, DAY, HOME, JONAS, MIA, J, M, Retailer

ANNAS = ("crm/customers/3", "shop/customers/3")
FIRM = {"Nr": "5", "Art": "F", "Firma": "Weinstube Rebstock GmbH", "Telefon": "030 5550199", **HOME}
CONTACT = {"Nr": "6", "Vorname": "Markus", "Name": "Reb", "Firma": "Weinstube Rebstock",
           "Telefon": "030 5550199"}  # fmt: skip
HANS = {"Nr": "7", "Vorname": "Hans", "Name": "Vogel", **HOME}
PETRA = {"Nr": "8", "Vorname": "Petra", "Name": "Vogel", **HOME}


def known(retailer: Retailer, *refs: str) -> list[Any]:
    """What the commands say of these records' customers."""
    return [
        (retailer.json("habits", ref), retailer.json("why", ref), retailer.json("explain", ref))
        for ref in refs
    ]


def test_merge_and_unmerge(retailer: Retailer) -> None:
    retailer.orders("shop", ("71", "3", "2026-10-01", "20"))
    retailer.orders("crm", ("11", "3", "2026-11-01", "30"), ("12", "3", "2026-11-02", "5"))
    retailer.sync()
    before = known(retailer, *ANNAS)
    ids = sorted(map(retailer.customer, ("crm/3", "shop/3")))
    told = retailer.run("merge", *ANNAS, "--by", "JB", "--note", "same card", "--as-of", DAY)
    assert told == f"{' and '.join(ANNAS)} are one customer: {ids[0]}\n"
    assert retailer.json("habits", ids[1])["orders"] == 3
    told = retailer.run("unmerge", ids[1], "--by", "KL", "--note", "no", "--as-of", DAY)
    assert sorted(told.split()) == sorted([*(f"{ref}:" for ref in ANNAS), *ids])
    assert known(retailer, *ANNAS) == before
    told = retailer.run("history", ANNAS[0], "--language", "de")
    assert f"entschieden: {ANNAS[0]} und {ANNAS[1]} sind derselbe Kunde, von JB: same card" in told
    assert "zurückgenommen, von KL: no" in told


def test_unmerge_of_two_records_that_evidence_joined(retailer: Retailer) -> None:
    ids = {ref: retailer.customer(ref) for ref in ("crm/3", "shop/3")}
    retailer.people("shop", J, M, {**ANNA_TOO, "Mail": ANNA["Mail"]})
    retailer.sync()
    assert retailer.customer("crm/3") == retailer.customer("shop/3") == min(ids.values())
    retailer.run("unmerge", *ANNAS, "--by", "JB", "--as-of", DAY)
    assert {ref: retailer.customer(ref) for ref in ids} == ids
    retailer.sync()
    assert {ref: retailer.customer(ref) for ref in ids} == ids
    told = retailer.run("explain", *ANNAS, "--language", "de")
    assert "verschiedene Kunden. Regel: ein Mensch hat so entschieden" in told


def test_an_unmerge_that_was_killed_is_asked_for_again(
    retailer: Retailer, monkeypatch: pytest.MonkeyPatch
) -> None:
    retailer.run("merge", *ANNAS, "--by", "JB", "--as-of", DAY)
    with monkeypatch.context() as patch:
        patch.setattr("crmsync.engine.decide.follow", _killed)
        retailer.run("unmerge", *ANNAS, "--by", "KL", "--as-of", DAY, code=130)
    assert retailer.customer("crm/3") == retailer.customer("shop/3")
    retailer.run("unmerge", *ANNAS, "--by", "KL", "--as-of", DAY)
    assert retailer.customer("crm/3") != retailer.customer("shop/3")


def _killed(*_told: Any, **_more: Any) -> Any:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "words,said",
    [
        (("unmerge", "crm/customers/3"), "never was two"),
        (("unmerge", *ANNAS), "are two customers"),
        (("unmerge", "nobody"), "there is no customer 'nobody'"),
        (("unmerge", "crm/customers/3", "3"), "is no record"),
    ],
)
def test_what_cannot_be_taken_back(retailer: Retailer, words: tuple[str, ...], said: str) -> None:
    assert said in retailer.run(*words, "--by", "JB", code=2)


def test_split_and_history_tell_who_went_where(retailer: Retailer) -> None:
    retailer.people("shop", J, M, {**ANNA_TOO, "Mail": ANNA["Mail"]})
    retailer.sync()
    one = retailer.customer("crm/3")
    retailer.run("split", *ANNAS, "--by", "JB", "--as-of", DAY)
    other = ({retailer.customer("crm/3"), retailer.customer("shop/3")} - {one}).pop()
    retailer.people("crm", JONAS, MIA)
    retailer.sync()
    found = retailer.json("history", one)
    assert found["customer_id"] == one
    kinds = [entry["kind"] for entry in found["entries"]]
    assert kinds[0] == "came"
    assert {"joined", "parted", "apart"} <= {*kinds}
    parted = next(entry for entry in found["entries"] if entry["kind"] == "parted")
    assert (parted["other"], parted["rule"]) == (other, "alone")
    told = retailer.run("history", one)
    assert f"{parted['record']} went to {other} (nobody else is the same)" in told
    gone = one if parted["record"] == ANNAS[1] else other
    assert "crm/customers/3 was withdrawn" in retailer.run("history", gone)


def test_a_household_is_shown_and_never_merged(retailer: Retailer) -> None:
    retailer.people("crm", JONAS, MIA, ANNA, HANS)
    retailer.people("shop", J, M, ANNA_TOO, PETRA)
    retailer.sync()
    hans, petra = retailer.customer("crm/7"), retailer.customer("shop/8")
    assert hans != petra
    told = retailer.json("explain", "crm/customers/7")
    assert told["records"] == [{"record": "crm/customers/7", "rule": "alone"}]
    assert told["related"] == [{"kind": "household", "customer_id": petra, "shared": ["address"],
                                "records": ["shop/customers/8"]}]  # fmt: skip
    said = retailer.run("explain", hans, "--language", "de")
    assert "im selben Haushalt: shop/customers/8 (über Adresse; bleibt ein eigener Kunde" in said
    assert "Petra" not in said


def test_contact_persons_of_a_firm_stay_persons(retailer: Retailer) -> None:
    retailer.people("crm", FIRM, HANS)
    retailer.people("shop", CONTACT, {**CONTACT, "Nr": "9", "Vorname": "Ute"})
    retailer.sync()
    firm, markus, ute = map(retailer.customer, ("crm/5", "shop/6", "shop/9"))
    assert len({firm, markus, ute}) == 3
    related = retailer.json("explain", "crm/customers/5")["related"]
    kinds = {one["customer_id"]: (one["kind"], one["shared"]) for one in related}
    assert kinds[markus] == kinds[ute] == ("contact_person", ["company", "phone"])
    own = {one["customer_id"]: one["kind"] for one in retailer.json("explain", markus)["related"]}
    assert own == {firm: "firm", ute: "household"}
    assert "firm whose contact person this is: crm/customers/5" in retailer.run("explain", markus)
    why = retailer.run("explain", "crm/customers/5", "shop/customers/6")
    assert "contact persons stay customers of their own" in why


def test_why_says_its_rules_in_both_languages(retailer: Retailer) -> None:
    retailer.run("merge", *ANNAS, "--by", "JB", "--as-of", DAY)
    german = retailer.run("why", ANNAS[0], "name", "--language", "de")
    assert "Warum" in german
    assert "agreed: alle Datensätze sagen dasselbe" in german
    assert "agreed: all records tell the same" in retailer.run("why", ANNAS[0], "name")
    told = retailer.json("why", ANNAS[0])
    assert all(one["rule"] and one["de"] and one["en"] for one in told.values())


def test_a_pair_is_explained_with_its_reasons(retailer: Retailer) -> None:
    told = retailer.run("explain", "crm/customers/1", "shop/customers/1")
    assert "for a human to review" in told
    assert "Equal: family name, given name, phone." in told
    assert "is no record" in retailer.run("explain", "Jonas", "shop/customers/1", code=2)
