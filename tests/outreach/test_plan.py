"""The plan: every candidate in one line, one contact a customer, the same hash everywhere."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import Path

import pytest

from crmsync.errors import NotReadable, SumsError
from crmsync.outreach.planned import make_plan, read_plan, summary, write_plan
from crmsync.outreach.plays import BUILT_IN, LATE_DELIVERY_APOLOGY, WIN_BACK
from crmsync.store import Store, open_store
from tests.outreach.conftest import AS_OF, Filler
from tests.outreach.planning import late, make, people


def test_one_contact_a_customer_by_priority(fill: Filler, store: Store) -> None:
    source = fill.regular("k", "shop/customers/1", fill.person(email="k@example.org"))
    late(fill, source, "shop/orders/1", "1001")
    late(fill, source, "shop/orders/2", "1002")
    made = make(store)
    assert [contact.occasion for contact in made.contacts] == ["order:1001"]
    (refusal,) = made.refusals
    assert refusal.code == "lower-priority"
    assert refusal.de == "geringere Priorität als late-delivery-apology"
    assert made.candidates == 2


def test_a_candidate_without_profile_has_its_line_too(fill: Filler, store: Store) -> None:
    source = fill.source("shop/customers/1", fill.person(email="k@example.org"), "k")
    late(fill, source, "shop/orders/1", "1001")
    (refusal,) = make(store).refusals
    assert refusal.code == "no-profile"


def test_a_text_that_lacks_a_word_is_refused_not_sent(fill: Filler, store: Store) -> None:
    source = fill.regular("k", "shop/customers/1", fill.person(email="k@example.org"))
    late(fill, source, "shop/orders/1", "1001")
    play = replace(LATE_DELIVERY_APOLOGY, text="Betreff\n{{ salutation }} {{ unknown_word }}")
    (refusal,) = make(store, play).refusals
    assert refusal.code == "text-incomplete"
    assert "k@example.org" not in refusal.detail


def test_the_sums_add_up_or_there_is_no_plan(fill: Filler, store: Store) -> None:
    made = make(store)
    assert made.counts()["candidates"] == made.counts()["contacts"] + made.counts()["refused"] == 0
    with pytest.raises(SumsError, match="2 candidates, but 0 contacts and 0 refusals"):
        make_plan(AS_OF, BUILT_IN, [], [], candidates=2)


def test_the_hash_depends_on_neither_order_nor_ids_nor_store(
    fill: Filler, store: Store, tmp_path: Path
) -> None:
    people(fill, ["k", "b", "z"])
    other = open_store(f"sqlite:///{tmp_path / 'other.db'}")
    people(Filler(other), ["z9", "b7", "k8"])
    one, two = make(store), make(other)
    assert one.canonical() == two.canonical()
    assert one.hash == two.hash
    assert one.hash != make(store, WIN_BACK).hash
    other.close()


def test_a_plan_file_is_private_and_refuses_to_be_changed(
    fill: Filler, store: Store, tmp_path: Path
) -> None:
    people(fill, ["k", "b", "z"])
    made, path = make(store), tmp_path / "plan.json"
    write_plan(made, path)
    write_plan(made, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_plan(path) == made
    path.write_bytes(path.read_bytes().replace(b"4 Tage", b"1 Tage"))
    with pytest.raises(NotReadable, match="was changed"):
        read_plan(path)
    path.write_text("[]")
    with pytest.raises(NotReadable, match="no plan"):
        read_plan(path)


def test_the_summary_counts_and_names_nobody(fill: Filler, store: Store) -> None:
    people(fill, ["k", "b", "z"])
    said = summary(make(store))
    assert "candidates 5 = 3 + 2" in said
    assert "        2  email" in said
    assert "        2  - apology-pending: an apology is pending" in said
    assert "Müller" not in said
    assert "example.org" not in said


def test_planning_writes_nothing(fill: Filler, store: Store) -> None:
    people(fill, ["k", "b", "z"])
    before = fill.entries()
    assert make(store) == make(store)
    assert fill.entries() == before
