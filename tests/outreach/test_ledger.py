"""The ledger: appended once, chained, refusing change, and only tightened by a sync."""

from __future__ import annotations

import random
from typing import Any

import pytest
import sqlalchemy as sa

from crmsync.errors import RecordError
from crmsync.outreach.ledger import LedgerFeed, Statement, record
from crmsync.store import Change, Store
from crmsync.store import tables as t
from crmsync.store.chain import Entry, _chain, append, erase, verify
from crmsync.store.habits import take_due
from crmsync.store.ledger import consents_of, effective_states, for_contact

DOI = "doi:<4711@post.example>"


def some_entries(count: int) -> list[Entry]:
    return [
        Entry("s1", "email", "marketing", "wrobel", "objected", "", f"2026-0{n + 1}-01",
              "2026-11-21", "sync", None, {"contact": "käthe@example.org"})
        for n in range(count)
    ]  # fmt: skip


def write(store: Store, count: int = 3) -> None:
    with store.work() as work:
        append(work, some_entries(count), token_bytes=random.Random(1).randbytes)


def check(store: Store) -> int | None:
    with store.read() as work:
        return verify(work)


def test_an_untouched_chain_verifies_across_units_of_work(store: Store) -> None:
    write(store)
    write(store)
    assert check(store) is None


def test_many_entries_at_once_chain_too(store: Store) -> None:
    with store.work() as work:
        append(work, some_entries(9) * 30, token_bytes=random.Random(1).randbytes)
    assert check(store) is None


def test_an_erased_payload_keeps_the_chain(store: Store) -> None:
    write(store)
    with store.work() as work:
        erase(work, [2])
    with store.read() as work:
        assert verify(work) is None
        kept = [row.seq for row in work.all(sa.select(t.ledger_payload.c.seq))]
    assert sorted(kept) == [1, 3]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET state = 'granted' WHERE seq = 2",
        "DELETE FROM ledger WHERE seq = 2",
        "DELETE FROM ledger",
    ],
)
def test_the_database_refuses_to_change_an_entry(store: Store, statement: str) -> None:
    write(store)
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), store.work() as work:
        work.run(sa.text(statement))
    assert check(store) is None


def test_the_database_refuses_to_replace_or_truncate(store: Store) -> None:
    write(store)
    way = {
        "sqlite": "INSERT OR REPLACE INTO ledger SELECT * FROM ledger WHERE seq = 1",
        "postgresql": "TRUNCATE ledger",
    }[store.dialect]
    with pytest.raises(sa.exc.DatabaseError, match="append-only"), store.work() as work:
        work.run(sa.text(way))
    assert check(store) is None


def unlocked(store: Store, statement: str) -> None:
    """Change the ledger as somebody would who may alter the schema."""
    ways = {
        "sqlite": [f"DROP TRIGGER ledger_no_{what}" for what in ("update", "delete")],
        "postgresql": ["ALTER TABLE ledger DISABLE TRIGGER ALL"],
    }
    with store.work() as work:
        for way in ways[store.dialect]:
            work.run(sa.text(way))
        work.run(sa.text(statement))


@pytest.mark.parametrize(
    "statement, broken",
    [
        ("UPDATE ledger SET state = 'granted' WHERE seq = 2", 2),
        ("UPDATE ledger SET expires_on = '2030-01-01' WHERE seq = 3", 3),
        ("DELETE FROM ledger WHERE seq = 2", 2),
        ("DELETE FROM ledger WHERE seq = 1", 1),
        ("DELETE FROM ledger WHERE seq = 3", 3),
        ("UPDATE ledger_payload SET payload = '{}' WHERE seq = 2", 2),
    ],
)
def test_verify_names_the_first_broken_entry(store: Store, statement: str, broken: int) -> None:
    write(store)
    unlocked(store, statement)
    assert check(store) == broken


def test_the_ledger_itself_names_nobody(store: Store, fill: Any) -> None:
    source = fill.source("crm/customers/1", fill.person(email="kaethe@example.org"), "k")
    fill.claim(source, "email", "objected", contact="kaethe@example.org", at="2026-03-01")
    fill.take(source)
    (entry,) = fill.entries()
    bare = repr(entry[: len(t.ledger.columns)])
    assert "kaethe" not in bare
    assert "crm/customers/1" not in bare


