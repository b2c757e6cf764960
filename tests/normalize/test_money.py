"""Money: what backends write, in minor units."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.errors import RecordError
from crmsync.normalize.money import currency_code, gross_of, minor, net_of, scaled, tax_rate


@pytest.mark.parametrize(
    "amount, currency, units",
    [
        ("12,30", "EUR", 1230),
        ("12.30", "EUR", 1230),
        ("12.3", "EUR", 1230),
        ("12", "EUR", 1200),
        (12, "EUR", 1200),
        (Decimal("12.30"), "EUR", 1230),
        ("1.234,56 €", "EUR", 123456),
        ("1,234.56", "EUR", 123456),
        ("1.234 €", "EUR", 123400),
        ("1.234", "EUR", 123),
        ("1.234.567", "EUR", 123456700),
        ("EUR 7,5", "EUR", 750),
        ("CHF 1'234.50", "CHF", 123450),
        ("1’234.50", "CHF", 123450),
        ("-12,30", "EUR", -1230),
        ("12,30-", "EUR", -1230),
        ("(12,30)", "EUR", -1230),
        ("−5", "EUR", -500),
        ("+5", "EUR", 500),
        (",50", "EUR", 50),
        ("12,- €", "EUR", 1200),
        ("€ -5", "EUR", -500),
        ("0E-8", "EUR", 0),
        ("1E+2", "EUR", 10000),
        ("500", "JPY", 500),
        ("499.5", "JPY", 500),
        ("1.234", "KWD", 1234),
        ("1,234", "KWD", 1234),
        ("2.345", "EUR", 235),
        ("-2.345", "EUR", -235),
        ("2.344", "EUR", 234),
        ("99.99999", "EUR", 10000),
        (-0, "EUR", 0),
    ],
)
def test_minor(amount: object, currency: str, units: int) -> None:
    assert minor(amount, currency) == units


@pytest.mark.parametrize(
    "amount",
    ["", " ", "abc", "12,3,4.5", "1.2,3.4", "--5", "(5", "5)", "12.30.", "1e400", "٣", "12 EUR 5",
     "1,23,456", "1.2345,6",
     12.3, True, None, Decimal("NaN"), Decimal("Infinity"), 10**20, "99999999999999999999"],
)  # fmt: skip
def test_nonsense_is_a_record_error_without_the_value(amount: object) -> None:
    with pytest.raises(RecordError) as error:
        minor(amount, "EUR")
    assert str(amount).strip() not in str(error.value) or not str(amount).strip()


@pytest.mark.parametrize("amount", [10**16 - 1, str(10**16 - 1), Decimal(1 - 10**16)])
def test_an_amount_fits_into_the_64_bits_of_a_database(amount: Decimal | int | str) -> None:
    assert abs(minor(amount, "EUR")) == 10**18 - 100
    with pytest.raises(RecordError):
        minor(amount, "KWD")


@given(st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "JPY", "KWD", "CLF"]))
def test_round_trip(units: int, currency: str) -> None:
    places = {"EUR": 2, "JPY": 0, "KWD": 3, "CLF": 4}[currency]
    amount = Decimal(units).scaleb(-places)
    assert minor(amount, currency) == units
    assert minor(f"{amount:f}", currency) == units
    assert minor(f"{amount:f}".replace(".", ",") if places else f"{amount:f}", currency) == units


@given(st.integers(-(10**10), 10**10))
def test_german_grouping_round_trip(units: int) -> None:
    english = f"{Decimal(units) / 100:,.2f}"
    german = english.replace(",", " ").replace(".", ",").replace(" ", ".")
    assert minor(f"{german} €", "EUR") == minor(english, "EUR") == units


@pytest.mark.parametrize(
    "gross, rate, net",
    [(11900, "19", 10000), (10700, 7, 10000), (4990, "19", 4193), (100, "0", 100)],
)
def test_net_of(gross: int, rate: str | int, net: int) -> None:
    assert net_of(gross, tax_rate(rate)) == net
    assert net_of(-gross, tax_rate(rate)) == -net


@given(st.integers(-(10**10), 10**10), st.sampled_from(["19", "7", "8.1", "20", "0", "5.5"]))
def test_gross_leads_back_to_net(net: int, rate: str) -> None:
    assert net_of(gross_of(net, tax_rate(rate)), tax_rate(rate)) == net


@pytest.mark.parametrize("rate", ["19", 19, "19 %", "0.19", "19,0", Decimal("19.00")])
def test_tax_rates_in_every_writing(rate: Decimal | int | str) -> None:
    assert tax_rate(rate) == 19_000


@pytest.mark.parametrize("rate", ["-1", "101", "viel"])
def test_no_tax_rate(rate: str) -> None:
    with pytest.raises(RecordError):
        tax_rate(rate)


@pytest.mark.parametrize(
    "text, code", [("eur", "EUR"), ("€", "EUR"), ("Euro", "EUR"), ("", "CHF"), (None, "CHF")]
)
def test_currency_code(text: str | None, code: str) -> None:
    assert currency_code(text, "CHF") == code


def test_unknown_currency_names_its_field() -> None:
    with pytest.raises(RecordError) as error:
        currency_code("Taler", "EUR")
    assert error.value.field == "currency"


def test_scaled_quantities() -> None:
    assert (scaled("0,5", 3), scaled(2, 3), scaled(Decimal("-1.2345"), 3)) == (500, 2000, -1235)
