"""Draws from lists whose first values come most often, as names and towns do."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Draw(Generic[Value]):
    """Values by the law of Zipf and Mandelbrot: the k-th has the weight 1 / (k + flat).

    The larger `flat`, the less the first ones stand out.
    """

    def __init__(self, values: Sequence[Value], flat: float) -> None:
        self.values = values
        self._sums = list(accumulate(1 / (place + flat) for place in range(1, len(values) + 1)))

    def __call__(self, noise: Random) -> Value:
        """One of them."""
        return self.values[bisect(self._sums, noise.random() * self._sums[-1])]


def words(text: str) -> list[str]:
    """The words of a text: long lists of names are read more easily so."""
    return text.split()
