"""Phones: the fast path against phonenumbers on a large messy sample, without one difference."""

from __future__ import annotations

import os
import random

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.normalize.phone import _fast, is_short, plan, to_e164

SAMPLE = int(os.environ.get("CRMSYNC_PHONE_SAMPLE", "100000"))
SEED = int(os.environ.get("CRMSYNC_PHONE_SEED", "4711"))
COUNTRIES = ("DE", "DE", "DE", "AT", "CH", "FR", "NL", "BE", "IT", "US", "GB", "")
CODES = ("49", "43", "41", "33", "31", "32", "39", "1", "44", "48", "90", "86", "999")
FULL_WIDTH = str.maketrans("0123456789+", "０１２３４５６７８９＋")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
HOMES = {"49": "DE", "43": "AT", "41": "CH", "33": "FR", "31": "NL", "32": "BE"}
AREAS = {
    "DE": ("30", "40", "89", "69", "201", "221", "228", "711", "6221", "2161", "4191", "33056",
           "38203", "15", "151", "1511", "160", "171", "179", "32", "700", "800", "900", "9001",
           "180", "1801", "137", "118", "115", "116116", "19222", "110", "112", "0", "00", "49"),
    "AT": ("1", "316", "512", "662", "5", "57", "59", "720", "2236", "7242", "664", "676", "699",
           "650", "800", "810", "900", "930", "718", "122", "0", "43"),
    "CH": ("44", "43", "22", "31", "61", "91", "76", "79", "78", "74", "800", "840", "842", "900",
           "901", "51", "58", "860", "117", "144", "0", "41"),
    "FR": ("1", "2", "3", "6", "7", "9", "800", "811", "899", "15", "112", "3900", "0"),
    "NL": ("20", "10", "6", "800", "900", "88", "85", "14", "1", "970", "0"),
    "BE": ("2", "3", "4", "9", "47", "48", "49", "456", "800", "70", "78", "90", "0"),
}  # fmt: skip
"""Area codes of every length, mobile, service numbers, short codes, and what looks like one."""
ELSEWHERE = ("650", "212", "20", "7911", "06", "347", "532", "138", "0", "1", "")


def _expected(raw: str, country: str) -> str:
    try:
        number = phonenumbers.parse(raw, country or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _grouped(draw: random.Random, digits: str) -> str:
    signs = draw.choice(("", "", "", " ", " ", "-", "/", ".", " - ", "\u00a0", "–"))
    return "".join(d + (signs if draw.random() < 0.25 else "") for d in digits)


def _prefix(draw: random.Random, code: str) -> str:
    if draw.random() < 0.6:
        return draw.choice(("0", "0", "0", f"+{code}", f"+{code} (0)", f"00{code}", f"00{code} 0"))
    return draw.choice(
        (f"+{code}(0)", f"00 {code} ", f"+{code}0", f"+{code} 0", f"(+{code}) ", f"(00{code})",
         f"{code}", "", "+", "00", "011", "(0", f"++{code}", f"+ {code} ", f"+00{code}",
         f"0{code}", "000", " 0")
    )  # fmt: skip


def _suffix(draw: random.Random) -> str:
    if draw.random() < 0.75:
        return ""
    return draw.choice(
        (" ", " ext. 12", "x5", " Durchwahl 3", "#7", " (privat)", "-", "/", "-0", "/12",
         " oder 0171 1234567", ";ext=9", ",12", "\n")
    )  # fmt: skip


def _digits(draw: random.Random, code: str) -> str:
    """An area code and as many digits as such numbers have, or too few, or too many."""
    area = draw.choice(AREAS.get(HOMES.get(code, ""), ELSEWHERE))
    usual = draw.random() < 0.7
    more = draw.randint(7, 11) - len(area) if usual else draw.randint(0, 14)
    return area + "".join(draw.choice("0123456789") for _ in range(max(more, 0)))


def _lettered(draw: random.Random, raw: str) -> str:
    """A number with letters where digits were."""
    place = draw.randrange(len(raw) + 1)
    return raw[:place] + draw.choice(("ANRUF", "x", "O", "l", "TAXI", "é")) + raw[place + 1 :]


def _number(draw: random.Random) -> tuple[str, str]:
    """Something that may be a phone number, and the country it was found in: mostly its own."""
    code, odd = draw.choice(CODES[:6] if draw.random() < 0.8 else CODES), draw.random()
    country = HOMES.get(code, "") if draw.random() < 0.6 else draw.choice(COUNTRIES)
    raw = _prefix(draw, code) + _grouped(draw, _digits(draw, code)) + _suffix(draw)
    if odd < 0.03:
        return raw.translate(FULL_WIDTH), country
    if odd < 0.04:
        return raw.translate(ARABIC), country
    if odd < 0.06:
        return _lettered(draw, raw), country
    return f"Tel: {raw}" if odd < 0.09 else raw, country


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
    draw = random.Random(SEED)
    sample = [_number(draw) for _ in range(SAMPLE)]
    ours = [to_e164(*pair) for pair in sample]
    expected = [_expected(*pair) for pair in sample]
    assert [s for s, our, its in zip(sample, ours, expected, strict=True) if our != its] == []
    by_ourselves = [_fast(*pair) for pair in sample]  # where it is None, nothing was compared
    assert sum(value is not None for value in by_ourselves) > SAMPLE // 3
    assert sum(bool(value) for value in by_ourselves) > SAMPLE // 10
    assert sum(value == "" for value in by_ourselves) > SAMPLE // 10


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