def test_a_claim_is_recorded_once(fill: Any, store: Store) -> None:
    source = fill.source("crm/customers/1", fill.person(email="kaethe@example.org"), "k")
    fill.claim(source, "email", "objected", at="2026-03-01T10:00:00Z")
    first = fill.take(source)
    assert first == {"taken": 1, "recorded": 1, "moved": 0, "unchanged": 0}
    before = fill.entries()
    again = fill.take(source, as_of="2026-11-22")
    assert again == {"taken": 1, "recorded": 0, "moved": 0, "unchanged": 1}
    assert fill.entries() == before
    assert fill.state("k", "email", contact="kaethe@example.org") == "objected"


def test_an_undated_objection_that_comes_back_after_a_grant_counts_again(fill: Any) -> None:
    source = fill.source("crm/customers/1", fill.person(email="kaethe@example.org"), "k")
    number = fill.claim(source, "email", "denied")
    fill.take(source, as_of="2026-01-10")
    grant = Statement("email", "marketing", "granted", "form", "2026-02-01T09:00:00Z",
                      "kaethe@example.org", evidence=DOI)  # fmt: skip
    with fill.store.work() as work:
        record(work, "k", grant, as_of="2026-02-01", token_bytes=fill.noise.randbytes)
    assert fill.state("k", "email", contact="kaethe@example.org") == "granted"
    fill.claim(source, "email", "granted", record_id=number)
    fill.take(source, as_of="2026-03-01")
    fill.claim(source, "email", "denied", record_id=number)
    fill.take(source, as_of="2026-04-01")
    assert fill.state("k", "email", contact="kaethe@example.org") == "denied"


def test_an_import_without_evidence_grants_nothing(fill: Any) -> None:
    source = fill.source("crm/customers/1", fill.person(email="kaethe@example.org"), "k")
    fill.claim(source, "email", "granted", at="2026-05-01T10:00:00Z")
    assert fill.take(source)["recorded"] == 0
    assert fill.state("k", "email") == "unknown"


def test_an_import_that_overwrites_does_not_lift_an_unsubscribe(fill: Any) -> None:
    source = fill.source("news/subscribers/1", fill.person(email="kaethe@example.org"), "k")
    number = fill.claim(source, "email", "granted", at="2026-01-01T10:00:00Z", evidence=DOI)
    fill.take(source)
    fill.claim(source, "email", "withdrawn", at="2026-03-01T10:00:00Z", record_id=number)
    fill.take(source)
    fill.claim(
        source, "email", "granted", at="2026-05-01T10:00:00Z", evidence=DOI, record_id=number
    )
    fill.take(source)
    assert fill.state("k", "email", contact="kaethe@example.org") == "withdrawn"
    new = "doi:<9000@post.example>"
    fill.claim(
        source, "email", "granted", at="2026-06-01T10:00:00Z", evidence=new, record_id=number
    )
    fill.take(source)
    assert fill.state("k", "email", contact="kaethe@example.org") == "granted"


def test_a_new_address_has_no_consent(fill: Any) -> None:
    source = fill.source("crm/customers/1", fill.person(email="alt@example.org"), "k")
    fill.claim(source, "email", "granted", at="2026-01-01T10:00:00Z", evidence=DOI)
    fill.take(source)
    assert fill.state("k", "email", contact="alt@example.org") == "granted"
    fill.change_source(source, fill.person(email="neu@example.org"))
    fill.take(source)
    assert fill.state("k", "email", contact="neu@example.org") == "unknown"


def test_the_first_address_after_a_claim_has_no_consent_either(fill: Any) -> None:
    source = fill.source("crm/customers/1", fill.person(), "k")
    fill.claim(source, "email", "granted", at="2026-01-01T10:00:00Z", evidence=DOI)
    fill.take(source)
    fill.change_source(source, fill.person(email="neu@example.org"))
    fill.take(source)
    assert fill.state("k", "email", contact="neu@example.org") == "unknown"


def test_an_objection_for_a_whole_channel_binds_addresses_known_elsewhere(fill: Any) -> None:
    crm = fill.source("crm/customers/1", fill.person(), "k")
    shop = fill.source("shop/customers/9", fill.person(email="kaethe@example.org"), "k")
    fill.claim(crm, "email", "objected", at="2026-03-01")
    fill.claim(shop, "email", "granted", at="2026-01-01T10:00:00Z", evidence=DOI)
    fill.take(crm, shop)
    assert fill.state("k", "email", contact="kaethe@example.org") == "objected"


def test_an_unsubscribed_address_is_closed_for_every_customer_who_has_it(fill: Any) -> None:
    crm = fill.source("crm/customers/1", fill.person(email="paar@example.org"), "k")
    fill.source("shop/customers/9", fill.person("Bernd", email="paar@example.org"), "b")
    fill.claim(crm, "email", "withdrawn", contact="paar@example.org", at="2026-03-01")
    fill.take(crm)
    assert fill.state("b", "email", contact="paar@example.org") == "withdrawn"
    with fill.store.read() as work:
        found = for_contact(work, "wrobel", "email", "paar@example.org", as_of="2026-11-21")
    assert found["marketing"].state == "withdrawn"


