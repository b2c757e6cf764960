"""The profile stage: writes what changed, takes out who is gone, answers why."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from crmsync.errors import ConfigError, CrmsyncError
from crmsync.model.customer import Address, ContactPoint, Golden, Profile, SourceCustomer
from crmsync.model.detail import Details, write_details
from crmsync.model.name import PersonName
from crmsync.model.order import Interaction
from crmsync.model.ref import Ref
from crmsync.profile.profiles import TOPICS, load_profile, load_profiles, profile, why
from crmsync.store import Store
from crmsync.store import tables as t
from crmsync.store.keys import record_ids
from tests.profile.books import Books, rows

KAETHE = SourceCustomer(
    name=PersonName("frau", ("Dr.",), given="Käthe", family="Müller-Lüdenscheidt"),
    contacts=(ContactPoint("email", "kaethe@example.org", verified=True),),
    addresses=(Address("home", street="Ring", house_number="4", postal_code="50674", city="Köln",
                       country="DE", key="50674|ring|4"),),
    wishes=("Katalog per Post",),
)  # fmt: skip
MUELLER = SourceCustomer(
    name=PersonName(given="K.", family="MUELLER", sure=False), customer_number="10031"
)


def run(
    store: Store, owners: Mapping[str, str] | None = None
) -> tuple[dict[str, int], list[Profile]]:
    """What the engine does with one batch."""
    with store.work() as work:
        changes = work.changes("profile", TOPICS, 100)
        given = profile(work, changes, owners=owners or {}, preference=("crm", "shop"))
        if changes:
            work.advance("profile", changes[-1].seq)
    return given


def logged(store: Store) -> list[str | None]:
    with store.read() as work:
        return [change.customer_id for change in work.changes("look", ["profile"], 100)]


@pytest.fixture
def two_sources(store: Store) -> Store:
    """One customer that the shop and the CRM know."""
    with store.work() as work:
        books = Books(work)
        books.source("c1", "shop", "4711", told=MUELLER)
        books.source("c1", "crm", "A-9", told=KAETHE)
        work.log_customers("customer", ["c1"])
    return store


def test_a_profile_is_written_with_its_provenance(two_sources: Store) -> None:
    counts, [written] = run(two_sources)
    assert counts == {"taken": 1, "changed": 1, "removed": 0, "unchanged": 0}
    assert written.sources == ("crm/customers/A-9", "shop/customers/4711")
    assert written.customer.name == KAETHE.name
    assert written.customer.customer_number == "10031"
    with two_sources.read() as work:
        assert load_profiles(work, ["c1", "c2"]) == {"c1": written}
        assert load_profile(work, "c1") == written
    assert logged(two_sources) == ["c1"]


def test_repeating_changes_nothing(two_sources: Store) -> None:
    run(two_sources)
    with two_sources.work() as work:
        before = rows(work, t.profile)
        work.log_customers("customer", ["c1"])
    counts, written = run(two_sources)
    assert (counts["unchanged"], written) == (1, [])
    with two_sources.read() as work:
        assert rows(work, t.profile) == before
    assert logged(two_sources) == ["c1"]


def test_another_owner_is_another_profile(two_sources: Store) -> None:
    run(two_sources)
    with two_sources.work() as work:
        work.log_customers("customer", ["c1"])
    counts, [written] = run(two_sources, {"customer_number": "crm"})
    assert counts["changed"] == 1
    assert written.customer.customer_number == ""
    assert written.provenance["customer_number"].rule == "cleared"


def test_merged_and_gone_customers_lose_their_profile(two_sources: Store) -> None:
    with two_sources.work() as work:
        Books(work).source("c2", "erp", "1", told=MUELLER)
        Books(work).source("c3", "erp", "2", told=MUELLER)
        work.log_customers("customer", ["c2", "c3"])
    run(two_sources)
    with two_sources.work() as work:
        merged = work.scalar(t.link.select().where(t.link.c.customer_id == "c2"))
        Books(work).link(merged, "c1")
        work.upsert(t.customer, [("c2", "moden", "merged", "c1")])
        work.upsert(t.customer, [("c3", "moden", "gone", None)])
        work.log_customers("customer", ["c1", "c2", "c3"])
    counts, [written] = run(two_sources)
    assert (counts["changed"], counts["removed"]) == (1, 2)
    assert written.sources == ("crm/customers/A-9", "erp/customers/1", "shop/customers/4711")
    with two_sources.read() as work:
        assert load_profile(work, "c2") == written
        assert load_profile(work, "c3") is None
    assert logged(two_sources)[-3:] == ["c1", "c2", "c3"]


def test_a_withdrawn_source_takes_its_values_along(two_sources: Store) -> None:
    run(two_sources)
    with two_sources.work() as work:
        source = work.scalar(
            t.record.select().where(t.record.c.external_id == "A-9").with_only_columns(
                t.record.c.id
            )
        )  # fmt: skip
        work.delete(t.source_customer.c.record_id, [source])
        work.log_customers("customer", ["c1"])
    _, [written] = run(two_sources)
    assert written.customer.name == MUELLER.name
    assert written.customer.contacts == ()


def test_the_customer_id_is_no_part_of_what_is_compared(two_sources: Store) -> None:
    run(two_sources)
    with two_sources.work() as work:
        [(_, _, before, _)] = rows(work, t.profile)
        work.run(t.link.update().values(customer_id="c9"))
        work.upsert(t.customer, [("c9", "moden", "alive", None)])
        work.log_customers("customer", ["c1", "c9"])
    run(two_sources)
    with two_sources.read() as work:
        [(name, _, after, _)] = rows(work, t.profile)
    assert (name, after) == ("c9", before)


def test_why_says_who_gave_a_field_and_by_which_rule(two_sources: Store) -> None:
    run(two_sources)
    with two_sources.read() as work:
        assert why(work, "c1", "customer_number") == {
            "customer_number": Golden("10031", "shop/customers/4711", "only", "")
        }
        assert why(work, "c1", "name") == {
            "name": Golden("Dr. Käthe Müller-Lüdenscheidt", "crm/customers/A-9", "sure", "")
        }
        assert list(why(work, "c1", "contacts")) == ["contacts.0"]
        assert why(work, "c1", "vat_id") == {}
        assert {"customer_number", "name", "contacts.0"} <= set(why(work, "c1", ""))


def test_why_refuses_what_is_not_there(two_sources: Store) -> None:
    run(two_sources)
    with two_sources.read() as work:
        with pytest.raises(ConfigError, match="no field 'shoe'"):
            why(work, "c1", "shoe")
        with pytest.raises(CrmsyncError, match="no customer c7"):
            why(work, "c7", "name")


def granting(store: Store, name: str, at: str, details: Details) -> None:
    """A note about what the shop knows of the customer."""
    with store.work() as work:
        books = Books(work)
        number = books.record("notes", "notes", name)
        source = next(iter(record_ids(work, [Ref("shop", "customers", "4711")]).values()))
        values = (number, "interaction", source, at, at[:10], "phone", "note", "in", "done", "",
                  "", None, None, "")  # fmt: skip
        row = Interaction(*values, details=write_details(details))
        work.upsert(t.interaction, [row])
        work.log_customers("customer", ["c1"])


def test_an_interaction_grants_what_the_profile_shows_until_another_ends_it(
    two_sources: Store,
) -> None:
    first = Details(
        privileges=("Parkplatz", "Rabatt"), wishes=("Ohne Tüte",), marks=("Fürsprecher",)
    )
    granting(two_sources, "1", "2026-11-20T09:00:00Z", first)
    _, [written] = run(two_sources)
    told = written.customer
    assert (told.privileges, told.marks) == (("Parkplatz", "Rabatt"), ("Fürsprecher",))
    assert told.wishes == ("Katalog per Post", "Ohne Tüte")
    assert written.sources == ("crm/customers/A-9", "shop/customers/4711")
    with two_sources.read() as work:
        assert why(work, "c1", "privileges")["privileges.0"] == Golden(
            "Parkplatz", "notes/notes/1", "only", "2026-11-20T09:00:00Z"
        )
    granting(two_sources, "2", "2026-11-21T09:00:00Z", Details(ended=("RABATT", "Fürsprecher")))
    _, [written] = run(two_sources)
    assert (written.customer.privileges, written.customer.marks) == (("Parkplatz",), ())
    granting(two_sources, "0", "2026-11-22T09:00:00Z", Details(privileges=("Rabatt",)))
    _, [written] = run(two_sources)
    assert written.customer.privileges == ("Rabatt", "Parkplatz"), "the newest first"
