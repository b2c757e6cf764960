"""Kölner Phonetik: the classic vectors, and the names we meet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.normalize.koelner import koelner


@pytest.mark.parametrize(
    "name, code",
    [
        ("Müller-Lüdenscheidt", "65752682"),
        ("Wikipedia", "3412"),
        ("Breschnew", "17863"),
        ("Müller", "657"),
        ("Mueller", "657"),
        ("Muller", "657"),
        ("Meyer", "67"),
        ("Maier", "67"),
        ("Schmidt", "862"),
        ("Schmitt", "862"),
        ("Schneider", "8627"),
        ("Fischer", "387"),
        ("Weber", "317"),
        ("Philipp", "351"),
        ("Filip", "351"),
        ("Łukasz", "548"),
        ("Lukas", "548"),
        ("Heinz Classen", "068586"),
        ("Celine", "856"),
        ("Christian", "47826"),
        ("Kristian", "47826"),
        ("Max", "648"),
        ("Axel", "0485"),
        ("Hacke", "04"),
        ("Tzschirner", "8767"),
        ("Weiß", "38"),
        ("Ömer", "067"),
        ("Yıldız", "0528"),
        ("Çelik", "854"),
        ("Şahin", "86"),
        ("ŞAHİN", "86"),
        ("Đặng", "264"),
        ("Øyvind", "0362"),
        ("Ægir", "047"),
        ("Groß", "478"),
        ("Gross", "478"),
        ("Þorsteinn", "27826"),
        ("", ""),
        ("山田", ""),
    ],
)
def test_code(name: str, code: str) -> None:
    assert koelner(name) == code


def test_a_code_is_remembered() -> None:
    koelner.cache_clear()
    assert koelner("Wrobel") == koelner("Wrobel") == "3715"
    assert koelner.cache_info().hits == 1


def test_names_that_sound_apart_have_different_codes() -> None:
    assert len({koelner(name) for name in ("Müller", "Weber", "Fischer", "Schulz", "Koch")}) == 5


@given(st.text())
def test_a_code_is_digits_without_repeats_and_with_no_zero_but_the_first(text: str) -> None:
    code = koelner(text)
    assert not code or code.isdecimal()
    assert "0" not in code[1:]
