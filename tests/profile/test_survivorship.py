"""Survivorship: which of several backends is believed, field by field, and why."""

import random
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from crmsync.model.customer import Address, ContactPoint, Profile, SourceCustomer
from crmsync.model.name import PersonName
from crmsync.model.ref import Ref
from crmsync.profile.survivorship import Source, golden

KAETHE = PersonName("frau", ("Dr.",), given="Käthe", family="Müller-Lüdenscheidt")
CUT = PersonName(given="Kaethe Mueller-", family="Luedenscheidt", sure=False)


def told(connection: str, number: str = "1", **fields: Any) -> Source:
    return Source(Ref(connection, "customers", number), SourceCustomer(**fields))


def merge(
    *sources: Source,
    owners: dict[str, str] | None = None,
    preference: tuple[str, ...] = ("erp", "crm", "shop"),
) -> Profile:
    return golden(
        sources, customer_id="c1", controller="moden", owners=owners or {}, preference=preference
    )


def rule(profile: Profile, field: str) -> tuple[str, str]:
    entry = profile.provenance[field]
    return entry.rule, entry.source.partition("/")[0]


def test_a_single_source_gives_every_field_it_told() -> None:
    profile = merge(told("crm", name=KAETHE, language="de"))
    assert profile.customer.name == KAETHE
    assert rule(profile, "language") == ("only", "crm")
    assert "vat_id" not in profile.provenance
    assert profile.sources == ("crm/customers/1",)


def test_the_owner_beats_everybody_else() -> None:
    sources = (
        told("erp", company="Wollhaus Nord", changed_at="2026-05-01T00:00:00Z"),
        told("shop", company="Wollhaus", changed_at="2026-01-01T00:00:00Z"),
    )
    profile = merge(*sources, owners={"company": "shop"})
    assert profile.customer.company == "Wollhaus"
    assert rule(profile, "company") == ("owner", "shop")


def test_empty_beats_a_value_only_when_the_owner_says_so() -> None:
    erp, shop = told("erp", company=""), told("shop", company="Wollhaus Nord")
    assert merge(erp, shop).customer.company == "Wollhaus Nord"
    cleared = merge(erp, shop, owners={"company": "erp"})
    assert cleared.customer.company == ""
    assert rule(cleared, "company") == ("cleared", "erp")


def test_an_owner_that_does_not_show_the_field_clears_nothing() -> None:
    erp = told("erp", company="", hidden=("company",))
    profile = merge(erp, told("shop", company="Wollhaus Nord"), owners={"company": "erp"})
    assert profile.customer.company == "Wollhaus Nord"


def test_a_hidden_field_never_counts() -> None:
    erp = told("erp", language="en", hidden=("language", "wishes"), wishes=("no bag",))
    profile = merge(erp, told("shop", language="de", wishes=("Beratung",)))
    assert (profile.customer.language, profile.customer.wishes) == ("de", ("Beratung",))
    assert profile.customer.hidden == ()


def test_a_field_that_nobody_shows_stays_hidden() -> None:
    hidden = ("birth_date", "vat_id")
    profile = merge(told("erp", hidden=hidden), told("shop", hidden=("birth_date",)))
    assert profile.customer.hidden == ("birth_date",)


def test_a_name_is_taken_whole_from_one_source() -> None:
    short = PersonName("herr", given="Jürgen", family="Wrobel")
    long = PersonName(given="J.", additional="Maria", family="Wrobel-Hansen")
    profile = merge(told("shop", name=short), told("crm", name=long))
    assert profile.customer.name in (short, long)
    assert profile.customer.name == long
    assert rule(profile, "name") == ("preferred", "crm")


def test_a_name_told_in_parts_beats_one_cut_out_of_a_text() -> None:
    profile = merge(told("erp", name=CUT), told("shop", name=KAETHE))
    assert profile.customer.name == KAETHE
    assert rule(profile, "name") == ("sure", "shop")


