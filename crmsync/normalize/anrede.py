"""The Anrede: what a salutation field or the start of a name says, never what a name suggests."""

from __future__ import annotations

import re

from crmsync.model.words import Salutation
from crmsync.normalize.fold import tokens
from crmsync.normalize.remembered import remembered

_SPOKEN: dict[str, Salutation] = {
    **dict.fromkeys(("herr", "hr", "herrn", "mr", "mister", "monsieur", "signor", "senor", "sir"),
                    "herr"),
    **dict.fromkeys(("frau", "fr", "fraeulein", "frl", "mrs", "ms", "miss", "mme", "madame",
                     "madam", "mademoiselle", "mlle", "signora", "senora", "mevrouw"), "frau"),
    **dict.fromkeys(("divers", "mx", "enby"), "divers"),
    **dict.fromkeys(("familie", "fam", "family", "eheleute", "ehepaar"), "familie"),
    **dict.fromkeys(("firma", "fa", "company", "unternehmen"), "firma"),
}  # fmt: skip
_CODES: dict[str, Salutation] = {
    "m": "herr", "w": "frau", "d": "divers", "male": "herr", "female": "frau", "diverse": "divers",
    "maennlich": "herr", "weiblich": "frau",
}  # fmt: skip
"""What the salutation field of some systems holds instead of the word itself."""

_ONE = (
    r"Herrn?|Hr\.|Frau|Fr\.|Fräulein|Frl\.|Mr\.?|Mrs\.?|Ms\.?|Miss|Mme\.?|Madame|Monsieur|Mx\.?"
    r"|Signora?|Familie|Fam\.|Family|Eheleute|Ehepaar|Firma|Fa\."
)
_LEADING = re.compile(rf"(?:An\s+)?(?P<first>{_ONE})(?=\s)(?:\s+(?P<both>und|u\.|&|\+|and)\s+"
                      rf"(?P<second>{_ONE})(?=\s))?\s+", re.IGNORECASE)  # fmt: skip


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


def split_salutation(text: str) -> tuple[Salutation | None, str]:
    """The Anrede at the start of a name and the rest: "Frau Anna Müller" gives frau.

    "Herr und Herr" are several people too, of whom there is no more to say than familie.
    """
    match = _LEADING.match(text)
    if match is None:
        return None, text
    told = salutation_of(match.group())
    several = match["both"] and told != "paar"
    return "familie" if several else told, text[match.end() :]
