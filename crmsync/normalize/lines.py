"""The lines of receipts: amounts in minor units, with and without tax, what came back, sums."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache, partial
from itertools import repeat
from typing import Literal, NamedTuple

import orjson

from crmsync.errors import RecordError
from crmsync.model.columns import Columns, Items
from crmsync.model.order import Row
from crmsync.model.told import Amount
from crmsync.normalize.money import exponent, gross_of, minor, net_of, scaled, tax_rate

Sense = Literal["sold", "returned", "turned"]
"""What the lines of a receipt are: sold, all of them returned, or returned and told as negative."""


class Receipts(NamedTuple):
    """What the lines of each receipt share, a list each."""

    currencies: Sequence[str]
    prices_include_tax: Sequence[bool]


class Sums(NamedTuple):
    """The sums of kept and of returned lines, and how many lines there are and came back.

    A gift card is a line, but money moved and no revenue.
    """

    gross: int
    net: int
    refund_gross: int
    refund_net: int
    discount: int
    lines: int
    returned: int

    @property
    def amounts(self) -> tuple[int, int, int, int, int]:
        """The sums without the counts, in the order of model.order.Order."""
        return self[:5]


def clean_lines(
    told: Items | None, receipts: Receipts, *, sense: Sense = "sold"
) -> tuple[list[str], list[Sums]]:
    """The lines of each receipt as JSON (model.order.Order.lines), and its sums.

    RecordError names the field as the told model does, counted from 0 within its receipt.
    """
    size = len(receipts.currencies)
    if told is None or not told.owners:
        return ["[]"] * size, [Sums(0, 0, 0, 0, 0, 0, 0)] * size
    columns, owners = told.columns, told.owners
    currencies = [receipts.currencies[owner] for owner in owners]
    try:
        figures = _read(columns, owners, currencies, receipts, sense)
    except RecordError as error:
        raise _line_error(error, columns, told.numbers(), currencies) from None
    gifts = columns.column("gift_card", False)
    lines = zip(
        _skus(columns),
        *(columns.texts(name) for name in ("title", "category", "brand", "size")),
        *zip(*figures, strict=True),
        gifts,
        strict=True,
    )
    texts = [orjson.dumps(one).decode() for one in told.by_owner(lines, size)]
    return texts, _add_up(owners, figures, gifts, size)


def _skus(columns: Columns) -> list[str]:
    """Each line's sku, or else its GTIN."""
    skus = columns.texts("sku")
    if "gtin" not in columns.cells:
        return skus
    return [sku or gtin for sku, gtin in zip(skus, columns.texts("gtin"), strict=True)]


def _read(
    columns: Columns,
    owners: Sequence[int],
    currencies: Sequence[str],
    receipts: Receipts,
    sense: Sense,
) -> list[Row]:
    """Quantity, gross, net, discount and returned of each line."""
    quantities = list(map(thousandths, columns.column("quantity", 1)))
    amounts = list(map(minor, columns.column("amount"), currencies))
    rates = columns.column("tax_rate")
    with_tax = [receipts.prices_include_tax[owner] for owner in owners]
    marked = not columns.cells.keys().isdisjoint(("discount", "returned"))
    if sense == "sold" and not marked and min(quantities) >= 0 and min(amounts) >= 0:
        taxed = map(_taxed, amounts, rates, with_tax)
        return [(n, *both, 0, False) for n, both in zip(quantities, taxed, strict=True)]
    return list(
        map(
            _figures, quantities, amounts, currencies, rates, columns.column("discount", 0),
            columns.column("returned", False), with_tax, repeat(sense),
        )
    )  # fmt: skip


def _figures(
    quantity: int,
    amount: int,
    currency: str,
    rate: Amount | None,
    told_discount: Amount,
    told_returned: bool,
    with_tax: bool,
    sense: Sense,
) -> Row:
    returned = sense != "sold" or told_returned or quantity < 0
    if sense == "turned" or (amount < 0 and returned and sense == "sold"):
        amount = -amount
    gross, net = _taxed(amount, rate, with_tax)
    discount = 0
    if told_discount:
        discount = abs(_taxed(minor(told_discount, currency), rate, with_tax)[0])
    elif gross < 0 and not returned:
        discount = -gross
    return abs(quantity), gross, net, discount, returned


@lru_cache(maxsize=4096, typed=True)
def thousandths(quantity: Decimal | int | str) -> int:
    """A quantity in thousandths of its unit; RecordError when it is no number."""
    return scaled(quantity, 3)


@lru_cache(maxsize=32_768)
def _taxed(units: int, rate: Amount | None, prices_include_tax: bool) -> tuple[int, int]:
    """Gross and net of `units`; the same where no tax rate was told."""
    if rate is None:
        return units, units
    if prices_include_tax:
        return units, net_of(units, tax_rate(rate))
    return gross_of(units, tax_rate(rate)), units


def _line_error(
    error: RecordError, told: Columns, numbers: Sequence[int], currencies: Sequence[str]
) -> RecordError:
    """`error` with the line and field it is about, found by reading them one by one."""
    lines = zip(
        numbers, currencies, told.column("quantity", 1), told.column("amount"),
        told.column("discount", 0), told.column("tax_rate"), strict=True,
    )  # fmt: skip
    for number, currency, quantity, amount, discount, rate in lines:
        read: dict[str, Callable[[], int]] = {
            "quantity": partial(scaled, quantity, 3),
            "amount": partial(scaled, amount, exponent(currency)),
            "discount": partial(scaled, discount, 0),
            "tax_rate": partial(tax_rate, rate if rate is not None else 0),
        }
        for field, value in read.items():
            try:
                value()
            except RecordError as found:
                return RecordError(found.reason, field=f"lines.{number}.{field}", hint=found.hint)
    return error


def _add_up(
    owners: Sequence[int], figures: Sequence[Row], gifts: Sequence[bool], size: int
) -> list[Sums]:
    """The sums of each of `size` receipts; `owners` says whose each line is."""
    found = [[0, 0, 0, 0, 0, 0, 0] for _ in range(size)]
    for owner, (_, gross, net, discount, returned), gift in zip(
        owners, figures, gifts, strict=True
    ):
        sums = found[owner]
        sums[5] += 1
        if returned:
            sums[6] += 1
        if gift:
            continue
        if returned:
            sums[2] += gross
            sums[3] += net
        else:
            sums[0] += gross
            sums[1] += net
            sums[4] += discount
    return [Sums(*sums) for sums in found]