def test_an_empty_name_is_no_name() -> None:
    profile = merge(told("erp", name=PersonName()), told("shop", name=KAETHE))
    assert profile.customer.name == KAETHE


def test_the_kind_comes_with_the_name() -> None:
    couple = PersonName("familie", family="Öztürk")
    profile = merge(
        told("erp", kind="person", name=PersonName(given="Ayşe", family="Öztürk", sure=False)),
        told("shop", kind="couple", name=couple),
    )
    assert (profile.customer.kind, profile.customer.name) == ("couple", couple)
    firm = merge(told("erp", kind="firm", company="Wollhaus Nord"))
    assert firm.customer.kind == "firm"


def test_a_proved_person_beats_an_unproved_one_and_an_account_beats_a_guest() -> None:
    proof = (ContactPoint("email", "kaethe@example.org", verified=True),)
    guest = told("erp", language="en", guest=True)
    account = told("crm", language="fr")
    proved = told("shop", language="de", contacts=proof)
    assert rule(merge(guest, account, proved), "language") == ("verified", "shop")
    assert rule(merge(guest, account), "language") == ("registered", "crm")
    assert not merge(guest, account).customer.guest
    assert merge(guest).customer.guest


def test_the_newest_counts_only_where_everybody_has_a_stamp() -> None:
    old = told("erp", store="Köln", changed_at="2025-01-01T00:00:00Z")
    new = told("shop", store="Bonn", changed_at="2026-01-01T00:00:00Z")
    assert rule(merge(old, new), "store") == ("newest", "shop")
    unstamped = replace(new, customer=structs.replace(new.customer, changed_at=""))
    assert rule(merge(old, unstamped), "store") == ("preferred", "erp")


def test_longest_and_then_the_smaller_ref_break_the_last_ties() -> None:
    sources = (told("crm", "2", company="Wollhaus Nord"), told("crm", "1", company="Wollhaus"))
    assert rule(merge(*sources), "company") == ("longest", "crm")
    tie = merge(told("crm", "2", language="fr"), told("crm", "1", language="de"))
    assert tie.provenance["language"].rule == "ref"
    assert tie.customer.language == "de"
    assert rule(merge(told("crm", language="de"), told("erp", language="de")), "language") == (
        "agreed", "erp",
    )  # fmt: skip


def test_an_unlisted_connection_comes_last() -> None:
    profile = merge(told("akte", store="Bonn"), told("shop", store="Köln"))
    assert profile.customer.store == "Köln"


def test_whoever_is_dead_blocked_or_silent_anywhere_is_so_everywhere() -> None:
    profile = merge(told("erp"), told("shop", do_not_greet=True, deceased=True, blocked=True))
    customer = profile.customer
    assert (customer.do_not_greet, customer.blocked, customer.deceased) == (True, True, True)
    assert rule(profile, "deceased") == ("any", "shop")
    assert not merge(told("erp"), told("shop")).customer.blocked


def test_customer_since_is_the_earliest_day_unless_an_owner_says() -> None:
    sources = (told("erp", since="2019-03-01"), told("shop", since="2011-10-04"))
    assert merge(*sources).customer.since == "2011-10-04"
    assert merge(*sources, owners={"since": "erp"}).customer.since == "2019-03-01"
    assert merge(told("erp", since="")).customer.since == ""


def test_contacts_are_a_union_each_once_the_best_first() -> None:
    profile = merge(
        told("erp", contacts=(
            ContactPoint("email", "info@example.org", verified=True, role=True),
            ContactPoint("phone", "+492211234567", raw="0221 1234567"),
            ContactPoint("email", "", raw="kaethe(at)example.org"),
        )),
        told("shop", contacts=(
            ContactPoint("email", "kaethe@example.org", verified=True),
            ContactPoint("mobile", "+492211234567", raw="+49 221 1234567", preferred=True),
            ContactPoint("fax", "+492211234567"),
            ContactPoint("email", "", raw=" "),
        )),
    )  # fmt: skip
    found = [(point.channel, point.value or point.raw) for point in profile.customer.contacts]
    assert found == [
        ("email", "kaethe@example.org"),
        ("mobile", "+492211234567"),
        ("fax", "+492211234567"),
        ("email", "info@example.org"),
        ("email", "kaethe(at)example.org"),
    ]
    assert profile.customer.contacts[1].preferred
    assert profile.provenance["contacts.1"].rule == "told by 2"
    assert profile.provenance["contacts.0"].value == "kaethe@example.org"
    assert profile.provenance["contacts.0"].rule == "only"


