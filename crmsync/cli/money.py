"""Money and shares for people."""

from __future__ import annotations

from decimal import Decimal

from crmsync.normalize.money import exponent


def amount(minor: int, currency: str) -> str:
    """Money for people: 1290 minor units of EUR are "12.90 EUR", of JPY "1,290 JPY"."""
    places = exponent(currency)
    return f"{Decimal(minor).scaleb(-places):,.{places}f} {currency}"


def known(minor: int | None, currency: str) -> str:
    """The same, "not known" for None."""
    return "not known" if minor is None else amount(minor, currency)


def share(per_thousand: int | None) -> str:
    """A share per thousand as per cent; "-" for None."""
    return "-" if per_thousand is None else f"{per_thousand / 10:.1f} %"
