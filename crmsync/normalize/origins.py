"""Names whose order or parts follow another language's custom, told by language or by script."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from msgspec.structs import replace

from crmsync.model.name import PersonName
from crmsync.normalize.fold import fold
from crmsync.normalize.nobility import split_nobility
from crmsync.normalize.vocabulary import (
    EASTERN_FAMILIES,
    GIVEN_NAMES,
    IBERIAN_FAMILIES,
    IBERIAN_GIVEN_NAMES,
    VIETNAMESE_FAMILIES,
    words,
)

FAMILY_FIRST = words("hu ja ko vi yue zh")
"""The languages that put the family name first."""

_IBERIAN = words("ast ca es eu gl pt")
_SLAVIC = words("be bg ru sr uk")
_IBERIAN_PARTICLES = words("da das de del dels do dos la las los san santa")
_JOINS = words("y e i")
_MARIAN = words("maria jose ana")
"""After these, "del Carmen" is a second given name."""

_COMPOUND_HAN = words("欧阳 歐陽 司马 司馬 诸葛 諸葛 上官 夏侯 皇甫 尉迟 公孙 慕容 司徒 令狐 端木")
_COMPOUND_HANGUL = words("남궁 황보 제갈 선우 독고 사공 서문")
_HAN = re.compile(r"[々〇㐀-䶿一-鿿豈-\ufaff]{2,4}")
_HANGUL = re.compile(r"[가-힣]{2,5}")
_VIETNAMESE = re.compile(r"[ăđơưĂĐƠƯẠ-ỹ]")
_PATRONYMIC = re.compile(
    r"\w{3,}(?:[oe]vich|[oe]witsch|[oe]vna|[oe]wna|ович|евич|овна|евна|ична|инична|ильич|йович"
    r"|івна|ївна)"
)


_TELLING = FAMILY_FIRST | _IBERIAN | _SLAVIC | words("cs fr it pl tr")


@lru_cache(maxsize=256)
def telling(tag: str | None) -> str:
    """The language of a tag, where it says more of names than German does, else ''.

    "hu" for "hu_HU", '' for "de-AT": of a German's name nothing follows from the language.
    """
    language = re.split("[-_.]", tag.strip().lower(), maxsplit=1)[0] if tag else ""
    return language if language in _TELLING else ""


def is_given(word: str) -> bool:
    """Whether the first word of `word` is a given name frequent in Germany."""
    return fold(word).partition(" ")[0] in GIVEN_NAMES


def by_script(word: str, language: str) -> PersonName | None:
    """A name written without blanks, by its script: 김민수; for 王小明 the language must be told.

    Han letters alone may be Chinese or Japanese, whose family names differ in length.
    """
    if _HANGUL.fullmatch(word):
        return _cut(word, 2 if word[:2] in _COMPOUND_HANGUL and len(word) > 2 else 1)
    if language in ("zh", "yue", "ko") and _HAN.fullmatch(word):
        return _cut(word, 2 if word[:2] in _COMPOUND_HAN and len(word) > 2 else 1)
    return None


def _cut(word: str, place: int) -> PersonName:
    return PersonName(given=word[place:], family=word[:place], family_first=True)


def by_origin(parts: Sequence[str], language: str) -> PersonName | None:
    """Several words in the order of `language` or of their script; None where neither says it."""
    if is_vietnamese(parts) or (_is_spaced(parts) and "・" not in parts[0]):
        return family_first_name(parts)
    if found := _with_patronymic(parts, language):
        return found
    if language in FAMILY_FIRST:
        return _eastern(parts)
    if len(parts) > 2:
        return _iberian(parts, language)
    return None


def is_vietnamese(parts: Sequence[str]) -> bool:
    """Family name first, with Văn or Thị after it or with letters only Vietnamese has."""
    if len(parts) < 3 or fold(parts[0]) not in VIETNAMESE_FAMILIES:
        return False
    if fold(parts[1]) in ("van", "thi"):
        return True
    return fold(parts[-1]) not in VIETNAMESE_FAMILIES and bool(_VIETNAMESE.search(" ".join(parts)))


def _is_spaced(parts: Sequence[str]) -> bool:
    """Whether a name in Han or Hangul has a blank after the family name."""
    whole = _HAN.fullmatch if _HAN.fullmatch(parts[0]) else _HANGUL.fullmatch
    return len(parts) == 2 and (
        all(map(whole, parts)) or all(len(p) == 1 and "一" <= p <= "鿿" for p in parts)
    )


def family_first_name(parts: Sequence[str]) -> PersonName:
    """The first word as the family name."""
    return PersonName(given=" ".join(parts[1:]), family=parts[0], family_first=True)


def _eastern(parts: Sequence[str]) -> PersonName:
    """Family name first, unless the words themselves say the opposite: then nobody knows."""
    first, last = fold(parts[0]), fold(parts[-1])
    western = last in EASTERN_FAMILIES or (is_given(first) and not is_given(last))
    if western and first not in EASTERN_FAMILIES:
        return PersonName(given=" ".join(parts[:-1]), family=parts[-1], sure=False)
    given = next((place for place, word in enumerate(parts) if place and is_given(word)), 1)
    family = " ".join(parts[:given])
    return PersonName(
        given=" ".join(parts[given:]), family=family, family_first=True, sure=given == 1
    )


def _with_patronymic(parts: Sequence[str], language: str) -> PersonName | None:
    """Olga Iwanowna Petrowa and, where the language or the script says so, Иванов Иван Иванович."""
    if len(parts) != 3:
        return None
    told = language in _SLAVIC or "Ѐ" <= parts[0][0] <= "ӿ"
    first, second, third = parts
    if _PATRONYMIC.fullmatch(second):
        return PersonName(given=first, additional=second, family=third, sure=told)
    if told and _PATRONYMIC.fullmatch(third):
        return PersonName(given=second, additional=third, family=first, family_first=True)
    return None


def _iberian(parts: Sequence[str], language: str) -> PersonName | None:
    """Two surnames, the father's and the mother's: Gabriel García Márquez.

    Where no language is told, only frequent Spanish surnames in both places count, and then
    without certainty.
    """
    units = _units(parts)
    cores = [fold(unit[-1]) for unit in units]
    if language not in _IBERIAN:
        if len(units) < 3 or not {*cores[-2:]} <= IBERIAN_FAMILIES:
            return None
        return replace(_surnames(units, 2), sure=False)
    joined = [place for place, unit in enumerate(units) if _JOINS & {*unit}]
    if joined:
        return _surnames(units, len(units) - joined[0])
    if len(units) < 3:
        return _surnames(units, 1)
    return _by_units(units, cores)


def _by_units(units: Sequence[Sequence[str]], cores: Sequence[str]) -> PersonName:
    """Three words may be two given names and a surname; four end in two surnames."""
    second = cores[1] in IBERIAN_GIVEN_NAMES or is_given(cores[1])
    second = second or (len(units[1]) > 1 and cores[0] in _MARIAN)
    if len(units) == 3 and second and cores[1] not in IBERIAN_FAMILIES:
        return _surnames(units, 1)
    known = cores[0] in IBERIAN_GIVEN_NAMES or is_given(cores[0])
    certain = known if len(units) > 3 else cores[1] in IBERIAN_FAMILIES
    return replace(_surnames(units, 2), sure=certain or bool(re.search("[ea]z$", cores[-2])))


def _surnames(units: Sequence[Sequence[str]], count: int) -> PersonName:
    given = " ".join(word for unit in units[:-count] for word in unit)
    nobility, family = split_nobility(" ".join(word for unit in units[-count:] for word in unit))
    return PersonName(given=given, nobility=nobility, family=family)


def _units(parts: Sequence[str]) -> list[list[str]]:
    """Words with what stands before and joins them: "de la Cruz", "Ortega y Gasset"."""
    units: list[list[str]] = [[]]
    open_ended = True
    for place, word in enumerate(parts):
        joins = word in _JOINS and place > 1
        if open_ended or joins:
            units[-1].append(word)
        else:
            units.append([word])
        open_ended = joins or (word.lower() in _IBERIAN_PARTICLES and place > 0)
    if open_ended and len(units) > 1:
        units[-2] += units.pop()
    return units
