"""The lines of receipts: amounts in minor units, with and without tax, what came back, sums."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from itertools import accumulate, repeat
from operator import sub
from typing import Literal, NamedTuple

import orjson

from crmsync.errors import RecordError
from crmsync.model.columns import Columns, Items
from crmsync.model.order import Row
from crmsync.model.told import Amount
from crmsync.normalize.money import exponent, gross_of, minor, net_of, scaled, tax_rate
from crmsync.normalize.remembered import remembered

Sense = Literal["sold", "returned", "turned"]
"""What the lines of a receipt are: sold, all of them returned, or returned and told as negative."""


class Receipts(NamedTuple):
    """What the lines of each receipt share, a list each."""

    currencies: Sequence[str]
    prices_include_tax: Sequence[bool]


class Figures(NamedTuple):
    """Quantity (thousandths), gross, net and discount of each line, and whether it came back."""

    quantities: Sequence[int]
    gross: Sequence[int]
    net: Sequence[int]
    discounts: Sequence[int]
    returned: Sequence[bool]


class Sums(NamedTuple):
    """Of each receipt the sums of kept and of returned lines, how many lines it has, and how many
    of them came back.

    A gift card is a line, but money moved and no revenue.
    """

    gross: Sequence[int]
    net: Sequence[int]
    refund_gross: Sequence[int]
    refund_net: Sequence[int]
    discount: Sequence[int]
    lines: Sequence[int]
    returned: Sequence[int]

    @property
    def amounts(self) -> tuple[Sequence[int], ...]:
        """The sums without the counts, in the order of model.order.Order."""
        return self[:5]


def clean_lines(
    told: Items | None, receipts: Receipts, *, sense: Sense = "sold"
) -> tuple[list[str], Sums]:
    """The lines of each receipt as JSON (model.order.Order.lines), and the sums of each.

    RecordError names the field as the told model does, counted from 0 within its receipt.
    """
    size = len(receipts.currencies)
    if told is None or not told.owners:
        return ["[]"] * size, Sums(*([0] * size for _ in Sums._fields))
    columns, owners = told.columns, told.owners
    currencies = list(map(receipts.currencies.__getitem__, owners))
    try:
        figures = _read(columns, owners, currencies, receipts, sense)
        known = _costs(columns, figures, currencies)
    except RecordError as error:
        raise _line_error(error, columns, told.numbers(), currencies) from None
    gifts = columns.column("gift_card", False)
    texts = (columns.texts(name) for name in ("title", "category", "brand", "size"))
    lines = list(zip(_skus(columns), *texts, *figures, gifts, *known, strict=True))
    documents = [orjson.dumps(some).decode() for some in told.by_owner(lines, size)]
    return documents, _add_up(told, figures, gifts, size)


def _skus(columns: Columns) -> list[str]:
    """Each line's sku, or else its GTIN."""
    skus = columns.texts("sku")
    if "gtin" not in columns.cells:
        return skus
    return [sku or gtin for sku, gtin in zip(skus, columns.texts("gtin"), strict=True)]


def _costs(
    columns: Columns, figures: Figures, currencies: Sequence[str]
) -> tuple[Sequence[int | None], ...]:
    """What the lines cost the retailer, where their records tell it at all: one column or none."""
    if "cost" not in columns.cells:
        return ()
    return (list(map(_cost, columns.column("cost"), currencies, figures.returned)),)


def _cost(told: Amount | None, currency: str, returned: bool) -> int | None:
    if told is None:
        return None
    units = minor(told, currency)
    return abs(units) if returned else units


def _read(
    columns: Columns,
    owners: Sequence[int],
    currencies: Sequence[str],
    receipts: Receipts,
    sense: Sense,
) -> Figures:
    quantities = list(map(thousandths, columns.column("quantity", 1)))
    amounts, rates = columns.column("amount"), columns.column("tax_rate")
    with_tax = list(map(receipts.prices_include_tax.__getitem__, owners))
    marked = not columns.cells.keys().isdisjoint(("discount", "returned"))
    if sense == "sold" and not marked and min(quantities) >= 0:
        gross, net = zip(*map(_priced, amounts, currencies, rates, with_tax), strict=True)
        if min(gross) >= 0:
            plain = len(quantities)
            return Figures(quantities, gross, net, [0] * plain, [False] * plain)
    found = map(
        _figures, quantities, map(minor, amounts, currencies), currencies, rates,
        columns.column("discount", 0), columns.column("returned", False), with_tax, repeat(sense),
    )  # fmt: skip
    return Figures(*zip(*found, strict=True))


@remembered(32_768, typed=True)
def _priced(
    amount: Amount, currency: str, rate: Amount | None, prices_include_tax: bool
) -> tuple[int, int]:
    """Gross and net of an amount, in minor units. Remembered: a shop has few prices."""
    return _taxed(minor(amount, currency), rate, prices_include_tax)


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


@remembered(4096, typed=True)
def thousandths(quantity: Decimal | int | str) -> int:
    """A quantity in thousandths of its unit; RecordError when it is no number."""
    return scaled(quantity, 3)


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
        told.column("discount", 0), told.column("tax_rate"), told.column("cost"), strict=True,
    )  # fmt: skip
    for number, currency, quantity, amount, discount, rate, cost in lines:
        read: dict[str, Callable[[], int]] = {
            "quantity": partial(scaled, quantity, 3),
            "amount": partial(scaled, amount, exponent(currency)),
            "discount": partial(scaled, discount, 0),
            "tax_rate": partial(tax_rate, rate if rate is not None else 0),
            "cost": partial(scaled, cost if cost is not None else 0, exponent(currency)),
        }
        for field, value in read.items():
            try:
                value()
            except RecordError as found:
                return RecordError(found.reason, field=f"lines.{number}.{field}", hint=found.hint)
    return error


def _add_up(told: Items, figures: Figures, gifts: Sequence[bool], size: int) -> Sums:
    """The sums of each of `size` receipts."""
    bounds = told.bounds(size)
    if bounds is None or any(figures.returned) or any(gifts):
        return _add_up_each(told.owners, figures, gifts, size)
    none = [0] * size
    gross, net, discount = (
        _between(bounds, some) for some in (figures.gross, figures.net, figures.discounts)
    )
    lines = list(map(sub, bounds[1:], bounds))
    return Sums(gross, net, none, none, discount, lines, none)


def _between(bounds: Sequence[int], values: Sequence[int]) -> list[int]:
    """The sum of the values between each bound and the next."""
    so_far = [0, *accumulate(values)]
    at = list(map(so_far.__getitem__, bounds))
    return list(map(sub, at[1:], at))


def _add_up_each(owners: Sequence[int], figures: Figures, gifts: Sequence[bool], size: int) -> Sums:
    """The sums of each receipt, where some lines count otherwise; `owners` says whose a line is."""
    sums = Sums(*([0] * size for _ in Sums._fields))
    found: list[list[int]] = list(sums)  # type: ignore[arg-type]
    gross, net, refund_gross, refund_net, discount, lines, returned = found
    for owner, (_, one_gross, one_net, one_discount, back), gift in zip(
        owners, zip(*figures, strict=True), gifts, strict=True
    ):
        lines[owner] += 1
        returned[owner] += back
        if gift:
            continue
        if back:
            refund_gross[owner] += one_gross
            refund_net[owner] += one_net
        else:
            gross[owner] += one_gross
            net[owner] += one_net
            discount[owner] += one_discount
    return sums
