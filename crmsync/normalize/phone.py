"""Phone numbers to E.164: an exact fast path for the common, phonenumbers for the rest."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberFormat
from phonenumbers.phonemetadata import PhoneNumberDesc

_PLAIN = re.compile(r"\(?\+?[0-9][0-9 ()/.\-]{4,30}", re.ASCII)
_SEPARATORS = str.maketrans(dict.fromkeys("+ ()/.-"))
_FAST_REGIONS = ("DE", "AT", "CH", "FR", "NL", "BE")
_TYPES = (
    "fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost", "personal_number", "voip",
    "pager", "uan", "voicemail",
)  # fmt: skip
_SHORT = 6


class Plan(NamedTuple):
    """A numbering plan: its calling code, and the pattern of every valid national number."""

    code: str
    valid: re.Pattern[str]


def _pattern(desc: PhoneNumberDesc) -> str:
    lengths = "|".join(rf"\d{{{length}}}\Z" for length in desc.possible_length)
    return rf"(?={lengths})(?:{desc.national_number_pattern})\Z"


def plan(region: str) -> Plan | None:
    """The plan of `region` out of phonenumbers' own metadata, None where it is not a plain one.

    Plain means: trunk prefix 0, international prefix 00, one region to the calling code, and no
    rule that rewrites numbers. Then a number is valid exactly if it fits the general pattern and
    that of some type, after one leading 0 is dropped.
    """
    meta: Any = PhoneMetadata.metadata_for_region(region, None)
    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE[meta.country_code]
    prefixes = (meta.national_prefix_for_parsing, meta.international_prefix)
    if prefixes != ("0", "00") or meta.national_prefix_transform_rule or regions != (region,):
        return None
    types = [desc for name in _TYPES if (desc := getattr(meta, name)) is not None]
    known = [_pattern(desc) for desc in types if desc.national_number_pattern]
    general = rf"(?!0)(?=(?:{meta.general_desc.national_number_pattern})\Z)"
    return Plan(str(meta.country_code), re.compile(f"{general}(?:{'|'.join(known)})", re.ASCII))


@lru_cache(maxsize=1)
def _plans() -> tuple[dict[str, Plan], dict[str, Plan]]:
    """The fast plans by region and by calling code."""
    by_region = {region: known for region in _FAST_REGIONS if (known := plan(region))}
    return by_region, {known.code: known for known in by_region.values()}


def _by_plan(own: Plan, national: str) -> str:
    number = national[1:] if national[:1] == "0" else national
    return f"+{own.code}{number}" if own.valid.match(number) else ""


def _spoken(raw: str, country: str) -> str | None:
    """What `_fast` says of a number as people at home write it: 0221 5551234; else None."""
    digits = raw.replace(" ", "")
    if raw[:1] != "0" or digits[1:2] == "0" or not (digits.isascii() and digits.isdecimal()):
        return None
    home = _plans()[0].get(country)
    plain = home is not None and len(digits) > 2 and 5 <= len(raw) <= 31
    return _by_plan(home, digits) if plain and home else None


def _fast(raw: str, country: str) -> str | None:
    """The number in E.164, '' if invalid, None where only phonenumbers can tell."""
    if (spoken := _spoken(raw, country)) is not None:
        return spoken
    if not _PLAIN.fullmatch(raw):
        return None
    by_region, by_code = _plans()
    digits = raw.translate(_SEPARATORS)
    home = by_region.get(country)
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
