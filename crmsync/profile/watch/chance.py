"""How likely it is that chance alone made so many cases meet, with a correction for many tests."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, inf, lgamma


def by_chance(cases: int, drawn: int, marked: int, among: int) -> float:
    """The probability of `cases` or more marked ones among `drawn` of `among`.

    The upper tail of the hypergeometric distribution: Fisher's exact test, one-sided (R. A.
    Fisher, The Design of Experiments, 1935). 0 to 1.
    """
    least, most = max(0, drawn + marked - among), min(drawn, marked)
    if cases <= least:
        return 1.0
    if cases > most:
        return 0.0
    if cases * among <= drawn * marked:  # no more than expected: the other end is the short one
        return 1 - by_chance(drawn - cases + 1, drawn, among - marked, among)
    return min(_tail(cases, most, drawn, marked, among), 1.0)


def _tail(cases: int, most: int, drawn: int, marked: int, among: int) -> float:
    term = exp(_log_term(cases, drawn, marked, among))
    total = term
    for count in range(cases, most):
        rest = among - marked - drawn + count + 1
        term *= (drawn - count) * (marked - count) / ((count + 1) * rest)
        total += term
        if term < total * 1e-12:
            break
    return total


def _log_term(cases: int, drawn: int, marked: int, among: int) -> float:
    ways = _log_choose(marked, cases) + _log_choose(among - marked, drawn - cases)
    return ways - _log_choose(among, drawn)


def _log_choose(among: int, taken: int) -> float:
    if taken < 0 or taken > among:
        return -inf
    return lgamma(among + 1) - lgamma(taken + 1) - lgamma(among - taken + 1)


def false_share(chances: Sequence[float], tests: int) -> list[float]:
    """For each of these chances the share of false findings among it and all smaller ones.

    Benjamini and Hochberg, J. R. Statist. Soc. B 57 (1995) 289: chance times tests by rank, never
    below that of a smaller chance. `tests` counts all that were made, also those whose chance is
    not listed because it could not be small.
    """
    order = sorted(range(len(chances)), key=chances.__getitem__, reverse=True)
    shares, least = [1.0] * len(chances), 1.0
    for rank, at in zip(range(len(chances), 0, -1), order, strict=True):
        least = min(least, chances[at] * tests / rank)
        shares[at] = least
    return shares
