"""Phones: the fast path against phonenumbers on a large messy sample, without one difference."""

from __future__ import annotations

import os
import random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.normalize.phone import is_short, plan, to_e164

SAMPLE = int(os.environ.get("CRMSYNC_PHONE_SAMPLE", "20000"))
COUNTRIES = ("DE", "DE", "DE", "AT", "CH", "FR", "NL", "BE", "IT", "US", "GB", "")
CODES = ("49", "49", "49", "43", "41", "33", "31", "32", "39", "1", "44", "48", "90", "86", "999")
FULL_WIDTH = str.maketrans("0123456789+", "０１２３４５６７８９＋")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
AREAS = ("30", "40", "89", "171", "151", "1512", "160", "6221", "33056", "800", "900", "180", "700",
         "1", "664", "79", "6", "32", "15", "16", "137", "49", "0", "00")  # fmt: skip


def _expected(raw: str, country: str) -> str:
    try:
        number = phonenumbers.parse(raw, country or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _grouped(draw: random.Random, digits: str) -> str:
    signs = draw.choice(("", " ", "-", "/", ".", " - ", "\u00a0", "–"))
    return "".join(d + (signs if draw.random() < 0.25 else "") for d in digits)


def _prefix(draw: random.Random) -> str:
    code = draw.choice(CODES)
    return draw.choice(
        ("0", "0", "0", f"+{code}", f"+{code} (0)", f"00{code}", f"00{code} 0", f"+{code}0",
         f"(+{code}) ", f"{code}", "", "+", "00", "011", "(0", f"++{code}", f"+ {code} ")
    )  # fmt: skip


def _suffix(draw: random.Random) -> str:
    return draw.choice(
        ("", "", "", "", "", " ", " ext. 12", "x5", " Durchwahl 3", "#7", " (privat)", "-", "/",
         " oder 0171 1234567", ";ext=9", ",12", "\n")
    )  # fmt: skip


def _number(draw: random.Random) -> str:
    area = draw.choice(AREAS)
    digits = area + "".join(draw.choice("0123456789") for _ in range(draw.randint(0, 12)))
    raw = _prefix(draw) + _grouped(draw, digits) + _suffix(draw)
    odd = draw.random()
    if odd < 0.03:
        return raw.translate(FULL_WIDTH)
    if odd < 0.04:
        return raw.translate(ARABIC)
    if odd < 0.07:
        return f"Tel: {raw}"
    return "0800 CALLNOW" if odd < 0.071 else raw


def _examples() -> list[str]:
    """A valid number of every kind in every country that has a fast path, as people write it."""
    kinds = [value for key, value in vars(phonenumbers.PhoneNumberType).items() if key.isupper()]
    formats = phonenumbers.PhoneNumberFormat
    written = (formats.E164, formats.INTERNATIONAL, formats.NATIONAL)
    found = []
    for region in ("DE", "AT", "CH", "FR", "NL", "BE"):
        for kind in kinds:
            number = phonenumbers.example_number_for_type(region, kind)
            if number is not None:
                found += [phonenumbers.format_number(number, form) for form in written]
    return found


def test_no_disagreement_with_phonenumbers() -> None:
    draw = random.Random(4711)
    sample = [(_number(draw), draw.choice(COUNTRIES)) for _ in range(SAMPLE)]
    different = [pair for pair in sample if to_e164(*pair) != _expected(*pair)]
    valid = sum(bool(to_e164(*pair)) for pair in sample)
    assert different == []
    assert SAMPLE // 10 < valid < SAMPLE * 9 // 10


def test_no_disagreement_on_examples_of_every_kind() -> None:
    pairs = [(raw, country) for raw in _examples() for country in dict.fromkeys(COUNTRIES)]
    assert len(pairs) > 500
    assert [pair for pair in pairs if to_e164(*pair) != _expected(*pair)] == []


@pytest.mark.parametrize(
    "raw, country, value",
    [
        ("030 123456", "DE", "+4930123456"),
        ("0171/123 45 67", "DE", "+491711234567"),
        ("+49 (0)30 123456", "DE", "+4930123456"),
        ("0049 30 123456", "DE", "+4930123456"),
        ("01 5330101", "AT", "+4315330101"),
        ("044 668 18 00", "CH", "+41446681800"),
        ("+1 650 253 0000", "DE", "+16502530000"),
        ("０３０ １２３４５６", "DE", "+4930123456"),
        ("110", "DE", ""),
        ("keine", "DE", ""),
        ("", "DE", ""),
        ("030 123456", "", ""),
    ],
)
def test_to_e164(raw: str, country: str, value: str) -> None:
    assert to_e164(raw, country) == value


@pytest.mark.parametrize("region", ["IT", "GB", "US", "AR", "RU"])
def test_only_plain_numbering_plans_have_a_fast_path(region: str) -> None:
    assert plan(region) is None
    assert plan("DE") is not None


@pytest.mark.parametrize(
    "value, short",
    [
        ("+4930123", True),
        ("+49301234", False),
        ("+4930123456", False),
        ("+35212345", True),
        ("", True),
    ],
)
def test_is_short(value: str, short: bool) -> None:
    assert is_short(value) is short


@given(st.text(alphabet="0123456789+-() /.x#", max_size=25), st.sampled_from(COUNTRIES))
def test_every_text_of_phone_signs_agrees(raw: str, country: str) -> None:
    assert to_e164(raw, country) == _expected(raw, country)


@given(st.text(), st.sampled_from(COUNTRIES))
def test_a_clean_number_stays_itself(raw: str, country: str) -> None:
    value = to_e164(raw, country)
    assert value == "" or to_e164(value, "DE") == value
