"""What a customer brings and what he costs, beside others of his class, as stored and shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["even", "more", "less", "unknown"]
"""How a customer is treated, against others of his class: see `CustomerValue.verdict`."""


@dataclass(frozen=True, slots=True)
class CustomerValue:
    """Both sides of one customer, over the 365 days up to `as_of`; docs/explanation/value.md.

    Money is integer minor units of `currency`, without tax. He brings `revenue_net` (less what
    came back), of it the contribution margin `margin` (None where too little is known of costs),
    `predicted_365` more in the next 365 days (None without a prediction), and his `marks`.
    `costed` is the share of his goods, per thousand by net price, whose cost was told.

    He costs `discount`, and `handling` of `returned_lines`, `contacts` and `deliveries` at the
    rates of the table [value]; `cost_to_serve` is both, `serve_rate` its share per thousand of what
    he would have paid without discount (None where he kept nothing). `contribution` is `margin`
    less `handling`: discount has lowered the revenue already.

    `brings_rank`, `serve_rank` and `privileges_rank` are the shares, per thousand, of the other
    customers of his class (`abc`, of `n` customers, himself included) who bring less, cost less and
    have fewer `privileges`; None in a class of fewer than 20. `brought` says what bringing is
    measured by there. `verdict` is "more" where he costs more or has more privileges than nine of
    ten and brings less than half of them, "less" where he brings more than nine of ten and has
    fewer privileges than half of them, "unknown" in too small a class, else "even".
    """

    as_of: str
    currency: str
    abc: str
    revenue_net: int
    costed: int
    margin: int | None
    discount: int
    returned_lines: int
    contacts: int
    deliveries: int
    handling: int
    cost_to_serve: int
    serve_rate: int | None
    contribution: int | None
    n: int
    brought: Literal["contribution", "revenue_net"]
    brings_rank: int | None
    serve_rank: int | None
    privileges_rank: int | None
    verdict: Verdict
    predicted_365: int | None = None
    privileges: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ClassValue:
    """Sums over the `n` customers of a class and currency; the words are those of CustomerValue.

    `margin` and `contribution` are None where those of one customer are not known, `predicted_365`
    where nobody has a prediction. `privileges` counts who has each; `serve_rate` is that of the
    sums.
    """

    as_of: str
    n: int
    revenue_net: int
    margin: int | None
    discount: int
    returned_lines: int
    contacts: int
    deliveries: int
    handling: int
    cost_to_serve: int
    serve_rate: int | None
    contribution: int | None
    more: int
    less: int
    predicted_365: int | None = None
    privileges: dict[str, int] = field(default_factory=dict)
