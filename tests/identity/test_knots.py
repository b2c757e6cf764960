"""How a knot is cut: the heaviest bond first, nobody given to the first of two that fit as well."""

from __future__ import annotations

from crmsync.identity.knots import DECIDED, MARGIN, NUMBERED, OTHER, Cut, Edge, cut

CLASH = {(0, 2)}
"""The first and the third cannot be one person."""


def settle(*edges: Edge, apart: frozenset[tuple[int, int]] = frozenset()) -> Cut:
    """Three members, of whom two clash."""

    def clashes(a: int, b: int) -> bool:
        return (min(a, b), max(a, b)) in CLASH | apart

    def parted(a: int, b: int) -> bool:
        return (min(a, b), max(a, b)) in apart

    return cut(3, edges, clashes, parted)


def groups(found: Cut) -> set[frozenset[int]]:
    return {frozenset(unit) for unit in found.units}


def test_who_fits_two_as_well_is_given_to_neither() -> None:
    found = settle(Edge(OTHER, 100, 0, 1), Edge(OTHER, 101 - MARGIN, 1, 2))
    assert groups(found) == {frozenset({0}), frozenset({1}), frozenset({2})}
    assert found.isolated == {1}


def test_who_fits_one_much_better_is_given_to_him() -> None:
    for edges in ((0, 1, 1, 2), (1, 2, 0, 1)):
        found = settle(Edge(OTHER, 100, *edges[:2]), Edge(OTHER, 100 - MARGIN, *edges[2:]))
        assert frozenset(edges[:2]) in groups(found)
        assert found.isolated == set()


def test_a_number_binds_before_any_weight() -> None:
    found = settle(Edge(NUMBERED, 10, 0, 1), Edge(OTHER, 500, 1, 2))
    assert groups(found) == {frozenset({0, 1}), frozenset({2})}
    assert found.isolated == set()


def test_a_decision_binds_whatever_clashes_and_the_newer_stands() -> None:
    found = settle(Edge(DECIDED, 0, 0, 1), Edge(DECIDED, 1, 1, 2))
    assert groups(found) == {frozenset({0, 1, 2})}
    both = Edge(DECIDED, 0, 0, 1), Edge(DECIDED, 1, 1, 2)
    found = settle(*both, apart=frozenset({(0, 2)}))
    assert groups(found) == {frozenset({0}), frozenset({1, 2})}
    assert found.decided.clash(0, 1, lambda a, b: (min(a, b), max(a, b)) == (0, 2))


def test_what_does_not_clash_is_joined() -> None:
    assert groups(settle(Edge(OTHER, 5, 0, 1))) == {frozenset({0, 1}), frozenset({2})}
    assert groups(settle(Edge(OTHER, 5, 1, 2))) == {frozenset({0}), frozenset({1, 2})}