def test_a_merge_takes_the_stricter_side_and_a_split_gives_each_his_own(fill: Any) -> None:
    crm = fill.source("crm/customers/1", fill.person(), "k")
    erp = fill.source("erp/parties/9", fill.person(), "m")
    fill.claim(crm, "till_greeting", "granted", purpose="greeting", at="2026-01-01", evidence=DOI)
    fill.claim(erp, "till_greeting", "objected", purpose="greeting", at="2026-02-01")
    fill.take(crm, erp)
    assert fill.state("k", "till_greeting", "greeting") == "granted"
    fill.link(erp, "k")
    assert fill.state("k", "till_greeting", "greeting") == "objected"
    fill.link(erp, "m")
    assert fill.state("k", "till_greeting", "greeting") == "granted"
    assert fill.state("m", "till_greeting", "greeting") == "objected"


def test_a_merge_gives_nobody_the_others_consent_for_good(fill: Any) -> None:
    crm = fill.source("crm/customers/1", fill.person(), "k")
    erp = fill.source("erp/parties/9", fill.person("Bernd"), "k")
    fill.claim(crm, "till_greeting", "granted", purpose="greeting", at="2026-01-01", evidence=DOI)
    fill.take(crm, erp)
    fill.link(erp, "b")
    assert fill.state("b", "till_greeting", "greeting") == "unknown"


def test_a_restriction_outlives_the_source_customer_who_told_it(fill: Any) -> None:
    crm = fill.source("crm/customers/1", fill.person(), "k")
    fill.source("erp/parties/9", fill.person(), "k")
    fill.claim(crm, "letter", "objected", at="2026-02-01")
    fill.take(crm)
    with fill.store.work() as work:
        work.delete(t.link.c.source_id, [crm])
        work.delete(t.source_customer.c.record_id, [crm])
        work.upsert(t.link_event, [(1, crm, "k", None, "withdrawn", "run")])
    assert fill.state("k", "letter") == "objected"


def test_a_backends_merge_keeps_the_losers_restriction_but_not_his_grant(fill: Any) -> None:
    loser = fill.source("crm/customers/1", fill.person())
    winner = fill.source("crm/customers/2", fill.person(), "k")
    fill.claim(loser, "letter", "objected", at="2026-02-01")
    fill.claim(loser, "till_greeting", "granted", purpose="greeting", at="2026-01-01", evidence=DOI)
    fill.take(loser)
    with fill.store.work() as work:
        merged = sa.update(t.record).where(t.record.c.id == loser).values(merged_into=winner)
        work.run(merged)
    assert fill.state("k", "letter") == "objected"
    assert fill.state("k", "till_greeting", "greeting") == "unknown"


def test_the_controller_of_another_company_has_no_part_in_it(fill: Any) -> None:
    crm = fill.source("crm/customers/1", fill.person(email="kaethe@example.org"), "k")
    fill.claim(crm, "email", "granted", at="2026-01-01T10:00:00Z", evidence=DOI)
    fill.take(crm)
    with fill.store.read() as work:
        assert for_contact(work, "wrobel", "email", "kaethe@example.org", as_of="2026-11-21")
        assert not for_contact(work, "andere", "email", "kaethe@example.org", as_of="2026-11-21")


def test_the_feed_tells_whose_consents_changed(fill: Any, store: Store) -> None:
    crm = fill.source("crm/customers/1", fill.person(), "k")
    fill.source("crm/customers/2", fill.person(), "other")
    fill.claim(crm, "letter", "objected", at="2026-02-01")
    fill.take(crm)
    with store.work() as work:
        changes = [Change(1, "customer", None, "k"), Change(2, "customer", None, "other")]
        counts = LedgerFeed(fill.noise.randbytes).take(work, changes, as_of="2026-11-21")
    assert counts == {"taken": 2, "recorded": 0, "moved": 1, "unchanged": 1}
    with store.read() as work:
        told = work.changes("till", ["ledger"], 10)
    assert [change.customer_id for change in told] == ["k", "k"]


