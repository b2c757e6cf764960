"""Rules of the house: above the evidence, below what was decided, whoever came first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from crmsync.errors import PluginError
from crmsync.identity import cluster, house, read
from crmsync.identity.explain import explain
from crmsync.identity.queue import queue
from crmsync.identity.resolve import refresh
from crmsync.model.pair import OVERRULED, PairRule, SourcePair
from crmsync.store.merges import BACKEND
from tests.identity.conftest import NUMBERS

Book = Any
Say = Callable[[SourcePair], PairRule | None]

STAFF = PairRule("staff", "apart", de="nur einer ist Mitarbeiter", en="only one of them is staff")
VADUZ = PairRule("vaduz", "review", de="jemand aus Vaduz", en="somebody from Vaduz")
CARD = PairRule("card", "same", de="die Karte entscheidet", en="the card decides")
STRONG = PairRule("card", "same", de="die Karte entscheidet", en="it decides", against=OVERRULED)


def staff(pair: SourcePair) -> PairRule | None:
    marked = ["Mitarbeiter" in one.customer.marks for one in (pair.a, pair.b)]
    return STAFF if len(set(marked)) == 2 else None


def vaduz(pair: SourcePair) -> PairRule | None:
    return VADUZ if "Vaduz" in (pair.a.customer.store, pair.b.customer.store) else None


def card(rule: PairRule) -> Say:
    def say(pair: SourcePair) -> PairRule | None:
        one, other = pair.a.customer.loyalty_card, pair.b.customer.loyalty_card
        return rule if one and one == other else None

    return say


def asking(*rules: Say) -> house.Ask:
    """A plugin with these rules, of which the first that says something counts."""

    def ask(pairs: Sequence[SourcePair]) -> list[PairRule | None]:
        return [next((told for one in rules if (told := one(pair))), None) for pair in pairs]

    return ask


def two(book: Book, **of_one: Any) -> None:
    """Two records of one person by all evidence."""
    book.put("crm/1", "Karl Huber", email="a@x.example")
    book.put("shop/1", "Karl Huber", email="a@x.example", **of_one)


def test_without_a_rule_that_speaks_the_evidence_decides(book: Book) -> None:
    book.ask = asking(staff)
    two(book)
    book.resolve()
    assert book.pair("crm/1", "shop/1") == ("same", "email")


def test_records_that_compare_equal_are_kept_apart_by_what_only_a_rule_sees(book: Book) -> None:
    book.ask = asking(staff)
    two(book, marks=("Mitarbeiter",))
    book.resolve()
    assert book.pair("crm/1", "shop/1") == ("apart", "house:staff")
    assert not book.together("crm/1", "shop/1")
    two(book)
    book.resolve()
    assert book.together("crm/1", "shop/1")
    two(book, marks=("Mitarbeiter",))
    book.resolve()
    assert not book.together("crm/1", "shop/1")


@pytest.mark.parametrize("whole", [cluster.WHOLE, 1])
def test_no_third_record_joins_whom_a_rule_keeps_apart(
    book: Book, whole: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "WHOLE", whole)
    book.ask = asking(staff)
    book.put("crm/1", "Karl Huber", phone="+491701111111", birth_date="1951-03-04")
    book.put("shop/1", "Karl Huber", email="a@x.example", marks=("Mitarbeiter",))
    book.resolve()
    book.put("erp/1", "Karl Huber", phone="+491701111111", email="a@x.example",
             birth_date="1951-03-04")  # fmt: skip
    book.resolve()
    assert not book.together("crm/1", "shop/1")


def test_forty_orders_of_one_guest_stay_one_unless_a_rule_asks(book: Book) -> None:
    book.ask = asking(vaduz)
    for number in range(40):
        book.put(f"shop/{number}", "Karl Huber", email="a@x.example")
        book.put(f"erp/{number}", "Anna Wolf", email="b@x.example", store="Vaduz")
    book.resolve()
    assert book.together(*(f"shop/{number}" for number in range(40)))
    assert not book.together("erp/0", "erp/1")
    assert book.pair("erp/0", "erp/1") == ("review", "house:vaduz")


def test_a_rule_joins_what_waits_for_a_human(book: Book) -> None:
    for ref, email in (("crm/1", "a@x.example"), ("shop/1", "b@y.example")):
        book.put(ref, "Karl Huber", email=email, at="80331 tal 3", loyalty_card="777777")
    book.put("pos/1", "", loyalty_card="777777")
    book.ask = asking(card(CARD))
    book.resolve()
    assert book.together("crm/1", "shop/1", "pos/1")
    assert book.pair("crm/1", "pos/1") == ("same", "house:card")


def test_against_another_given_name_only_a_rule_that_names_it_joins(book: Book) -> None:
    book.put("crm/1", "Karl Huber", loyalty_card="777777")
    book.put("shop/1", "Anna Huber", loyalty_card="777777")
    book.ask = asking(card(CARD))
    book.resolve()
    assert book.pair("crm/1", "shop/1") == ("review", "house:card")
    with book.store.read() as work:
        said = explain(work, book.ref("crm/1"), book.ref("shop/1"), numbers=NUMBERS)
    assert "Regel: die Karte entscheidet; andere Angaben sprechen dagegen." in said.de
    again(book, asking(card(STRONG)))
    assert book.pair("crm/1", "shop/1") == ("same", "house:card")
    assert book.together("crm/1", "shop/1")


@pytest.mark.parametrize(
    "facts",
    [{"birth_date": "1979-09-12"}, {"suffix": "jun."}, {"company": "Huber GmbH", "kind": "firm"}],
)
def test_what_no_rule_overrules(book: Book, facts: dict[str, Any]) -> None:
    book.ask = asking(card(STRONG))
    book.put("crm/1", "Karl Huber", loyalty_card="777777", birth_date="1951-03-04", suffix="sen.")
    book.put("shop/1", "Karl Huber", loyalty_card="777777", **facts)
    book.resolve()
    assert not book.together("crm/1", "shop/1")
    assert book.pair("crm/1", "shop/1") == ("review", "house:card")


def test_two_controllers_are_never_asked_about(book: Book) -> None:
    asked: list[SourcePair] = []

    def everybody(pairs: Sequence[SourcePair]) -> list[PairRule | None]:
        asked.extend(pairs)
        return [STRONG] * len(pairs)

    book.ask = everybody
    book.put("crm/1", "Karl Huber", loyalty_card="777777", controller="Muster")
    book.put("shop/1", "Karl Huber", loyalty_card="777777", controller="Andere")
    book.resolve()
    with book.store.read() as work:
        found = explain(work, book.ref("crm/1"), book.ref("shop/1"), numbers=NUMBERS, ask=everybody)
    assert found.verdict.rule == "other_controller"
    assert asked == []
    assert not book.together("crm/1", "shop/1")


def test_a_human_stands_above_every_rule(book: Book) -> None:
    book.ask = asking(staff, card(STRONG))
    two(book, marks=("Mitarbeiter",))
    for ref in ("crm/2", "shop/2"):
        book.put(ref, "Anna Wolf", loyalty_card="777777")
    book.resolve()
    assert (book.together("crm/1", "shop/1"), book.together("crm/2", "shop/2")) == (False, True)
    book.decide("crm/1", "shop/1", "same")
    book.decide("crm/2", "shop/2", "apart")
    book.resolve()
    assert (book.together("crm/1", "shop/1"), book.together("crm/2", "shop/2")) == (True, False)
    assert book.pair("crm/1", "shop/1") == ("same", "human")
    assert book.pair("crm/2", "shop/2") == ("apart", "human")
    book.decide("crm/1", "shop/1", "review", at="2026-11-22T09:00:00Z")
    book.resolve()
    assert book.pair("crm/1", "shop/1") == ("apart", "house:staff")


def test_what_a_backend_merged_stands_above_every_rule(book: Book) -> None:
    book.ask = asking(staff)
    two(book, marks=("Mitarbeiter",))
    with book.store.work() as work:
        read.decide(work, book.ref("crm/1"), book.ref("shop/1"), "same", by=f"{BACKEND}crm",
                    at="2026-11-21T09:00:00Z")  # fmt: skip
    book.resolve()
    assert book.pair("crm/1", "shop/1") == ("same", "backend_merge")


def test_the_queue_names_the_rule_in_both_languages(book: Book) -> None:
    book.ask = asking(vaduz)
    two(book, store="Vaduz")
    book.resolve()
    with book.store.read() as work:
        (waiting,) = queue(work, rule="house:vaduz")
    assert waiting.review.said == (VADUZ.de, VADUZ.en)


def again(book: Book, ask: house.Ask | None) -> None:
    """Another plugin: everybody is compared anew."""
    book.ask = ask
    with book.store.work() as work:
        refresh(work)
    book.resolve()


def test_with_another_plugin_everybody_is_compared_anew(book: Book) -> None:
    two(book, marks=("Mitarbeiter",))
    book.resolve()
    before = book.pairs(), book.groups()
    again(book, asking(staff))
    assert not book.together("crm/1", "shop/1")
    again(book, None)
    assert (book.pairs(), book.groups()) == before


def test_what_a_rule_is_told_hangs_on_the_two_alone(book: Book) -> None:
    """Whether a mailbox is one person's or a family's does not change what a rule is asked."""
    asked: list[SourcePair] = []

    def nothing(pairs: Sequence[SourcePair]) -> list[PairRule | None]:
        asked.extend(pairs)
        return [None] * len(pairs)

    book.ask = nothing
    two(book, changed_at="2026-01-01T00:00:00Z")
    book.resolve()
    before = list(asked)
    asked.clear()
    book.put("erp/1", "Anna Huber", email="a@x.example")
    book.resolve()
    assert before == [one for one in asked if one.a.customer == one.b.customer]
    assert {one.a.customer.changed_at + one.b.customer.changed_at for one in before} == {""}
    assert before[0].agree == {"email", "family_name", "given_name"}
    assert (before[0].band, before[0].rule) == ("same", "email")


def test_too_many_rules_are_refused(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house, "MOST_RULES", 0)
    book.ask = asking(vaduz)
    two(book, store="Vaduz")
    with pytest.raises(PluginError, match="more than 0 different rules"):
        book.resolve()
    assert book.pairs() == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Zwei Worte"}, {"band": "together"}, {"de": ""}, {"en": "a\nb"}, {"en": "a" * 201},
        {"against": ("other_birth_date",)}, {"against": "other_given_name"},
        {"band": "apart", "against": ("other_given_name",)},
    ],
)  # fmt: skip
def test_a_rule_is_checked_where_it_is_made(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="rule"):
        PairRule(**{"name": "x", "band": "same", "de": "x", "en": "x", **wrong})
