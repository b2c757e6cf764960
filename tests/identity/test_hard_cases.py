"""The hard cases by name: who must not be merged, who must, and what a human is asked."""

from __future__ import annotations

from typing import Any

import pytest

from crmsync.model.customer import Address

Book = Any


def test_one_person_in_three_systems_is_one_customer(book: Book) -> None:
    book.put("crm/1", "Anna Müller", email="anna@example.org", customer_number="4711")
    book.put("erp/9", "A. MUELLER", customer_number="004711", phone="+4930123456")
    book.put("shop/7", "Anna Mueller", email="anna@example.org")
    book.resolve()
    assert book.together("crm/1", "erp/9", "shop/7")
    assert book.pair("crm/1", "erp/9") == ("same", "customer_number")
    assert book.pair("crm/1", "shop/7") == ("same", "email")


def test_twins(book: Book) -> None:
    shared = {"email": "fam.kaya@example.org", "at": "10115 ackerstr 5", "birth_date": "1999-04-02"}
    book.put("crm/1", "Lena Kaya", **shared)
    book.put("crm/2", "Lina Kaya", **shared)
    book.resolve()
    assert not book.together("crm/1", "crm/2")
    assert book.pair("crm/1", "crm/2") == ("apart", "other_given_name")


@pytest.mark.parametrize(
    ("one", "other"),
    [("Andrea", "Andreas"), ("Paul", "Paula"), ("Christian", "Christiane"), ("Jan", "Jana"),
     ("Simon", "Simone"), ("Julia", "Julian"), ("Mario", "Maria"), ("Michael", "Michaela")],
)  # fmt: skip
def test_names_of_man_and_woman_are_two_people(book: Book, one: str, other: str) -> None:
    book.put("crm/1", f"{one} Weber", email="weber@example.org", phone="+4930123456")
    book.put("shop/1", f"{other} Weber", email="weber@example.org", phone="+4930123456")
    book.resolve()
    assert not book.together("crm/1", "shop/1")


def test_family_phone(book: Book) -> None:
    book.put("crm/1", "Hans Vogel", phone="+4989123456")
    book.put("shop/1", "Petra Vogel", phone="+4989123456")
    book.put("pos/1", "Hans Vogel", phone="+4989123456")
    book.resolve()
    assert book.groups() == {frozenset({"crm/1", "pos/1"}), frozenset({"shop/1"})}
    assert book.pair("crm/1", "shop/1") == ("apart", "other_given_name")


def test_initial_on_a_family_phone_goes_to_review(book: Book) -> None:
    book.put("crm/1", "Hans Vogel", phone="+4989123456")
    book.put("shop/1", "H. Vogel", phone="+4989123456")
    book.resolve()
    assert not book.together("crm/1", "shop/1")
    assert book.pair("crm/1", "shop/1") == ("review", "phone_and_weak_name")


def test_father_and_son_of_one_name_on_one_landline(book: Book) -> None:
    book.put("crm/1", "Hans Vogel", phone="+4989123456", email="hans@example.org")
    book.put("shop/1", "Hans Vogel", phone="+4989123456", email="vogel.junior@example.org")
    book.resolve()
    assert not book.together("crm/1", "shop/1")
    assert book.pair("crm/1", "shop/1") == ("review", "namesakes_at_one_phone")


def test_one_name_on_one_mobile_is_one_person(book: Book) -> None:
    book.put("crm/1", "Hans Vogel", phone="+4915112345678", email="hans@example.org")
    book.put("shop/1", "Hans Vogel", phone="+4915112345678", email="hans.v@example.org")
    book.resolve()
    assert book.pair("crm/1", "shop/1") == ("same", "phone")


def test_info_mailbox_is_no_evidence(book: Book) -> None:
    book.put("crm/1", "Jens Koch", email="info@koch.example", role=True)
    book.put("shop/1", "Jens Koch", email="info@koch.example", role=True)
    book.resolve()
    assert not book.together("crm/1", "shop/1")
    assert book.pairs() == {}


def test_short_phone_is_no_evidence(book: Book) -> None:
    book.put("crm/1", "Jens Koch", phone="+49110")
    book.put("shop/1", "Jens Koch", phone="+49110")
    book.resolve()
    assert not book.together("crm/1", "shop/1")