def test_effective_states_answer_for_every_customer_asked(fill: Any, store: Store) -> None:
    crm = fill.source("crm/customers/1", fill.person(email="kaethe@example.org"), "k")
    fill.claim(crm, "email", "granted", at="2026-01-01T10:00:00Z", evidence=DOI,
               expires_on="2026-06-30")  # fmt: skip
    fill.take(crm)
    with store.read() as work:
        found = effective_states(work, ["k", "nobody"], as_of="2026-06-30")
        later = effective_states(work, ["k"], as_of="2026-07-01")
    assert found["k"]["email", "marketing"].granted
    assert found["nobody"] == {}
    assert later["k"]["email", "marketing"].expired
    assert not later["k"]["email", "marketing"].granted


def test_before_the_first_entry_everything_is_unknown(store: Store) -> None:
    with store.read() as work:
        assert effective_states(work, ["k"], as_of="2026-11-21") == {"k": {}}
        assert consents_of(work, ["k"], as_of="2026-11-21")["k"].of("email", "marketing").state == (
            "unknown"
        )
        assert verify(work) is None


def test_what_is_said_at_the_till_binds_every_source_customer(fill: Any) -> None:
    fill.source("crm/customers/1", fill.person(email="a@example.org"), "k")
    erp = fill.source("erp/parties/9", fill.person(email="b@example.org"), "k")
    no = Statement("email", "marketing", "objected", "till", "2026-11-20T10:00:00Z")
    with fill.store.work() as work:
        record(work, "k", no, as_of="2026-11-20", token_bytes=fill.noise.randbytes)
    for address in ("a@example.org", "b@example.org", "later@example.org"):
        assert fill.state("k", "email", contact=address) == "objected"
    fill.link(erp, "split")
    assert fill.state("split", "email", contact="b@example.org") == "objected"


@pytest.mark.parametrize(
    "statement, field",
    [
        (Statement("email", "marketing", "granted", "till", "2026-11-20", "a@example.org"),
         "evidence"),
        (Statement("email", "marketing", "granted", "till", "2026-11-20", evidence="x"), "contact"),
        (Statement("email", "marketing", "objected", "sync", "2026-11-20"), "origin"),
    ],
)  # fmt: skip
def test_a_statement_without_its_proof_is_refused(
    fill: Any, statement: Statement, field: str
) -> None:
    fill.source("crm/customers/1", fill.person(email="a@example.org"), "k")
    with pytest.raises(RecordError) as refused, fill.store.work() as work:
        record(work, "k", statement, as_of="2026-11-20", token_bytes=fill.noise.randbytes)
    assert refused.value.field == field
    assert fill.entries() == []


def test_a_grant_at_the_till_is_one_source_customers_alone(fill: Any) -> None:
    fill.source("crm/customers/1", fill.person(), "k")
    erp = fill.source("erp/parties/9", fill.person(), "k")
    yes = Statement("till_greeting", "greeting", "granted", "till", "2026-11-20T10:00:00Z",
                    evidence="Kasse 2, Text v4")  # fmt: skip
    with fill.store.work() as work:
        record(work, "k", yes, as_of="2026-11-20", token_bytes=fill.noise.randbytes)
    assert fill.state("k", "till_greeting", "greeting") == "granted"
    fill.link(erp, "split")
    assert fill.state("split", "till_greeting", "greeting") == "unknown"


def test_the_day_a_consent_ends_wakes_its_customer(fill: Any, store: Store) -> None:
    crm = fill.source("crm/customers/1", fill.person(), "k")
    for purpose, day in (("greeting", "2026-12-31"), ("marketing", "2026-11-20")):
        fill.claim(crm, "till_greeting", "granted", purpose=purpose, at="2026-01-01",
                   evidence=DOI, expires_on=day)  # fmt: skip
    fill.take(crm)
    with store.read() as work:
        assert work.all(sa.select(t.due)) == [("k", "consent_expires", "2027-01-01")]
    with store.work() as work:
        assert take_due(work, "2027-01-01") == ["k"]
        woken = [Change(1, "due", None, "k")]
        counts = LedgerFeed(fill.noise.randbytes).take(work, woken, as_of="2027-01-01")
    assert counts["moved"] == 1
    with store.read() as work:
        assert work.all(sa.select(t.due)) == []
        assert {one.customer_id for one in work.changes("till", ["ledger"], 9)} == {"k"}


def test_a_row_forged_whole_breaks_the_chain_behind_it(store: Store) -> None:
    write(store)
    with store.read() as work:
        row = list(work.one(sa.select(t.ledger).where(t.ledger.c.seq == 2)))
    row[5] = "granted"
    row[-1] = _chain(row[:-1])
    unlocked(store, "DELETE FROM ledger WHERE seq = 2")
    with store.work() as work:
        work.run(sa.insert(t.ledger).values(row))
    assert check(store) == 3