def test_addresses_are_a_union_told_apart_by_their_key() -> None:
    ring = Address("billing", street="Kölner Ring", house_number="4a", postal_code="50674",
                   city="Köln", country="DE", key="50674|kolnerring|4a")  # fmt: skip
    typed = structs.replace(ring, type="shipping", street="Koelner Ring")
    vague = Address(city="Köln", country="DE")
    nothing = Address(country="DE")
    profile = merge(told("shop", addresses=(vague, typed, nothing)), told("erp", addresses=(ring,)))
    assert profile.customer.addresses == (ring, vague)
    assert profile.provenance["addresses.0"].source == "erp/customers/1"


def test_an_owner_of_the_addresses_comes_first_and_clears_nothing() -> None:
    old = Address(city="Bonn", postal_code="53111", key="53111|markt|1")
    new = Address(city="Köln", postal_code="50674", key="50674|ring|4")
    sources = (told("erp", addresses=(old,)), told("shop", addresses=(new,)))
    assert merge(*sources, owners={"addresses": "shop"}).customer.addresses == (new, old)
    assert merge(told("erp"), sources[1], owners={"addresses": "erp"}).customer.addresses == (new,)


def test_privileges_marks_and_wishes_are_unions() -> None:
    profile = merge(
        told("erp", privileges=("Stammkundenrabatt",), wishes=("Katalog per Post",)),
        told("shop", privileges=("stammkundenrabatt ", "Vorab-Verkauf"), marks=("Fürsprecherin",)),
    )
    assert profile.customer.privileges == ("Stammkundenrabatt", "Vorab-Verkauf")
    assert profile.customer.marks == ("Fürsprecherin",)
    assert profile.provenance["privileges.0"].rule == "told by 2"


@pytest.mark.parametrize("seed", range(60))
def test_the_order_of_arrival_changes_nothing(seed: int) -> None:
    rng = random.Random(seed)
    sources = [_random_source(rng, number) for number in range(rng.randint(1, 5))]
    owners = {"company": "erp", "name": "shop"} if seed % 2 else {}
    expected = merge(*sources, owners=owners)
    rng.shuffle(sources)
    assert merge(*sources, owners=owners) == expected
    assert list(merge(*sources, owners=owners).provenance) == list(expected.provenance)


def _random_source(rng: random.Random, number: int) -> Source:
    points = [
        ContactPoint(rng.choice(["email", "phone", "mobile"]), rng.choice(["", "a", "b"]), raw="c",
                     verified=rng.random() < 0.4, preferred=rng.random() < 0.4)
        for _ in range(rng.randint(0, 3))
    ]  # fmt: skip
    return told(
        rng.choice(["erp", "crm", "shop", "akte"]),
        str(number),
        name=rng.choice([None, KAETHE, CUT, PersonName(family="Wrobel")]),
        company=rng.choice(["", "Wollhaus", "Wollhaus Nord"]),
        language=rng.choice(["", "de", "tr"]),
        since=rng.choice(["", "2020-01-01", "2021-01-01"]),
        contacts=tuple(points),
        guest=rng.random() < 0.3,
        blocked=rng.random() < 0.2,
        marks=tuple(rng.sample(["laut", "Laut", "treu"], rng.randint(0, 3))),
        hidden=tuple(rng.sample(["company", "name", "contacts"], rng.randint(0, 2))),
        changed_at=rng.choice(["", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"]),
    )