def test_firm_and_employee(book: Book) -> None:
    book.put("erp/1", "", company="Tischlerei Brandt GmbH", kind="firm",
             email="brandt@example.org", vat_id="DE811111111")  # fmt: skip
    book.put("shop/1", "Jonas Brandt", email="brandt@example.org")
    book.put("crm/1", "", company="Tischlerei Brandt G.m.b.H.", vat_id="DE811111111", kind="firm")
    book.resolve()
    assert book.groups() == {frozenset({"erp/1", "crm/1"}), frozenset({"shop/1"})}
    assert book.pair("erp/1", "shop/1") == ("apart", "firm_and_person")


def test_two_legal_forms_are_two_firms(book: Book) -> None:
    book.put("erp/1", "", company="Brandt GmbH", at="10115 ackerstr 5")
    book.put("crm/1", "", company="Brandt GmbH & Co. KG", at="10115 ackerstr 5")
    book.resolve()
    assert not book.together("erp/1", "crm/1")
    assert book.pair("erp/1", "crm/1") == ("review", "other_legal_form")


def test_couple(book: Book) -> None:
    book.put("crm/1", "Hans und Anna Wolf", kind="couple", email="wolf@example.org")
    book.put("shop/1", "Anna Wolf", email="wolf@example.org")
    book.put("shop/2", "Hans Wolf", email="wolf@example.org")
    book.resolve()
    assert len(book.groups()) == 3
    assert book.pair("crm/1", "shop/1") == ("apart", "couple")


def test_placeholder_email_with_fifty_holders(book: Book) -> None:
    given = ["Anna", "Bernd", "Clara", "David", "Emma", "Felix", "Greta", "Hugo", "Ida", "Jonas"]
    family = ["Arndt", "Bauer", "Conrad", "Dietz", "Ernst"]
    people = [f"{one} {other}" for one in given for other in family]
    for place, name in enumerate(people):
        book.put(f"erp/{place}", name, email="kein@kunde.example")
    book.put("shop/0", "Anna Arndt", email="kein@kunde.example")
    book.resolve()
    assert len(book.groups()) == 51
    assert book.pairs() == {}


def test_nameless_crowd_on_one_mailbox(book: Book) -> None:
    for place in range(13):
        book.put(f"pos/{place}", email="anna@example.org")
    book.put("crm/1", "Anna Keller", email="anna@example.org")
    book.put("shop/1", "Anna Keller", email="anna@example.org")
    book.resolve()
    assert book.together("crm/1", "shop/1")
    assert set(book.pairs()) == {frozenset({"crm/1", "shop/1"})}


def test_namesakes_in_one_city(book: Book) -> None:
    book.put("crm/1", "Thomas Schmidt", email="ts@example.org", at="50667 domstr 1")
    book.put("shop/1", "Thomas Schmidt", email="thomas@example.net", at="50667 ring 99")
    book.resolve()
    assert not book.together("crm/1", "shop/1")
    assert book.pairs() == {}


def test_a_common_name_in_one_postal_code_is_no_person(book: Book) -> None:
    street = Address(key="50667 domstr 1", postal_code="50667")
    code = Address(postal_code="50667")
    for number, name in enumerate(("Thomas Schmidt", "Ortrun Wrobelsky"), 1):
        book.put(f"crm/{number}", name, addresses=(street,))
        book.put(f"shop/{number}", name, addresses=(code,))
    book.resolve()
    assert book.pair("crm/2", "shop/2") == ("same", "likely")
    assert not book.together("crm/1", "shop/1")
    assert frozenset({"crm/1", "shop/1"}) not in book.pairs()  # nobody is asked


def test_marriage(book: Book) -> None:
    book.put("crm/1", "Julia Schröder", email="julia@example.org")
    book.put("shop/1", "Julia Neumann", email="julia@example.org")
    book.put("pos/1", "Ortrun Schröder", phone="+4930123456")
    book.put("erp/1", "Ortrun Neumann", phone="+4930123456")
    book.put("erp/2", "Otto Neumann", phone="+4930123456")
    book.resolve()
    assert book.pair("crm/1", "shop/1") == ("same", "email")
    assert book.pair("pos/1", "erp/1") == ("review", "other_family_name")


def test_marriage_with_a_double_name_or_a_birth_date(book: Book) -> None:
    book.put("crm/1", "Julia Schröder", email="julia@example.org", birth_date="1988-07-21")
    book.put("shop/1", "Julia Schröder-Neumann", email="julia@example.org")
    book.put("erp/1", "Julia Neumann", email="julia@example.org", birth_date="1988-07-21")
    book.resolve()
    assert book.together("crm/1", "shop/1", "erp/1")
    assert book.pair("crm/1", "erp/1") == ("same", "birth_date_and_contact")


