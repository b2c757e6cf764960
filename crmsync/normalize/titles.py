"""Academic titles: found at the start of a name, written in one way (Duden, DIN 5008)."""

from __future__ import annotations

import re

from crmsync.normalize.remembered import remembered

_FACULTY = (
    "med|dent|vet|rer|nat|pol|phil|jur|iur|oec|habil|techn|agr|theol|sc|mus|math|paed|päd|publ"
    "|troph|soc|cult|forest|hort|biol|hum|pharm|mont|disc|mult|psych|inf|ing"
)
_FACULTIES = (
    rf"(?:[\s-]*(?:(?i:{_FACULTY}|h\.?\s?c|e\.?\s?h)\.|(?:{_FACULTY}|hc)(?=\s|,|$)|-(?i:ing)\b))*"
)
"""A faculty has a dot or a small letter: "Dr. phil. Anna", but "Dr. Phil Collins" is a name."""

_CALLING = (
    r"Rechtsanw(?:alt|ältin)|(?-i:RAin|RA)|Steuerberater(?:in)?|Notarin|Hofr(?:at|ätin)|KommR|Konsulin"
    r"|(?:Kommerzial|Medizinal|Studien|Oberstudien|Regierungs|Geheim|Ökonomie|Schul|Justiz)r(?:at|ätin)"
    r"|\w*(?:direktor(?:in)?|präsident(?:in)?|rätin)|Dir\.|(?:Ober)?bürgermeister(?:in)?|Pfarrerin|Pastorin|Botschafterin"
)
"""Callings and offices before a name. What is a family name as well (Pfarrer, Konsul) is none."""

_TITLE = re.compile(
    r"(?:"
    r"(?P<professor>(?i:(?P<rank>univ|hon|jun|junior|apl|ao|gast)[.\s-]*)?"
    r"(?i:prof(?:essor(?:in)?|in)?)\b\.?(?:\s?em\.)?)"
    rf"|(?P<doctor>(?i:dres|ddr|dr|doktor)\b\.?(?P<faculties>{_FACULTIES}))"
    r"|(?P<diploma>(?i:dipl)(?:\.\s?-?|-|\s)(?:(?i:ing|kfm|kffr|kaufm|inf|inform|phys|math|chem"
    r"|biol|psych|päd|paed|soz|volksw|betriebsw|betrw|wirtsch|wi|ök|oec|geol|geogr|jur|verw|des"
    r"|vw|bw|agr|forst|arch|bibl|übers|dolm)\w*\.?[\s-]{0,2})+(?:\((?:FH|Univ\.?|BA|TU)\))?)"
    r"|(?P<other>(?i:mag|mmag|bakk)\.(?:\s?\(FH\))?(?:\s?(?:phil|rer|nat|art|techn|sc|iur|soc|oec|tchn)\.)*|(?i:magist(?:er|ra))|DI\b(?=\s[^\s]*[a-zäöü])"
    r"|Ing\.|PD|(?i:priv(?:at)?\.?-?\s?doz(?:\.|entin|ent))|Dkfm\.?|Lic\.(?:\s?(?:phil|iur|oec|theol|rer|pol)\.)*)"
    rf"|(?P<calling>(?i:{_CALLING})(?=\s+\S))"
    r")(?=[\s,-]|$|(?<=\.))[\s,]*"
)
_LETTERS = re.compile(r"[^\W\d_]+")


def _faculties(text: str) -> str:
    """ "-ing" as "-Ing.", "med dent" as " med. dent.", "hc" as " h. c."."""
    joined = re.sub(r"(?i)\bh\.?\s?c\b", "hc", re.sub(r"(?i)\be\.?\s?h\b", "eh", text))
    spoken = {"hc": " h. c.", "eh": " e. h.", "ing": "-Ing."}
    found = [word.lower() for word in _LETTERS.findall(joined)]
    return "".join(spoken.get(word, f" {word}.") for word in found)


def _diploma(text: str) -> str:
    words, _, place = text.partition("(")
    first, *rest = _LETTERS.findall(words)
    spoken = [f"{word.capitalize()}." for word in (first, *rest)]
    return "-".join(spoken) + (f" ({place.strip()}" if place else "")


def _spoken(match: re.Match[str]) -> str:
    if match["professor"]:
        rank = match["rank"]
        return f"{rank.capitalize()}.-Prof." if rank else "Prof."
    if match["doctor"]:
        return "Dr." + _faculties(match["faculties"])
    if match["diploma"]:
        return _diploma(match["diploma"])
    return match["other"] or match["calling"]


@remembered(16_384)
def split_titles(text: str) -> tuple[tuple[str, ...], str]:
    """The titles at the start of `text` as they are spoken, and the rest.

    "Prof. Dr.med. Anna Heide" gives ("Prof.", "Dr. med.") and "Anna Heide".
    """
    found, rest = [], text
    while match := _TITLE.match(rest):
        found.append(_spoken(match))
        rest = rest[match.end() :]
    return tuple(found), rest


@remembered(1024)
def read_titles(text: str) -> tuple[str, ...]:
    """The titles in a field of their own; what we do not know is kept as it is written."""
    found, rest = split_titles(" ".join(text.split()))
    return (*found, rest) if rest else found
