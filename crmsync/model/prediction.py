"""What is expected of a customer, as it is stored and shown."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prediction:
    """The outlook of one customer from the day `as_of` on; docs/explanation/predictions.md.

    `orders_90` and `orders_365` are expected days with a purchase, `chance_90` and `chance_365`
    (0 to 1) the probability of at least one, `value_90` and `value_365` the expected net revenue
    in minor units of `currency`. `next_on` is the day until which he has come with an even chance,
    None where that is over a year away; `overdue_since` the day that was to be expected when he
    last bought, where it is past. `model`, its `version` and the days `trained_from` to
    `trained_to` with `n` customers say what it rests on; `reasons` why it is but a plain rate,
    where it is.
    """

    as_of: str
    currency: str
    orders_90: float
    orders_365: float
    chance_90: float
    chance_365: float
    value_90: int
    value_365: int
    next_on: str | None
    overdue_since: str | None
    model: str
    version: int
    trained_from: str
    trained_to: str
    n: int
    reasons: tuple[str, ...] = ()
