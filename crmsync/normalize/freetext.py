"""A whole name in one text: which end is the family name, and whether that is certain."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from crmsync.model.name import PersonName
from crmsync.normalize.anrede import split_salutation
from crmsync.normalize.fold import fold
from crmsync.normalize.letters import is_shouted, repair_case
from crmsync.normalize.nobility import first_particle, split_nobility, trailing_particles
from crmsync.normalize.titles import split_titles
from crmsync.normalize.vocabulary import GIVEN_NAMES, VIETNAMESE_FAMILIES

AND = re.compile(
    r"(?<!\bvon)\s+(?:und|u\.|and)\s+(?!zu\b)|\s*[&+]\s*|(?<=\w)\s*/\s*(?=\w)",
    re.IGNORECASE,
)
"""What joins the names of several people."""

_SUFFIX = re.compile(
    r"(?:(?i:jr|jun|junior|sen|sr|senior)\b\.?|II|III|IV|Md(?:B|L|A|EP|BB)\b|M\.\s?A\.|B\.\s?A\."
    r"|MBA|[BM]\.?\s?Sc\.?|[BM]\.?\s?Eng\.?|LL\.?\s?[BM]\.?|Ph\.?\s?D\.?|MD|d\.\s?[ÄJ]\.)"
)
_TRAILING_SUFFIX = re.compile(rf"^(?P<name>.*\S)(?:,\s*|\s+)(?P<suffix>{_SUFFIX.pattern})$")
_BORN = re.compile(r",?\s+(?:geb(?:\.|orene?r?)?|née|verw\.|gesch\.)\s+.*$", re.IGNORECASE)
_ASIDE = re.compile(r"\s*[(\[{<][^)\]}>]*[)\]}>]\s*")
_INITIAL = re.compile(r"(?:[^\W\d_]\.[- ]?)+|[^\W\d_]")
_ASIAN_MIDDLE = frozenset(("van", "thi"))


def split_suffix(text: str) -> tuple[str, str]:
    """A name without what follows it, and that: "Schmidt jun." gives "Schmidt" and "jun.".

    A birth name ("geb. Müller") is left out: it is nothing to greet with.
    """
    rest = _BORN.sub("", text)
    found: list[str] = []
    while match := _TRAILING_SUFFIX.match(rest):
        found.insert(0, match["suffix"])
        rest = match["name"]
    return rest, " ".join(found)


def _is_given(word: str) -> bool:
    return fold(word).partition(" ")[0] in GIVEN_NAMES


def _is_vietnamese(parts: Sequence[str]) -> bool:
    """Family name first, with Văn or Thị after it: "Nguyễn Văn Anh"."""
    return (
        len(parts) > 2 and fold(parts[0]) in VIETNAMESE_FAMILIES and fold(parts[1]) in _ASIAN_MIDDLE
    )


def _family_first(parts: Sequence[str]) -> PersonName:
    return PersonName(given=" ".join(parts[1:]), family=parts[0], family_first=True)


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


def _by_given_names(parts: Sequence[str], *, marked: bool) -> PersonName:
    """Given names first, unless known given names say otherwise.

    Certain when an Anrede or title before it or a known given name shows the order, and nothing
    speaks against it.
    """
    known = [_is_given(word) for word in parts]
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


def _in_order(text: str, *, marked: bool, family_first: bool = False) -> PersonName:
    """The parts of a name without Anrede, titles, suffix and comma."""
    parts = repair_case(text).split()
    if len(parts) == 1:
        return PersonName(family=parts[0], family_first=family_first, sure=marked)
    if family_first or _is_vietnamese(parts):
        return _family_first(parts)
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
    return _one_shouted(text.split(), parts) or _by_given_names(parts, marked=marked)


def _several(text: str, joined: re.Match[str], *, marked: bool) -> PersonName:
    """Two people: with one family name their given names are joined, else all is kept as it is."""
    before = text[: joined.start()].split()
    _, right = split_salutation(text[joined.end() :])
    _, right = split_titles(right)
    whole = PersonName(family=text, sure=False)
    if " " not in right or not before:
        return whole
    second = _in_order(right, marked=marked)
    if len(before) > 1 and fold(before[-1]) == fold(second.family):
        before = before[:-1]
    if len(before) > 1 and not all(map(_is_given, before)):
        return whole
    return replace(second, given=f"{repair_case(' '.join(before))} und {second.given}")


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
        sure=not (len(words) > 1 and _is_given(words[0])),
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
    certain = name.sure and len(names) < 2
    return replace(name, titles=titles + name.titles, suffix=" ".join(suffixes), sure=certain)


def parse_free_text(text: str, *, family_first: bool = False) -> PersonName | None:
    """The name in `text` (tidied) in parts, None when nothing but an Anrede or title is there.

    `sure` is False where another reading is as good: a text with nothing to show which end is the
    family name, figures in it, something in brackets.
    """
    salutation, told = split_salutation(f"{text} ")
    titles, told = split_titles(told)
    plain = _ASIDE.sub(" ", told)
    rest, suffix = split_suffix(plain.strip())
    rest = rest.strip(" ,;")
    if not any(letter.isalpha() for letter in rest):
        return None
    marked = salutation is not None or bool(titles)
    if joined := AND.search(rest):
        name = _several(rest, joined, marked=marked)
    elif "," in rest:
        name = _with_comma(rest, marked=marked)
    else:
        name = _in_order(rest, marked=marked, family_first=family_first)
    doubtful = plain != told or any(letter.isdigit() for letter in rest)
    return replace(
        name,
        salutation=salutation or name.salutation,
        titles=titles + name.titles,
        suffix=f"{name.suffix} {suffix}".strip(),
        sure=name.sure and not doubtful,
    )
