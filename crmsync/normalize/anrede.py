"""The Anrede: what a salutation field or the start of a name says, never what a name suggests."""

from __future__ import annotations

import re

from crmsync.model.words import Salutation
from crmsync.normalize.fold import fold, tokens
from crmsync.normalize.remembered import remembered

_SPOKEN: dict[str, Salutation] = {
    **dict.fromkeys(("herr", "hr", "herrn", "mr", "mister", "monsieur", "signor", "senor", "sir",
                     "sig", "pan", "bay", "bey", "dhr", "heer", "meneer", "don"), "herr"),
    **dict.fromkeys(("frau", "fr", "fraeulein", "frl", "mrs", "ms", "miss", "mme", "madame",
                     "madam", "mademoiselle", "mlle", "signora", "signorina", "senora", "senorita",
                     "mevrouw", "mevr", "mw", "pani", "bayan", "hanim", "sra", "srta", "dona"),
                    "frau"),
    **dict.fromkeys(("divers", "mx", "enby"), "divers"),
    **dict.fromkeys(("familie", "fam", "family", "eheleute", "ehepaar", "famille", "famiglia",
                     "familia", "panstwo"), "familie"),
    **dict.fromkeys(("firma", "fa", "company", "unternehmen"), "firma"),
}  # fmt: skip
_CODES: dict[str, Salutation] = {
    "m": "herr", "w": "frau", "d": "divers", "male": "herr", "female": "frau", "diverse": "divers",
    "maennlich": "herr", "weiblich": "frau",
}  # fmt: skip
"""What the salutation field of some systems holds instead of the word itself."""

_ONE = (
    r"Herrn?|Hr\.?|Frau|Fr\.?|Fräulein|Frl\.?|Mr\.?|Mrs\.?|Ms\.?|Miss|Mme\.?|Mlle\.?|Madame"
    r"|Mademoiselle|Monsieur|Mx\.?|Signora?|Signorina|Sig\.(?:\s?(?:ra|na)\b\.?)?|Señor(?:a|ita)?"
    r"|Srt?a\.?|Pani|Mevrouw|Mevr\.?|Mw\.|Dhr\.?|(?-i:[Dd]e\sheer)|Meneer"
    r"|Familie|Fam\.?|Family|Famille|Famiglia|Familia|Eheleute|Ehepaar|Państwo|Firma|Fa\."
)
_SPANISH = r"Sr\.|Doña|Don|D\.|Dña\."
_AMONG = {
    "fr": r"M\.", "pl": "Pan", "cs": "Pan", "tr": "Bayan|Bay", "es": _SPANISH, "ca": _SPANISH,
    "gl": _SPANISH, "pt": r"Sr\.|Dona|D\.", "it": "Don|Donna",
}  # fmt: skip
"""What is an Anrede in one language, and a name or an initial in others."""

_TOLD_APART = r"M\.(?=\s+et\s)|Pan(?=\s+i\s)|Sr\.(?=\s+y\s)"
_AND = r"\s+(?:und|u\.|&|\+|and|et|e|y|i|en|ve)\s+"


@remembered(64)
def _leading(language: str) -> re.Pattern[str]:
    one = f"{_ONE}|{_AMONG[language]}" if language in _AMONG else _ONE
    return re.compile(
        rf"(?:(?:An|z\.\s?Hd\.)\s+(?:die\s+|den\s+)?)?(?P<first>{one}|{_TOLD_APART})(?=\s)"
        rf"(?:{_AND}(?P<second>{one})(?=\s))?\s+",
        re.IGNORECASE,
    )


_LEADING = _leading("")
_TRAILING = re.compile(r"(?P<name>\S.*?)\s+(?P<told>Hanım|Hanim|HANIM|Bey|BEY)\s*")
"""The Turkish way: after the given name."""

_COURTESY = re.compile(r"Sayın\s+|Sn\.\s+", re.IGNORECASE)


@remembered(1024)
def salutation_of(text: str) -> Salutation | None:
    """The Anrede told by a salutation field: "Sehr geehrter Herr Dr." and "Mr" give herr.

    "Herr und Frau" gives paar; what says nothing ("Hallo", "not_specified") gives None.
    """
    found = tokens(text)
    if len(found) == 1 and found[0] in _CODES:
        return _CODES[found[0]]
    told = {_SPOKEN[word] for word in found if word in _SPOKEN}
    if {"herr", "frau"} <= told:
        return "paar"
    return next((_SPOKEN[word] for word in found if word in _SPOKEN), None)


def split_salutation(text: str, language: str = "") -> tuple[Salutation | None, str]:
    """The Anrede at the start of a name and the rest: "Frau Anna Müller" gives frau.

    "Herr und Herr" are several people too, of whom there is no more to say than familie. What is
    an Anrede in one language alone ("M. Dupont") counts beside that `language`.
    """
    match = (_leading(language) if language in _AMONG else _LEADING).match(text)
    if match is None:
        return None, text
    first, second = _one(match["first"]), match["second"]
    rest = text[match.end() :]
    if second is None:
        return first, rest
    return ("paar" if {first, _one(second)} == {"herr", "frau"} else "familie"), rest


def _one(word: str) -> Salutation | None:
    if word.rstrip(".") in ("M", "m", "Sr", "sr", "SR", "D", "d"):
        return "herr"
    return "frau" if fold(word) in ("sig ra", "sig na", "dna") else salutation_of(f"{word} ")


def spoken_after(text: str, language: str) -> tuple[Salutation | None, str]:
    """The Anrede that Turkish puts after the given name: "Ayşe Hanım" gives frau and "Ayşe".

    Bey is a family name too, so it counts only where the language is told. "Sayın" is told to
    everybody and says nothing.
    """
    rest = text[match.end() :] if (match := _COURTESY.match(text)) else text
    after = _TRAILING.fullmatch(rest)
    if after is None or (fold(after["told"]) == "bey" and language != "tr"):
        return None, rest
    return salutation_of(after["told"]), after["name"]
