"""Customers keep their ids: merges leave aliases, splits give new ids, come-backs come home."""

from __future__ import annotations

from typing import Any

from crmsync.identity.read import customer_of
from crmsync.model.ref import Ref
from crmsync.store import Change, links
from crmsync.store.merges import backend_merge

Book = Any


def find(book: Book, name: str | None) -> str | None:
    assert name is not None
    with book.store.read() as work:
        return customer_of(work, name)


def test_a_customer_keeps_its_id_as_it_grows(book: Book) -> None:
    book.put("crm/1", "Anna Keller", email="anna@example.org")
    book.resolve()
    first = book.customer("crm/1")
    book.put("shop/1", "Anna Keller", email="anna@example.org")
    book.resolve()
    assert book.customer("shop/1") == book.customer("crm/1") == first
    assert book.state(first) == ("alive", None)


def test_merge_keeps_the_older_and_leaves_an_alias(book: Book) -> None:
    book.put("crm/1", "Anna Keller", email="anna@example.org")
    book.put("shop/1", "Anna Keller", phone="+4930123456")
    book.resolve()
    older, younger = sorted([book.customer("crm/1"), book.customer("shop/1")])
    book.put("pos/1", "Anna Keller", email="anna@example.org", phone="+4930123456")
    book.logged()
    book.resolve()
    assert book.together("crm/1", "shop/1", "pos/1")
    assert book.customer("crm/1") == older
    assert book.state(younger) == ("merged", older)
    assert find(book, younger) == older
    assert find(book, "shop/customers/1") == older
    assert book.logged() == {older, younger}


def test_the_oldest_wins_a_merge_however_small(book: Book) -> None:
    book.put("crm/1", "Anna Keller", email="anna@example.org")
    book.resolve()
    oldest = book.customer("crm/1")
    book.put("shop/1", "Anna Keller", phone="+4930123456")
    book.put("pos/1", "Anna Keller", phone="+4930123456")
    book.resolve()
    large = book.customer("shop/1")
    book.put("erp/1", "Anna Keller", email="anna@example.org", phone="+4930123456")
    book.resolve()
    assert book.customer("shop/1") == oldest
    assert book.state(large) == ("merged", oldest)


def test_aliases_follow_a_second_merge(book: Book) -> None:
    contacts = [("a@x.example", ""), ("", "+4930111111"), ("b@x.example", "")]
    for place, (email, phone) in enumerate(contacts):
        book.put(f"crm/{place}", "Anna Keller", email=email, phone=phone)
        book.resolve()
    first, second, third = (book.customer(f"crm/{place}") for place in range(3))
    book.put("pos/1", "Anna Keller", email="b@x.example", phone="+4930111111")
    book.resolve()
    assert book.state(third) == ("merged", second)
    book.put("pos/2", "Anna Keller", email="a@x.example", phone="+4930111111")
    book.resolve()
    assert book.state(second) == ("merged", first)
    assert find(book, third) == find(book, second) == first


def test_of_two_customers_that_merge_and_split_each_part_goes_with_its_largest_share(
    book: Book,
) -> None:
    for place in range(3):
        book.put(f"crm/{place}", "Anna Keller", email="anna@example.org")
    book.put("shop/1", "Anna Keller", phone="+4930123456")
    book.resolve()
    anna, other = book.customer("crm/0"), book.customer("shop/1")
    book.put("crm/0", "Anna Keller", phone="+4930123456")
    book.resolve()
    assert book.customer("crm/1") == book.customer("crm/2") == anna
    assert book.customer("crm/0") == book.customer("shop/1") == other


def test_split_gives_a_new_id_to_what_leaves(book: Book) -> None:
    for place in range(3):
        book.put(f"crm/{place}", "Anna Keller", email="anna@example.org")
    book.resolve()
    whole = book.customer("crm/0")
    book.put("crm/0", "Berta Keller", email="anna@example.org")
    book.logged()
    book.resolve()
    assert book.customer("crm/1") == book.customer("crm/2") == whole
    left = book.customer("crm/0")
    assert left != whole
    assert book.state(whole) == book.state(left) == ("alive", None)
    assert book.logged() == {whole, left}


def test_come_back(book: Book) -> None:
    book.put("crm/1", "Anna Keller", email="anna@example.org")
    book.resolve()
    home = book.customer("crm/1")
    book.withdraw("crm/1")
    book.resolve()
    assert book.customer("crm/1") is None
    assert book.state(home) == ("gone", None)
    assert find(book, home) == home
    book.put("crm/1", "Anna Keller", email="anna@example.org")
    book.resolve()
    assert book.customer("crm/1") == home
    assert book.state(home) == ("alive", None)
    assert book.events() == [("crm/1", None, home), ("crm/1", home, None), ("crm/1", None, home)]


