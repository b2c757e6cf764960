"""Locales: which one a name is of, what it inherits from, which order it asks for (UTS #35)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from crmsync.normalize.personal.data import Customs, Order, data

_SCRIPTS = {
    "LATIN": "Latn", "CYRILLIC": "Cyrl", "GREEK": "Grek", "ARABIC": "Arab", "HEBREW": "Hebr",
    "CJK": "Hani", "HIRAGANA": "Hira", "KATAKANA": "Kana", "HANGUL": "Hang", "BOPOMOFO": "Bopo",
    "DEVANAGARI": "Deva", "BENGALI": "Beng", "GURMUKHI": "Guru", "GUJARATI": "Gujr",
    "ORIYA": "Orya", "TAMIL": "Taml", "TELUGU": "Telu", "KANNADA": "Knda", "MALAYALAM": "Mlym",
    "SINHALA": "Sinh", "THAI": "Thai", "LAO": "Laoo", "TIBETAN": "Tibt", "MYANMAR": "Mymr",
    "GEORGIAN": "Geor", "ARMENIAN": "Armn", "ETHIOPIC": "Ethi", "CHEROKEE": "Cher",
    "KHMER": "Khmr", "MONGOLIAN": "Mong", "SYRIAC": "Syrc", "THAANA": "Thaa", "TIFINAGH": "Tfng",
    "VAI": "Vaii", "YI": "Yiii", "CHAKMA": "Cakm", "ADLAM": "Adlm", "NKO": "Nkoo",
}  # fmt: skip
"""The first word of a character's Unicode name, and its script in ISO 15924."""

_SETS = {
    "Jpan": {"Hani", "Hira", "Kana"},
    "Hrkt": {"Hira", "Kana"},
    "Kore": {"Hani", "Hang"},
    "Hans": {"Hani"},
    "Hant": {"Hani"},
}
"""Scripts that stand for several."""

_SPACELESS = frozenset(("ja", "zh", "yue"))
UNKNOWN = "Zzzz"


class Locale(NamedTuple):
    """A language, a script and a region; '' what is not told."""

    language: str
    script: str = ""
    region: str = ""

    @property
    def tag(self) -> str:
        """As CLDR writes it: "zh-Hant-TW"."""
        return "-".join(part for part in self if part)


@lru_cache(maxsize=256)
def locale_of(tag: str) -> Locale:
    """The parts of a tag, as BCP 47 or CLDR write it; variants are left out. '' is und."""
    language, *rest = tag.replace("_", "-").split("-")
    script = next((part.title() for part in rest if len(part) == 4 and part.isalpha()), "")
    region = next((part.upper() for part in rest if len(part) in (2, 3)), "")
    return Locale(language.lower() or "und", script, region)


@lru_cache(maxsize=256)
def maximal(locale: Locale) -> Locale:
    """The locale with the parts that are likely: de gives de-Latn-DE."""
    language, script, region = locale
    likely = data().likely
    for known in (
        locale,
        Locale(language, script),
        Locale(language, "", region),
        Locale(language),
        *([Locale("und", script)] if script else ()),
    ):
        if full := likely.get(known.tag):
            found = locale_of(full)
            own = found.language if language == "und" else language
            return Locale(own, script or found.script, region or found.region)
    return locale


@lru_cache(maxsize=4096)
def _script_of(letter: str) -> str:
    names = unicodedata.name(unicodedata.normalize("NFKC", letter)[:1] or " ", "").split()
    return _SCRIPTS.get(names[0], "") if names and letter.isalpha() else ""


def script_of(text: str) -> str:
    """The script of the first letter in `text` that has one; Zzzz where there is none."""
    return next(filter(None, map(_script_of, text)), UNKNOWN)


def scripts_match(one: str, other: str) -> bool:
    """Whether two scripts are the same, or share letters: Hani and Jpan."""
    return bool(_SETS.get(one, {one}) & _SETS.get(other, {other}))


def languages_match(one: str, other: str) -> bool:
    """Whether a name of one language is at home in the other."""
    return one == other or {one, other} <= _SPACELESS


def _inherits(tag: str) -> str:
    return data().parents.get(tag) or tag.rpartition("-")[0]


def _tags(locale: Locale) -> Iterator[str]:
    tag = locale.tag
    while tag and tag != "und":
        yield tag
        tag = _inherits(tag)


@lru_cache(maxsize=256)
def customs_of(locale: Locale) -> tuple[str, Customs] | None:
    """The nearest locale with data of its own and those data; None when that is the root."""
    usual = maximal(Locale(locale.language, "", locale.region)).script
    if locale.script == usual:
        locale = Locale(locale.language, "", locale.region)
    for tag in _tags(locale):
        if tag in data().locales:
            return tag, data().locales[tag]
    return None


def root() -> Customs:
    """What holds where no locale says anything."""
    return data().locales["und"]


def order_of(name: Locale, customs: Customs) -> Order:
    """Whether a name of the locale `name` has its given name or its surname first."""
    given, surname = customs.given_first.split(), customs.surname_first.split()
    language, script, region = name
    for parts in (name, Locale(language, script), Locale(language, "", region), Locale(language)):
        for tag in (parts.tag, Locale("und", parts.script, parts.region).tag):
            if tag in given and tag != "und":
                return "givenFirst"
            if tag in surname and tag != "und":
                return "surnameFirst"
    return "surnameFirst" if "und" in surname else "givenFirst"