@pytest.mark.parametrize(
    "spelling",
    ["Jürgen Müller", "JUERGEN MUELLER", "Jurgen Muller", "Juergen Müller", "Müller Jürgen"],
)
def test_umlaut_spellings(book: Book, spelling: str) -> None:
    book.put("crm/1", "Jürgen Müller", email="jm@example.org")
    book.put("shop/1", spelling, email="jm@example.org")
    book.resolve()
    assert book.pair("crm/1", "shop/1") == ("same", "email")


@pytest.mark.parametrize(
    "spelling",
    ["Stefan Weißenberg", "Stephan Weissenberg", "Stephan von Weißenberg", "Steffi Weißenberg"],
)
def test_spellings_of_given_names(book: Book, spelling: str) -> None:
    book.put("crm/1", "Stephan Weißenberg", phone="+4930123456")
    book.put("shop/1", spelling, phone="+4930123456")
    book.resolve()
    assert book.together("crm/1", "shop/1") is (spelling != "Steffi Weißenberg")


def test_nickname_with_the_same_email(book: Book) -> None:
    book.put("crm/1", "Katharina Huber", email="kathi@example.org")
    book.put("shop/1", "Kathi Huber", email="kathi@example.org")
    book.resolve()
    assert book.together("crm/1", "shop/1")


def test_slip_in_the_given_name(book: Book) -> None:
    book.put("crm/1", "Michael Lang", email="ml@example.org")
    book.put("shop/1", "Micheal Lang", email="ml@example.org")
    book.put("pos/1", "Gerda Brandt", phone="+4930123456")
    book.put("erp/1", "Gera Brandt", phone="+4930123456")
    book.put("erp/2", "Otto Brandt", phone="+4930123456")
    book.resolve()
    assert book.together("crm/1", "shop/1")
    assert book.pair("pos/1", "erp/1") == ("review", "given_name_in_doubt")


def test_father_and_son_with_birth_dates(book: Book) -> None:
    book.put("crm/1", "Karl Huber", at="80331 tal 3", birth_date="1951-03-04", phone="+4989123456")
    book.put("crm/2", "Karl Huber", at="80331 tal 3", birth_date="1979-09-12", phone="+4989123456")
    book.resolve()
    assert not book.together("crm/1", "crm/2")
    assert book.pair("crm/1", "crm/2") == ("apart", "other_birth_date")


def test_father_and_son_by_suffix(book: Book) -> None:
    book.put("crm/1", "Karl Huber", at="80331 tal 3", suffix="sen.")
    book.put("crm/2", "Karl Huber", at="80331 tal 3", suffix="jun.")
    book.put("shop/1", "Karl Huber", at="80331 tal 3")
    book.resolve()
    assert len(book.groups()) == 3
    assert book.pair("crm/1", "crm/2") == ("apart", "other_suffix")
    assert book.pair("crm/1", "shop/1") == ("review", "suffix_on_one_side")


def test_one_name_at_one_address(book: Book) -> None:
    book.put("crm/1", "Karl Huber", at="80331 tal 3")
    book.put("shop/1", "Karl Huber", at="80331 tal 3", email="karl@example.org")
    book.resolve()
    assert book.pair("crm/1", "shop/1") == ("same", "name_and_address")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"email": "karl@example.org"}, {"email": "kh@example.net"}),
        ({"email": "karl.huber@example.org"}, {"email": "karl.huber@example.net"}),
        ({"phone": "+491701111111"}, {"phone": "+491702222222"}),
        ({"customer_number": "1"}, {"customer_number": "2"}),
        ({"salutation": "herr"}, {"salutation": "frau"}),
    ],
)
def test_one_name_at_one_address_with_something_against_it(
    book: Book, one: dict[str, str], other: dict[str, str]
) -> None:
    book.put("crm/1", "Karl Huber", at="80331 tal 3", **one)
    book.put("erp/1", "Karl Huber", at="80331 tal 3", **other)
    book.resolve()
    assert book.pair("crm/1", "erp/1") == ("review", "namesakes_at_one_address")


def test_email_without_a_name_goes_to_review(book: Book) -> None:
    book.put("crm/1", "Anna Keller", email="anna@example.org")
    book.put("news/1", email="anna@example.org")
    book.put("news/2", email="anna@example.org", salutation="frau")
    book.resolve()
    assert len(book.groups()) == 3
    assert book.pair("crm/1", "news/1") == ("review", "name_missing")


def test_email_without_a_name_but_the_same_number(book: Book) -> None:
    book.put("crm/1", "Anna Keller", email="anna@example.org", customer_number="77")
    book.put("erp/1", email="anna@example.org", customer_number="77")
    book.resolve()
    assert book.pair("crm/1", "erp/1") == ("same", "customer_number")