def test_come_back_finds_its_customer_with_others(book: Book) -> None:
    book.put("crm/1", "Anna Keller", email="anna@example.org")
    book.put("shop/1", "Anna Keller", email="anna@example.org")
    book.resolve()
    home = book.customer("crm/1")
    book.withdraw("crm/1")
    book.resolve()
    book.put("crm/1", "Berta Wolf", email="berta@example.org")
    book.resolve()
    assert book.customer("shop/1") == home
    assert book.customer("crm/1") not in (home, None)


def test_come_back_to_somebody_elses_customer_leaves_an_alias(book: Book) -> None:
    book.put("crm/1", "Anna Keller", email="anna@example.org")
    book.resolve()
    former = book.customer("crm/1")
    book.withdraw("crm/1")
    book.put("shop/1", "Anna Keller", email="anna@example.org")
    book.resolve()
    present = book.customer("shop/1")
    book.put("crm/1", "Anna Keller", email="anna@example.org")
    book.resolve()
    assert book.customer("crm/1") == present
    assert book.state(former) == ("merged", present)


def test_a_merge_in_the_backend_keeps_the_losers_customer_as_alias(book: Book) -> None:
    book.put("crm/1", "Anna Keller", email="anna@example.org")
    book.put("crm/2", "A. Wolf", phone="+4930123456")
    book.resolve()
    winner, loser = book.customer("crm/1"), book.customer("crm/2")
    with book.store.work() as work:
        backend_merge(work, book.ref("crm/2"), book.ref("crm/1"))
    book.withdraw("crm/2")
    book.resolve()
    assert book.customer("crm/1") == winner
    assert book.state(loser) == ("merged", winner)


def test_a_change_of_content_is_logged_and_repeating_writes_nothing(book: Book) -> None:
    book.put("crm/1", "Anna Keller", email="anna@example.org")
    book.resolve()
    book.logged()
    book.put("crm/1", "Anna Keller", email="anna@example.org", language="tr")
    book.resolve()
    assert book.logged() == {book.customer("crm/1")}
    events = book.events()
    with book.store.work() as work:
        counts = book.take(work, [Change(1, "source", book.ids["crm/1"], None)])
    assert counts["kept"] == 1
    assert book.events() == events


def test_counts_say_what_became_of_each_change(book: Book) -> None:
    book.put("crm/1", "Anna Keller", email="anna@example.org")
    assert book.resolve()["new"] == 1
    book.put("shop/1", "Anna Keller", email="anna@example.org")
    assert book.resolve()["joined"] == 1
    book.put("shop/1", "Berta Keller", email="anna@example.org")
    assert book.resolve()["moved"] == 1
    book.withdraw("shop/1")
    assert book.resolve()["withdrawn"] == 1


def test_a_customer_never_changes_its_controller(book: Book) -> None:
    book.put("crm/1", "Anna Keller", email="anna@example.org", controller="Muster GmbH")
    book.resolve()
    first = book.customer("crm/1")
    book.put("crm/1", "Anna Keller", email="anna@example.org", controller="Andere AG")
    book.resolve()
    assert book.customer("crm/1") != first
    assert book.state(first) == ("gone", None)


def test_an_unknown_name_is_nobody(book: Book) -> None:
    with book.store.read() as work:
        assert customer_of(work, "019abc") is None
        assert customer_of(work, str(Ref("crm", "customers", "9"))) is None
        assert links.links_of(work, []) == {}


def test_who_is_withdrawn_but_not_taken_yet_is_left_out(book: Book) -> None:
    book.put("crm/0", "", email="anna@example.org")
    book.put("erp/1", "", email="anna@example.org")
    book.resolve()
    book.put("erp/1", "Anna Keller", email="anna@example.org")
    book.withdraw("crm/0")
    book.resolve(batch=1)
    assert book.customer("crm/0") is None
    assert book.state(book.customer("erp/1")) == ("alive", None)


def test_records_of_equal_content_stand_together_whoever_is_compared(book: Book) -> None:
    mail = {"email": "a@x.example"}
    book.put("crm/1", "", **mail)
    book.put("crm/2", "Karl Maier")
    book.put("erp/0", "", customer_number="1")
    book.put("erp/1", "K. Huber", customer_number="1", **mail)
    book.put("erp/2", "Karl Huber", **mail)
    book.put("shop/0", "Karl Maier", **mail)
    book.put("shop/1", "Karl Huber", **mail)
    book.put("shop/2", "", **mail)
    book.resolve()
    assert book.together("erp/2", "shop/1")
    book.decide("crm/2", "erp/0", "same")
    book.resolve()
    assert book.together("crm/2", "erp/0")
    assert book.together("erp/2", "shop/1")
