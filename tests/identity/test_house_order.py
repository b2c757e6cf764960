"""With rules of the house too the result is a function of the data, not of order and batches."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crmsync.model.pair import OVERRULED, PairRule, SourcePair
from tests.identity.test_house import (
    CARD,
    STRONG,
    Say,
    again,
    asking,
    card,
    staff,
    vaduz,
)  # fmt: skip
from tests.identity.test_invariance import (
    SETTINGS,
    Book,
    anybody,
    crowd,
    decide,
    decided,
    refs,
    small_limits,
    write,
)  # fmt: skip

__all__ = ["small_limits"]

SHOPS = PairRule("shops", "apart", de="zwei Häuser", en="two houses")
MAYBE = PairRule("maybe", "same", de="gilt als einer", en="held for one", against=OVERRULED)


def shops(pair: SourcePair) -> PairRule | None:
    """Never joins records of two systems, which compare equal."""
    return SHOPS if {pair.a.connection, pair.b.connection} == {"crm", "shop"} else None


def maybe(pair: SourcePair) -> PairRule | None:
    """Hangs on what is held of the two alone."""
    return MAYBE if pair.band == "review" or "given_name" in pair.differ else None


rules = st.lists(
    st.sampled_from([staff, vaduz, card(CARD), card(STRONG), shops, maybe]),
    min_size=1, max_size=3, unique=True,
)  # fmt: skip
seen = st.fixed_dictionaries(
    {
        "marks": st.sampled_from([(), (), ("Mitarbeiter",)]),
        "store": st.sampled_from(["", "", "Vaduz", "Wien"]),
        "loyalty_card": st.sampled_from(["", "", "777777"]),
    }
)
people = st.builds(lambda one, more: {**one, **more}, anybody | crowd, seen)
books = st.dictionaries(refs, people, min_size=2, max_size=9)


@SETTINGS
@given(books, decided, rules, st.data())
def test_order_and_batches_do_not_matter(
    new_book: Callable[[], Book],
    final: dict[str, Any],
    decisions: Any,
    spoken: list[Say],
    data: st.DataObject,
) -> None:
    whole, pieces = new_book(), new_book()
    whole.ask = pieces.ask = asking(*spoken)
    for ref in sorted(final):
        write(whole, ref, final[ref])
    decide(whole, final, decisions)
    whole.resolve()
    late = data.draw(st.sets(st.sampled_from(sorted(final)), max_size=3))
    gone = data.draw(st.sampled_from(sorted(final)))
    for ref in data.draw(st.permutations(sorted(final))):
        write(pieces, ref, data.draw(people) if ref in late else final[ref])
        if data.draw(st.booleans()):
            pieces.resolve(batch=data.draw(st.integers(1, 4)))
    pieces.resolve(batch=data.draw(st.integers(1, 4)))
    pieces.withdraw(gone)
    pieces.resolve()
    for ref in data.draw(st.permutations(sorted({*late, gone}))):
        write(pieces, ref, final[ref])
        pieces.resolve()
    decide(pieces, final, decisions)
    pieces.resolve(batch=data.draw(st.integers(1, 4)))
    assert pieces.groups() == whole.groups()
    assert pieces.pairs() == whole.pairs()


@SETTINGS
@given(books, decided, rules)
def test_nobody_shares_a_customer_whom_a_rule_keeps_apart(
    new_book: Callable[[], Book], final: dict[str, Any], decisions: Any, spoken: list[Say]
) -> None:
    book = new_book()
    book.ask = asking(*spoken)
    for ref, person in final.items():
        write(book, ref, person)
    made = decide(book, final, decisions)
    book.resolve()
    for group in book.groups():
        assert len({final[ref]["controller"] for ref in group}) == 1
        if "same" in made.values():
            continue
        marks = {final[ref].get("marks") for ref in group}
        assert staff not in spoken[:1] or len(marks) == 1
        stores = {final[ref].get("store") for ref in group}
        assert vaduz not in spoken[:1] or len(group) == 1 or "Vaduz" not in stores


@SETTINGS
@given(books, rules)
def test_a_plugin_that_comes_and_goes_leaves_nothing(
    new_book: Callable[[], Book], final: dict[str, Any], spoken: list[Say]
) -> None:
    with_it, without = new_book(), new_book()
    for book in (with_it, without):
        for ref, person in final.items():
            write(book, ref, person)
        book.resolve()
    again(with_it, asking(*spoken))
    again(with_it, None)
    assert with_it.groups() == without.groups()
    assert with_it.pairs() == without.pairs()
