"""Money: amounts as told into integer minor units (ISO 4217), and net beside gross."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from crmsync.errors import RecordError
from crmsync.normalize.remembered import remembered
from crmsync.normalize.vocabulary import words

_EXPONENTS = {
    **dict.fromkeys(
        words("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"), 0
    ),
    **dict.fromkeys(words("BHD IQD JOD KWD LYD OMR TND"), 3),
    **dict.fromkeys(words("CLF UYW"), 4),
}
"""ISO 4217: currencies whose minor unit is not the hundredth."""

_SIGNS = {
    "€": "EUR",
    "EURO": "EUR",
    "£": "GBP",
    "SFR": "CHF",
    "SFR.": "CHF",
    "$": "USD",
    "¥": "JPY",
}
_CODE = re.compile("[A-Z]{3}")
_MACHINE = re.compile(r"(-?)(\d{1,15})(?:\.(\d{1,2}))?", re.ASCII)
_SCIENTIFIC = re.compile(r"[+-]?\d{1,20}(?:\.\d{1,20})?[eE][+-]?\d{1,2}", re.ASCII)
_UNIT = r"(?:[A-Za-z]{3}|[€$£¥]|SFr\.?|Fr\.|Euro)"
_WRITTEN = re.compile(
    rf"(?P<open>\()?(?P<minus>[+-])?(?:(?P<unit>{_UNIT})(?P<inner>[+-])?)?(?P<digits>[\d.,]*\d)"
    rf"(?P<even>[.,]--?)?(?P<after>-)?(?P<mark>{_UNIT})?(?P<close>\))?",
    re.ASCII,
)
_ONE_SEPARATOR = re.compile(r"\d*(?:[.,]\d+)?", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(?:(?:,\d{3})+(?:\.\d+)?|(?:\.\d{3})+(?:,\d+)?)", re.ASCII)
_SPACERS = str.maketrans(dict.fromkeys(" \u00a0\u202f\u2009'’", "") | {"−": "-", "–": "-"})
_LIMIT = 10**16


def exponent(currency: str) -> int:
    """How many decimals the minor unit of `currency` has: EUR 2, JPY 0, KWD 3."""
    return _EXPONENTS.get(currency, 2)


@lru_cache(maxsize=256)
def currency_code(text: str | None, default: str) -> str:
    """The ISO 4217 code in `text` ("eur", "€"), `default` when empty; RecordError otherwise."""
    told = (text or "").strip().upper()
    if not told:
        return default
    code = _SIGNS.get(told, told)
    if _CODE.fullmatch(code):
        return code
    raise RecordError("is no ISO 4217 currency code", field="currency")


def _plain_number(digits: str, *, by_hand: bool) -> str:
    """`digits` with a decimal point and nothing else.

    Of two kinds of separator the last is the decimal one; one that repeats parts thousands. A
    single one is decimal, except a dot before three digits in a text written by hand ("1.234 €").
    """
    if _ONE_SEPARATOR.fullmatch(digits):
        grouped = by_hand and 0 < digits.find(".") == len(digits) - 4
        return digits.replace(".", "") if grouped else digits.replace(",", ".")
    if not _GROUPED.fullmatch(digits):
        raise RecordError("is no amount")
    comma, dot = digits.rfind(","), digits.rfind(".")
    thousands = "," if dot > comma >= 0 or dot < 0 else "."
    return digits.replace(thousands, "").replace(",", ".")


def _written(text: str) -> Decimal:
    """The amount in a text as people write it: "1.234,56 €", "CHF 1'234.50", "12,30-"."""
    match = _WRITTEN.fullmatch(text.translate(_SPACERS))
    if match is None or bool(match["open"]) != bool(match["close"]):
        raise RecordError("is no amount")
    by_hand = bool(match["unit"] or match["mark"] or match["even"])
    number = Decimal(_plain_number(match["digits"], by_hand=by_hand))
    negative = match["open"] or "-" in (match["minus"], match["inner"], match["after"])
    return -number if negative else number


def decimal(amount: object) -> Decimal:
    """`amount` (Decimal, int or text) as a finite Decimal; RecordError on anything else.

    A float is refused: it has already lost what was told. Give it as text.
    """
    if isinstance(amount, str):
        told = Decimal(amount) if _SCIENTIFIC.fullmatch(amount) else _written(amount)
    elif isinstance(amount, (Decimal, int)) and not isinstance(amount, bool):
        told = Decimal(amount)
    else:
        raise RecordError("is no amount", hint="Give a decimal, an integer or a text.")
    if not told.is_finite() or abs(told) >= _LIMIT:
        raise RecordError("is no amount")
    return told


def scaled(amount: object, places: int) -> int:
    """`amount` times ten to the power of `places`, the half rounded away from zero.

    RecordError when it is no amount or more than the 64 bits of a database hold.
    """
    units = int(decimal(amount).scaleb(places).to_integral_value(ROUND_HALF_UP))
    if units.bit_length() > 63:
        raise RecordError("is no amount")
    return units


@remembered(32_768, typed=True)
def minor(amount: Decimal | int | str, currency: str) -> int:
    """`amount` in minor units of `currency`: "12,30" EUR gives 1230, 500 JPY gives 500.

    Decimal, int and text are read; decimals beyond the currency's are rounded, the half away from
    zero. RecordError (without a field) when it is no amount.
    """
    places = exponent(currency)
    if type(amount) is int and places < 3 and -_LIMIT < amount < _LIMIT:
        return int(amount * 10**places)
    if places == 2 and isinstance(amount, str) and (match := _MACHINE.fullmatch(amount)):
        sign, whole, part = match.groups()
        units = int(whole) * 100 + (int(part.ljust(2, "0")) if part else 0)
        return -units if sign else units
    return scaled(amount, places)


@lru_cache(maxsize=256)
def tax_rate(rate: Decimal | int | str) -> int:
    """`rate` in thousandths of a percent: 19 and "19 %" and "0.19" all give 19000.

    A rate between 0 and 1 is read as a fraction: no value-added tax is below one percent.
    RecordError when it is no rate between 0 and 100 percent.
    """
    told = decimal(rate.replace("%", "") if isinstance(rate, str) else rate)
    percent = told * 100 if 0 < told < 1 else told
    if not 0 <= percent <= 100:
        raise RecordError("is no tax rate")
    return scaled(percent, 3)


def _divided(units: int, divisor: int) -> int:
    """`units` / `divisor`, the half rounded away from zero; the divisor is positive."""
    amount = (2 * abs(units) + divisor) // (2 * divisor)
    return -amount if units < 0 else amount


def net_of(gross: int, rate: int) -> int:
    """What is left of `gross` (minor units) without tax; `rate` as `tax_rate` gives it."""
    return _divided(gross * 100_000, 100_000 + rate)


def gross_of(net: int, rate: int) -> int:
    """`net` (minor units) with tax; `rate` as `tax_rate` gives it. `net_of` leads back to it."""
    return _divided(net * (100_000 + rate), 100_000)