def test_number_of_a_system_that_shares_none(book: Book) -> None:
    book.put("crm/1", "Anna Keller", customer_number="4711")
    book.put("shop/1", "Anna Keller", customer_number="4711")
    book.resolve()
    assert not book.together("crm/1", "shop/1")


def test_number_with_another_name_goes_to_review(book: Book) -> None:
    book.put("crm/1", "Anna Keller", customer_number="4711")
    book.put("erp/1", "Bernd Wolf", customer_number="4711")
    book.resolve()
    assert book.pair("crm/1", "erp/1") == ("review", "number_of_another")
    assert not book.together("crm/1", "erp/1")


def test_ambiguous_record_goes_to_review_never_to_the_first_hit(book: Book) -> None:
    book.put("crm/1", "Karl Huber", email="huber@example.org", birth_date="1951-03-04")
    book.put("crm/2", "Karl Huber", phone="+4989123456", birth_date="1979-09-12")
    book.put("shop/1", "Karl Huber", email="huber@example.org", phone="+4989123456")
    book.resolve()
    assert len(book.groups()) == 3
    assert book.pair("shop/1", "crm/1") == ("review", "fits_two")
    assert book.pair("shop/1", "crm/2") == ("review", "fits_two")


def test_conflict_through_a_third_record(book: Book) -> None:
    book.put("crm/1", "Karl Huber", customer_number="1", birth_date="1951-03-04")
    book.put("erp/1", "Karl Huber", customer_number="1", email="huber@example.org")
    book.put("shop/1", "Karl Huber", email="huber@example.org", birth_date="1979-09-12")
    book.resolve()
    assert book.together("crm/1", "erp/1")
    assert not book.together("erp/1", "shop/1")
    assert book.pair("erp/1", "shop/1") == ("review", "third_record")


def test_long_chain_with_clashing_ends_is_cut(book: Book) -> None:
    book.put("a/1", "Karl Huber", email="x@example.org", birth_date="1951-03-04")
    book.put("b/1", "Karl Huber", email="x@example.org y@example.org")
    book.put("c/1", "Karl Huber", email="y@example.org z@example.org")
    book.put("d/1", "Karl Huber", email="z@example.org", birth_date="1979-09-12")
    book.resolve()
    assert not book.together("a/1", "d/1")
    assert ("review", "fits_two") in book.pairs().values()


def test_controllers_are_never_linked(book: Book) -> None:
    book.put("crm/1", "Anna Keller", email="anna@example.org", controller="Muster GmbH")
    book.put("shop/1", "Anna Keller", email="anna@example.org", controller="Andere AG")
    book.resolve()
    assert not book.together("crm/1", "shop/1")
    assert book.pairs() == {}


def test_forty_guest_orders_of_one_person(book: Book) -> None:
    for place in range(40):
        book.put(f"shop/{place:02}", "Eva Lorenz", email="eva@example.org", guest=True)
    book.put("crm/1", "Eva Lorenz", email="eva@example.org")
    book.resolve()
    assert len(book.groups()) == 1
    assert len(book.pairs()) == 40


def test_birth_dates_that_mean_unknown(book: Book) -> None:
    book.put("crm/1", "Ali Demir", birth_date="1900-01-01")
    book.put("erp/1", "Ali Demir", birth_date="1900-01-01")
    book.put("crm/2", "Omar Haddad", birth_date="1990-01-01")
    book.put("erp/2", "Omar Haddad", birth_date="1990-01-01")
    book.resolve()
    assert len(book.groups()) == 4
    assert book.pairs() == {frozenset({"crm/2", "erp/2"}): ("review", "new_year_birth")}


def test_swapped_day_and_month(book: Book) -> None:
    book.put("crm/1", "Anna Keller", email="anna@example.org", birth_date="1980-05-03")
    book.put("shop/1", "Anna Keller", email="anna@example.org", birth_date="1980-03-05")
    book.put("pos/1", "Ute Wolf", at="80331 tal 3", birth_date="1980-05-03")
    book.put("erp/1", "Uta Wolf", at="80331 tal 3", birth_date="1980-03-05")
    book.resolve()
    assert book.pair("crm/1", "shop/1") == ("same", "email")
    assert not book.together("pos/1", "erp/1")


def test_many_of_whom_nothing_is_known_are_many(book: Book) -> None:
    for place in range(30):
        book.put(f"pos/{place}")
        book.put(f"erp/{place}", "Max Mustermann")
    book.resolve()
    assert len(book.groups()) == 60
    assert book.pairs() == {}
