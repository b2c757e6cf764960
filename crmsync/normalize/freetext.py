"""A whole name in one text: which end is the family name, and whether that is certain."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from crmsync.model.name import PersonName
from crmsync.model.words import Salutation
from crmsync.normalize.anrede import split_salutation, spoken_after
from crmsync.normalize.firms import looks_like_firm_word
from crmsync.normalize.fold import fold
from crmsync.normalize.letters import is_shouted, repair_case, writes_turkish
from crmsync.normalize.nobility import first_particle, split_nobility, trailing_particles
from crmsync.normalize.origins import (
    FAMILY_FIRST,
    by_origin,
    by_script,
    family_first_name,
    is_given,
)
from crmsync.normalize.titles import split_titles
from crmsync.normalize.vocabulary import VIETNAMESE_FAMILIES, words

AND = re.compile(
    r"(?<!\bvon)\s+(?:und|u\.|and)\s+(?!zu\b)|\s*[&+]\s*|(?<=\w)\s*/\s*(?=\w)",
    re.IGNORECASE,
)
"""What joins the names of several people."""

_SUFFIX = re.compile(
    r"(?:(?i:jr|jun|junior|sen|sr|senior)\b\.?|(?:III?|IV)\b\.?|Md(?:B|L|A|EP|BB)\b|M\.\s?A\.|B\.\s?A\."
    r"|MBA|[BM]\.?\s?Sc\.?|[BM]\.?\s?Eng\.?|LL\.?\s?[BM]\.?|Ph\.?\s?D\.?|MD|d\.\s?[ÄJ]\.)"
)
_TRAILING_SUFFIX = re.compile(rf"^(?P<name>.*\S)(?:,\s*|\s+)(?P<suffix>{_SUFFIX.pattern})$")
_BORN = re.compile(
    r",?\s+[(]?(?P<born>(?:geb(?:\.|orene?r?)?|née|z domu|verw\.|gesch\.)\s+[^)]*)[)]?$",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    r"([A-ZÄÖÜÀ-ÖØ-Þ][a-zß-öø-ÿ]{2,}(?:-[A-ZÄÖÜÀ-ÖØ-Þ][a-zß-öø-ÿ]+)?)"
    r" ([A-ZÄÖÜÀ-ÖØ-Þ][a-zß-öø-ÿ]{3,}(?:-[A-ZÄÖÜÀ-ÖØ-Þ][a-zß-öø-ÿ]{3,})?)"
)
_NO_FAMILY = words("Junior Senior Hanim Limited Corp")
_ASIDE = re.compile(r"\s*[(\[{<][^)\]}>]*[)\]}>]\s*")
_INITIAL = re.compile(r"(?:[^\W\d_]\.[- ]?)+|[^\W\d_]")
_ESTATE = words("von vom zu zum zur de di da")
_OF_THE_FAMILY = words(
    "al el abu abou bin ibn bint ben di de da del della dello dos la le lo mac ó ní nic uí mc st"
    " saint"
)
"""Written large before the last word, these begin the family name: El Amrani, De Luca."""

_ALSO_CALLED = words("genannt gen. vulgo y")


def joins_people(text: str) -> re.Match[str] | None:
    """What joins the names of several people in `text`; None in "von Thun und Hohenstein"."""
    joined = AND.search(text)
    if joined is None:
        return None
    before, after = text[: joined.start()].split(), text[joined.end() :]
    if " " in after or is_given(after) or not joined.group().strip().isalpha():
        return joined
    return None if any(word.lower() in _ESTATE for word in before[:-1]) else joined


def split_born(text: str) -> tuple[str, str]:
    """A name without a former one, and that: it is nothing to greet with, but kept."""
    born = _BORN.search(text)
    return (text[: born.start()], born["born"].strip()) if born else (text, "")


def split_suffix(text: str) -> tuple[str, str]:
    """A name without what follows it, and that: "Schmidt jun." gives "Schmidt" and "jun."."""
    rest, found = text, list[str]()
    while match := _TRAILING_SUFFIX.match(rest):
        found.insert(0, match["suffix"])
        rest = match["name"]
    return rest, " ".join(found)


def _with_particle(parts: Sequence[str], place: int) -> PersonName:
    nobility, family = split_nobility(" ".join(parts[place:]))
    return PersonName(given=" ".join(parts[:place]), nobility=nobility, family=family)


def _one_shouted(words: Sequence[str], parts: Sequence[str]) -> PersonName | None:
    """The French way: "MUELLER Anna" and "Anna MUELLER" name the family in capitals."""
    loud = [place for place, word in enumerate(words) if is_shouted(word)]
    if len(loud) != 1:
        return None
    place = loud[0]
    given = " ".join([*parts[:place], *parts[place + 1 :]])
    return PersonName(given=given, family=repair_case(words[place]))


def _large_particle(parts: Sequence[str]) -> PersonName | None:
    """The family name from a particle written large, or from the word before "genannt"."""
    if fold(parts[-1]) in VIETNAMESE_FAMILIES:
        return None
    for place in range(1, len(parts) - 1):
        word = parts[place].lower()
        if word in _ALSO_CALLED and place > 1:
            place, certain = place - 1, word != "y"
        elif (
            word not in _OF_THE_FAMILY
            or is_given(word)
            or fold(parts[place - 1]) in ("abd", "abdul")
        ):
            continue
        else:
            certain = True
        given = parts[:place]
        sure = certain and all(map(is_given, given))
        return PersonName(given=" ".join(given), family=" ".join(parts[place:]), sure=sure)
    return None


def _by_given_names(parts: Sequence[str], *, marked: bool) -> PersonName:
    """Given names first, unless known given names say otherwise.

    Certain when an Anrede or title before it or a known given name shows the order, and nothing
    speaks against it.
    """
    known = [is_given(word) for word in parts]
    middle = parts[1:-1]
    if len(parts) == 2 and known == [False, True] and not marked:
        return PersonName(given=parts[1], family=parts[0], family_first=True, sure=False)
    initials = all(_INITIAL.fullmatch(word) for word in middle)
    ordered = marked or known[0] or bool(_INITIAL.fullmatch(parts[0]))
    doubtful = known[-1] and not (marked and known[0])
    sure = ordered and (initials or all(known[1:-1])) and not doubtful
    if initials:
        return PersonName(given=parts[0], additional=" ".join(middle), family=parts[-1], sure=sure)
    return PersonName(given=" ".join(parts[:-1]), family=parts[-1], sure=sure)


def _in_order(
    text: str, *, marked: bool, family_first: bool = False, language: str = ""
) -> PersonName:
    """The parts of a name without Anrede, titles, suffix and comma."""
    parts = repair_case(text, turkish=writes_turkish(text, language)).split()
    if len(parts) == 1:
        alone = PersonName(family=parts[0], family_first=family_first, sure=marked)
        return by_script(parts[0], language) or alone
    if family_first:
        return family_first_name(parts)
    if found := by_origin(parts, language):
        return found
    if place := first_particle(parts):
        return _with_particle(parts, place)
    nobility, family = split_nobility(" ".join(parts))
    if nobility:
        small = parts[0].islower() or marked
        return (
            PersonName(nobility=nobility, family=family, sure=marked)
            if small
            else PersonName(family=" ".join(parts), sure=False)
        )
    return (
        _one_shouted(text.split(), parts)
        or _large_particle(parts)
        or _by_given_names(parts, marked=marked)
    )


def _several(text: str, joined: re.Match[str], *, marked: bool) -> PersonName:
    """Two people: with one family name their given names are joined, else all is kept as it is."""
    before = text[: joined.start()].split()
    salutation, right = split_salutation(text[joined.end() :])
    titles, right = split_titles(right)
    whole = PersonName(salutation, family=text, sure=False)
    if " " not in right or not before:
        return whole
    second = _in_order(right, marked=marked)
    if len(before) > 1 and fold(before[-1]) == fold(second.family):
        before = before[:-1]
    if len(before) > 1 and not all(map(is_given, before)):
        return whole
    given = f"{repair_case(' '.join(before))} und {second.given}"
    return replace(second, salutation=salutation, titles=titles, given=given)


def _together(
    salutation: Salutation | None, titles: tuple[str, ...], name: PersonName
) -> PersonName:
    """Two people of whom each may have been told with Anrede and titles of their own.

    Titles that only one of them has cannot be said of both, so then the name is not sure.
    """
    told = salutation
    if salutation and name.salutation:
        told = "paar" if {salutation, name.salutation} == {"herr", "frau"} else "familie"
    apart = bool(salutation and name.salutation) and titles != name.titles
    own = titles if titles == name.titles else titles + name.titles
    return replace(name, salutation=told, titles=own, sure=name.sure and not apart)


def _after_comma(family: str, given: str) -> PersonName:
    """ "Mueller, Juergen" and "Heide, Anna von der"."""
    salutation, given = split_salutation(given)
    titles, given = split_titles(given)
    given, particles = trailing_particles(repair_case(given))
    before, name = split_nobility(repair_case(family), given=given)
    words = name.split()
    return PersonName(
        salutation=salutation,
        titles=titles,
        given=given,
        nobility=f"{particles} {before}".strip(),
        family=name,
        sure=not (len(words) > 1 and is_given(words[0])) and (not salutation or is_given(given)),
    )


def _with_comma(text: str, *, marked: bool) -> PersonName:
    head, *tails = [part for piece in text.split(",") if (part := piece.strip())] or [text]
    titles: tuple[str, ...] = ()
    suffixes, names = [], []
    for tail in tails:
        found, rest = split_titles(tail)
        if found and not rest:
            titles += found
        elif _SUFFIX.fullmatch(tail):
            suffixes.append(tail)
        else:
            names.append(tail)
    if not names:
        name = _in_order(head, marked=marked or bool(titles))
    else:
        name = _after_comma(head, names[0])
    return replace(
        name,
        titles=titles + name.titles,
        suffix=" ".join(suffixes),
        sure=name.sure and len(names) < 2,
        rest=", ".join(names[1:]),
    )


def read_plain(text: str, language: str) -> PersonName | None:
    """A frequent given name and a word that is nothing but a family name; None for all else.

    Gives what `parse_free_text` gives, in a third of the time.
    """
    if (match := _PLAIN.fullmatch(text)) is None or language in FAMILY_FIRST:
        return None
    given, family = match.groups()
    if family in _NO_FAMILY or not is_given(given) or is_given(family):
        return None
    return None if looks_like_firm_word(family) else PersonName(given=given, family=family)


def parse_free_text(
    text: str, *, family_first: bool = False, language: str = ""
) -> PersonName | None:
    """The name in `text` (tidied) in parts, None when nothing but an Anrede or title is there.

    `sure` is False where another reading is as good: a text with nothing to show which end is the
    family name, figures in it, something in brackets. What is no part of the name is in `rest`.
    `language` ("hu") says which order and words to expect.
    """
    salutation, told = split_salutation(f"{text} ", language)
    titles, told = split_titles(told)
    told, born = split_born(told.rstrip())
    plain = _ASIDE.sub(" ", told) if _ASIDE.search(told) else told
    bare, suffix = split_suffix(plain.strip())
    after, bare = spoken_after(bare.strip(" ,;"), language)
    if not any(letter.isalpha() for letter in bare):
        return None
    if after and " " not in bare:
        name = PersonName(after, given=repair_case(bare))
    else:
        marked = bool(salutation or after or titles)
        name = _in_one(bare, salutation, titles, marked, family_first, language)
    doubtful = plain != told or any(letter.isdigit() for letter in bare)
    aside = [] if plain == told else [found.strip() for found in _ASIDE.findall(told)]
    return replace(
        name,
        salutation=name.salutation or after,
        suffix=f"{name.suffix} {suffix}".strip(),
        sure=name.sure and not doubtful,
        rest=" ".join(part for part in (name.rest, *aside, born) if part),
    )


def _in_one(
    text: str,
    salutation: Salutation | None,
    titles: tuple[str, ...],
    marked: bool,
    family_first: bool,
    language: str,
) -> PersonName:
    """The name in `text`, with the Anrede and titles that were found before it."""
    if joined := joins_people(text):
        return _together(salutation, titles, _several(text, joined, marked=marked))
    if "," in text:
        name = _with_comma(text, marked=marked)
    else:
        name = _in_order(text, marked=marked, family_first=family_first, language=language)
    return replace(name, salutation=salutation or name.salutation, titles=titles + name.titles)
