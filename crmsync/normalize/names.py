"""Names of persons, from separate fields or one free text, into the parts a greeting needs."""

from __future__ import annotations

import re

from msgspec.structs import replace

from crmsync.model.name import PersonName
from crmsync.model.words import Salutation
from crmsync.normalize.anrede import salutation_of, split_salutation
from crmsync.normalize.firms import has_legal_form, looks_like_firm
from crmsync.normalize.fold import fold
from crmsync.normalize.freetext import (
    AND,
    joins_people,
    parse_free_text,
    read_plain,
    split_born,
    split_suffix,
)
from crmsync.normalize.letters import repair_case, tidy, writes_turkish
from crmsync.normalize.nobility import split_nobility, trailing_particles
from crmsync.normalize.remembered import remembered
from crmsync.normalize.titles import read_titles, split_titles
from crmsync.normalize.vocabulary import PLACEHOLDERS

_CAPITAL = "A-ZÄÖÜÀ-ÖØ-Þ"
_SMALL = "a-zß-öø-ÿ"
_PLAIN = re.compile(rf"[{_CAPITAL}][{_SMALL}]+(?:[- ][{_CAPITAL}][{_SMALL}]+)?")
_SPECIAL_STARTS = re.compile(
    r"(?:Dr|Prof|Dipl|Mag|Ing|Herr|Frau|Fr|Hr|Familie|Firma|Eheleute|Graf|Freiherr|Baron|Vo[nm]|Zu[mr]?|Van"
    r"|Ter|Ten|Prinz|Gr|Freifrau|Reichs|Magister|Doktor|Professor|Miss|Mrs?|Ms|Madame|Monsieur)"
    r"(?![a-z])"
)


@remembered(32_768)
def _is_plain(text: str) -> bool:
    """Whether `text` is one or two well-written words that no rule would touch."""
    return (
        _PLAIN.fullmatch(text) is not None
        and _SPECIAL_STARTS.match(text) is None
        and text.casefold() not in PLACEHOLDERS
        and not looks_like_firm(text)
    )


def _are_plain(given: str, family: str) -> bool:
    return given != family and _is_plain(given) and _is_plain(family)


def _told(text: str | None) -> str:
    """`text` tidied; '' when it only says that there is no name."""
    bare = tidy(text)
    if bare.casefold() in PLACEHOLDERS or bare in ("null", "NULL"):
        return ""
    return bare if any(letter.isalpha() for letter in bare) else ""


@remembered(1024)
def _salutation_field(text: str) -> tuple[Salutation | None, tuple[str, ...]]:
    """What a salutation field holds: the Anrede, and titles written beside it ("Frau Dr.")."""
    bare = tidy(text)
    _, rest = split_salutation(f"{bare} ")
    return salutation_of(bare), split_titles(rest)[0]


def _from_one_field(
    given: str, family: str, *, family_first: bool, language: str
) -> PersonName | None:
    """The name where only one of the two fields is filled, perhaps with everything."""
    text = given or family
    marked = "," in text or bool(split_salutation(f"{text} ")[0] or split_titles(text)[0])
    if marked or (given and " " in given):
        return parse_free_text(text, family_first=family_first, language=language)
    text, born = split_born(text)
    name, suffix = split_suffix(text)
    if given:
        return PersonName(given=repair_case(given), family_first=family_first)
    nobility, family = split_nobility(repair_case(name))
    return PersonName(
        nobility=nobility,
        family=family,
        suffix=suffix,
        family_first=family_first,
        sure=" " not in family,
        rest=born,
    )


def _from_two_fields(given: str, family: str, *, family_first: bool, language: str) -> PersonName:
    """The name from a given name and a family name, each with what else was typed into it."""
    turkish = writes_turkish(f"{given} {family}", language)
    salutation, given = split_salutation(given)
    titles, given = split_titles(given)
    second, family = split_salutation(family)
    more_titles, family = split_titles(family)
    family, born = split_born(family)
    family, suffix = split_suffix(family)
    given, particles = trailing_particles(given)
    before, family = split_nobility(repair_case(family, turkish=turkish), given=given)
    twice = fold(given) == fold(family)
    return PersonName(
        salutation=salutation or second,
        titles=(*titles, *more_titles),
        given="" if twice else repair_case(given, turkish=turkish),
        nobility=f"{particles} {before}".strip(),
        family=family,
        suffix=suffix,
        family_first=family_first,
        sure=not twice,
        rest=born,
    )


def _is_firm(given: str, family: str, text: str) -> bool:
    if given and family:
        return has_legal_form(f"{given} {family}")
    return looks_like_firm(family or given or text)


def _found(
    given: str | None, family: str | None, name: str | None, *, family_first: bool, language: str
) -> PersonName | None:
    first, last, text = _told(given), _told(family), _told(name)
    if _is_firm(first, last, text) or "@" in (first + last or text):
        return None
    if first and last:
        return _from_two_fields(first, last, family_first=family_first, language=language)
    if first or last:
        return _from_one_field(first, last, family_first=family_first, language=language)
    return parse_free_text(text, family_first=family_first, language=language) if text else None


def parse_name(
    *,
    salutation: str | None = None,
    titles: str | None = None,
    given: str | None = None,
    nobility: str | None = None,
    family: str | None = None,
    suffix: str | None = None,
    name: str | None = None,
    family_name_first: bool = False,
    language: str = "",
) -> PersonName | None:
    """The name in parts, from fields or, where those are empty, from the free text `name`.

    None where there is no person's name: nothing at all, a placeholder ("n/a"), an e-mail address,
    a firm. `sure` is False when the parts were cut out of one text that could be read in another
    way ("Kim Thomas"). An Anrede is only what was told; nothing is concluded from a given name.
    `language` ("hu") is that of the name and a hint for one text: "Nagy Péter" is read with it.
    """
    if name and not (given or family or salutation or titles or nobility or suffix):
        plain = read_plain(name, language)
        if plain is not None:
            return plain
    told, beside = _salutation_field(salutation) if salutation else (None, ())
    own = read_titles(tidy(titles)) if titles else ()
    if given and family and not (nobility or suffix) and _are_plain(given, family):
        spoken = tuple(dict.fromkeys((*beside, *own))) if own else beside
        return PersonName(told, spoken, given, "", "", family, "", family_name_first)
    found = _found(given, family, name, family_first=family_name_first, language=language)
    if found is None:
        return None
    return replace(
        found,
        salutation=told or found.salutation,
        titles=tuple(dict.fromkeys((*beside, *own, *found.titles))),
        nobility=f"{tidy(nobility)} {found.nobility}".strip(),
        suffix=f"{found.suffix} {tidy(suffix)}".strip(),
    )


def is_couple(name: PersonName) -> bool:
    """Whether the name is that of several people: Familie, Eheleute, "Anna und Peter Schmidt"."""
    if name.salutation in ("familie", "paar"):
        return True
    return bool(AND.search(name.given) if name.given else joins_people(name.surname))
