"""Whatever happens, an id stays with its people: never given to others, back after an unmerge."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from crmsync.identity import undo
from crmsync.identity.read import customer_of
from tests.identity.test_invariance import SETTINGS, books, decide, decided, people, refs, write

Book = Any
WORDS = {"by": "JB", "at": "2026-11-22T10:00:00Z"}
steps = st.lists(
    st.tuples(refs, people | st.none() | st.sampled_from(["same", "apart", "review"]), refs),
    min_size=1, max_size=12,
)  # fmt: skip


def ids(book: Book) -> dict[str, str]:
    """The customer of every source customer that is there."""
    found = {short: book.customer(short) for short in book.ids}
    return {short: name for short, name in found.items() if name is not None}


def step(book: Book, told: dict[str, Any], one: Any) -> None:
    """A record comes, changes, goes, or a human decides on two."""
    ref, what, other = one
    if isinstance(what, dict):
        told[ref] = what
        write(book, ref, what)
    elif what is None:
        if told.pop(ref, None) is not None:
            book.withdraw(ref)
    elif ref in told and other in told:
        decide(book, told, [(ref, other, what, "2026-11-21T09:00:00Z")])


@SETTINGS
@given(books, steps)
def test_an_id_is_never_given_to_somebody_else(
    new_book: Callable[[], Book], first: dict[str, Any], later: Any
) -> None:
    book, told = new_book(), dict(first)
    ever: dict[str, set[str]] = defaultdict(set)
    for ref, person in first.items():
        write(book, ref, person)
    for one in [None, *later]:
        if one is not None:
            step(book, told, one)
        book.resolve()
        members: dict[str, set[str]] = defaultdict(set)
        for ref, name in ids(book).items():
            members[name].add(ref)
        for name, group in members.items():
            assert not ever[name] or group & ever[name]
            ever[name] |= group
        with book.store.read() as work:
            for name in ever:
                assert (book.state(name)[0] == "alive") == (name in members)
                assert customer_of(work, name) is not None


@SETTINGS
@given(books, decided, st.data())
def test_a_merge_by_hand_and_its_undoing_are_nothing(
    new_book: Callable[[], Book], told: dict[str, Any], decisions: Any, data: st.DataObject
) -> None:
    book = new_book()
    for ref in data.draw(st.permutations(sorted(told))):
        write(book, ref, told[ref])
        if data.draw(st.booleans()):
            book.resolve()
    decide(book, told, decisions)
    book.resolve()
    before = ids(book), book.pairs()
    two = [(a, b) for a in told for b in told if a < b and before[0][a] != before[0][b]
           and told[a]["controller"] == told[b]["controller"]]  # fmt: skip
    assume(two)
    a, b = data.draw(st.sampled_from(two))
    book.decide(a, b, "same", at="9")
    book.resolve()
    assume(book.together(a, b))
    with book.store.work() as work:
        found = undo.merge_between(work, book.ref(a), book.ref(b))
        undo.take_back(work, found, **WORDS)
    book.resolve()
    assert (ids(book), book.pairs()) == before
    assert {book.state(name) for name in before[0].values()} == {("alive", None)}


@SETTINGS
@given(books, books, st.data())
def test_who_came_in_between_is_where_he_would_be_without_the_merge(
    new_book: Callable[[], Book], told: dict[str, Any], later: dict[str, Any], data: st.DataObject
) -> None:
    book, other = new_book(), new_book()
    for one in (book, other):
        for ref in sorted(told):
            write(one, ref, told[ref])
        one.resolve()
    homes, before = ids(book), book.groups()
    two = [(a, b) for a in told for b in told if a < b and homes[a] != homes[b]
           and told[a]["controller"] == told[b]["controller"]]  # fmt: skip
    assume(two)
    a, b = data.draw(st.sampled_from(two))
    book.decide(a, b, "same", at="9")
    book.resolve()
    for one in (book, other):
        for ref in sorted(later.keys() - told.keys()):
            write(one, ref, later[ref])
        one.resolve()
    assume(book.together(a, b) and not other.together(a, b))
    known = {frozenset(group & told.keys()) for group in other.groups()} - {frozenset()}
    assume(known == before)  # where what came splits a customer, each half may have kept the id
    with book.store.work() as work:
        undo.take_back(work, undo.merge_between(work, book.ref(a), book.ref(b)), **WORDS)
    book.resolve()
    assert (book.groups(), book.pairs()) == (other.groups(), other.pairs())
    found, expected = ids(book), ids(other)
    assert {ref: found[ref] for ref in told} == {ref: expected[ref] for ref in told}
