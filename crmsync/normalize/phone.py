"""Phone numbers to E.164: an exact fast path for the common, phonenumbers for the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberFormat
from phonenumbers.phonemetadata import PhoneNumberDesc

_PLAIN = re.compile(r"\(?\+?[0-9][0-9 ()/.\-]{4,30}", re.ASCII)
_SPOKEN = re.compile(r"0[1-9] ?[0-9][0-9 ]{2,27}", re.ASCII)
"""A number as people at home write it: 0221 5551234."""
_SEPARATORS = str.maketrans(dict.fromkeys("+ ()/.-"))
_FAST_REGIONS = ("DE", "AT", "CH", "FR", "NL", "BE")
_TYPES = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip",
    "pager", "uan", "voicemail",
)  # fmt: skip
_SHORT = 6


class Plan(NamedTuple):
    """A numbering plan: its calling code, and of each length the pattern of its valid numbers."""

    code: str
    valid: Mapping[int, re.Pattern[str]]


def plan(region: str) -> Plan | None:
    """The plan of `region` out of phonenumbers' own metadata, None where it is not a plain one.

    Plain means: trunk prefix 0, international prefix 00, one region to the calling code, and no
    rule that rewrites numbers. Then a number is valid exactly if it fits the general pattern and
    that of some type that has its length, after one leading 0 is dropped.
    """
    meta: Any = PhoneMetadata.metadata_for_region(region, None)
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[meta.country_code]
    prefixes = (meta.national_prefix_for_parsing, meta.international_prefix)
    if prefixes != ("0", "00") or meta.national_prefix_transform_rule or regions != (region,):
        return None
    types = [desc for name in _TYPES if (desc := getattr(meta, name)) is not None]
    known = [desc for desc in types if desc.national_number_pattern]
    return Plan(str(meta.country_code), _Valid(meta.general_desc.national_number_pattern, known))


class _Valid(dict[int, re.Pattern[str]]):
    """The patterns by length, each made by the first number that needs it."""

    def __init__(self, general: str, types: Sequence[PhoneNumberDesc]) -> None:
        self._general, self._types = general, types

    def __missing__(self, length: int) -> re.Pattern[str]:
        fitting = [
            f"(?:{desc.national_number_pattern})"
            for desc in self._types
            if length in desc.possible_length
        ]
        some = "|".join(fitting) or _NEVER
        pattern = re.compile(rf"(?!0)(?=(?:{self._general})\Z)(?:{some})\Z", re.ASCII)
        self[length] = pattern
        return pattern


_NEVER = r"(?!)"
"""What fits nothing."""


@lru_cache(maxsize=1)
def _plans() -> tuple[dict[str, Plan], dict[str, Plan]]:
    """The fast plans by region and by calling code."""
    by_region = {region: known for region in _FAST_REGIONS if (known := plan(region))}
    return by_region, {known.code: known for known in by_region.values()}


def _by_plan(own: Plan, national: str) -> str:
    number = national[1:] if national[:1] == "0" else national
    return f"+{own.code}{number}" if own.valid[len(number)].match(number) else ""


def _fast(raw: str, country: str) -> str | None:
    """The number in E.164, '' if invalid, None where only phonenumbers can tell."""
    by_region, by_code = _plans()
    home = by_region.get(country)
    if home is not None and _SPOKEN.fullmatch(raw):
        return _by_plan(home, raw.replace(" ", ""))
    if not _PLAIN.fullmatch(raw):
        return None
    digits = raw.translate(_SEPARATORS)
    if "+" in raw[:2]:
        international = digits
    elif home is not None and digits[:2] == "00":
        international = digits[2:]
    else:
        trunk = home is not None and len(digits) > 2 and digits[0] == "0"
        return _by_plan(home, digits) if trunk and home else None
    abroad = by_code.get(international[:2])
    return _by_plan(abroad, international[2:]) if abroad and len(international) > 4 else None


def slow_e164(raw: str, country: str) -> str:
    """What phonenumbers makes of `raw`: E.164, '' when it is no valid number."""
    try:
        number = phonenumbers.parse(raw, country or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def to_e164(raw: str, country: str) -> str:
    """`raw` as an E.164 number ("+4930123456"), '' when it is not valid.

    `country` (ISO 3166-1 alpha-2) is where a number without a country code is from. Equal to what
    phonenumbers gives for every input (a test compares them); an extension is dropped.
    """
    fast = _fast(raw, country)
    return slow_e164(raw, country) if fast is None else fast


@lru_cache(maxsize=1)
def _calling_codes() -> frozenset[str]:
    return frozenset(str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE)


def is_short(value: str) -> bool:
    """Whether an E.164 number has under six national digits; such a one never matches alone."""
    digits = value.removeprefix("+")
    codes = _calling_codes()
    code = next((size for size in (1, 2, 3) if digits[:size] in codes), 0)
    return len(digits) - code < _SHORT
