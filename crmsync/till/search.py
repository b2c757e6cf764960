"""Reads what a clerk typed or scanned: a card or customer number, a phone, an e-mail address.

Standard library only, and so is everything imported here.
"""

from __future__ import annotations

import re

from crmsync.till.keys import SHORT, digits, hashed, squeezed

_NUMBER = re.compile(r"\+?[\d\s()/.\-]+")
_CODE = re.compile(r"(?=.*\d)[\w./-]+")


def exact_keys(text: str, calling_code: str) -> list[str]:
    """The exact keys that a text may mean: a card or customer number, a phone, an e-mail."""
    bare = text.strip()
    if "@" in bare:
        return [hashed("email", bare.casefold())]
    if not _CODE.fullmatch(bare.replace(" ", "")) and not _NUMBER.fullmatch(bare):
        return []
    found = [hashed("card", squeezed(bare))] if squeezed(bare) else []
    if _NUMBER.fullmatch(bare) and len(digits(bare)) >= SHORT:
        found += [hashed("phone", number) for number in _phones(bare, calling_code)]
    return found


def _phones(text: str, calling_code: str) -> list[str]:
    """The international numbers that typed digits may mean."""
    number = digits(text.replace("(0)", ""))
    if text.lstrip("( ").startswith("+"):
        return [number]
    if number.startswith("00"):
        return [number[2:]]
    if number.startswith("0"):
        return [calling_code + number[1:]]
    return [number, calling_code + number]
