"""Whether a name is a firm's: legal forms and the words only organisations carry."""

from __future__ import annotations

import re

from crmsync.normalize.remembered import remembered

_LEGAL_FORM = re.compile(
    r"(?<![\w.])(?:"
    r"(?:g|gem\.\s?)?G(?:es)?\.?\s?m\.?\s?b\.?\s?H\b\.?|gGmbH\b|GMBH\b|mbH\b"
    r"|(?<=\S\s)(?:AG|KG|UG)|AöR|KGaA|KdöR|oHG|OHG|GbR|GBR|PartGm?b?B?"
    r"|e\.\s?K(?:fm|fr)?\.?|eK|e\.\s?V\.?|eV|e\.\s?G\.?|eG|eGbR"
    r"|Ltd\.?|Limited|LLC|L\.L\.C\.|Inc\.?|Corp\.?|PLC|plc|LLP"
    r"|S\.\s?à\s?r\.\s?l\.?|SARL|Sàrl|S\.?r\.?l\.?|S\.?p\.?A\.?"
    r"|A/S|ApS|Sp\.\s?z\s?o\.?\s?o\.?|s\.\s?r\.\s?o\.?|d\.\s?o\.\s?o\.?"
    r"|Kft\.?|Zrt\.?|Pty"
    r")(?![\w])",
)
_SHOUTED_FORM = re.compile(r"(?<!\w)(?:GMBH|MBH|KGAA|E\.\s?K\.|E\.\s?V\.|LTD\.?|INC\.?)(?!\w)")
_SHORT_FORM = re.compile(r"\s(?:SE|SA|BV|NV|AB|AS|EG|Oyj?|[BN]\.\s?V\.|S\.\s?A\.(?:\s?S\.)?)$")
_TRADES = (
    "apotheke", "praxis", "kanzlei", "autohaus", "restaurant", "bäckerei", "metzgerei",
    "gaststätte", "verwaltung", "landratsamt", "grundschule", "gymnasium", "universität",
    "hochschule", "kindertagesstätte", "kindergarten", "verlag", "verein", "stiftung",
    "genossenschaft", "werkstatt", "ministerium", "klinikum", "krankenhaus", "feuerwehr",
    "sparkasse", "volksbank", "versicherung", "baugesellschaft", "handelsgesellschaft",
)  # fmt: skip
_TRADE = re.compile(
    r"(?<!\w)(?:Firma|Fa\.|Gebr\.|Gebrüder)(?!\w)"
    r"|(?:&|\bund)\s*(?:Co\b|Cie\b|Söhne\b|Sohn\b|Partner\b|Töchter\b|Kollegen\b)"
    rf"|\b\w*(?:{'|'.join(_TRADES)})\b(?!-)"
    r"|^(?:Stadt|Gemeinde|Landkreis|Bezirksamt|Amt|Kirchengemeinde)\s",
    re.IGNORECASE,
)

_PERSON = (
    r"Herrn?|Hr\.|Frau|Fr\.|Fräulein|Frl\.|Mrs?\.|Ms\.|Mme\.?|Madame|Monsieur|Eheleute|Familie"
)
_CONTACT = re.compile(
    r"[\s,;:(–-]*(?<!\w)(?:z\.?\s?H(?:d|dn)?\.?(?:\s?v\.)?|zu\s?H[äa]nden(?:\s+von|\s+d(?:er|es))?"
    r"|c/o|attn\.?:?|attention:?|Ansprechpartner(?:in)?:?|Kontakt:|Inh(?:aber(?:in)?)?[.:]*)\s+"
    rf"(?P<named>\S.*)|[\s,;(–-]*[,;(–-]\s*(?P<told>(?:{_PERSON})\s.*)",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    rf"(?P<told>(?:{_PERSON})\s[^,;()]*?)(?:\s*[,;(–]+\s*|\s+-\s+|\s+c/o\s+)(?P<firm>\S.*)",
    re.IGNORECASE,
)
_AFTER_FORM = re.compile(rf"(?P<firm>.*\S)\s+(?P<told>(?:{_PERSON})\s.*)", re.IGNORECASE)
_OFFICE = re.compile(
    r"(?:Abteilung|Abt\.|Geschäftsleitung|Geschäftsführung|Sekretariat|Empfang|Verwaltung|Vertrieb"
    r"|Einkauf|Buchhaltung|Rechnungs\w+|Kreditoren\w*|Personal\w*|Zentrale)\b",
    re.IGNORECASE,
)


def split_contact(text: str) -> tuple[str, str]:
    """A firm's name and whom to talk to there, as they stand: the second is '' where nobody is.

    "Müller GmbH, z. Hd. Frau Schmidt" gives "Müller GmbH" and "Frau Schmidt". A department is
    nobody.
    """
    match = _BEFORE.fullmatch(text)
    if match and looks_like_firm(match["firm"]):
        return match["firm"].rstrip(" )"), match["told"]
    if (match := _CONTACT.search(text)) and match.start():
        told = (match["named"] or match["told"]).rstrip(" )")
        firm = text[: match.start()]
        if looks_like_firm(told) and not looks_like_firm(firm):
            firm, told = told, firm
        return (text, "") if _OFFICE.match(told) else (firm, told)
    if (match := _AFTER_FORM.fullmatch(text)) and has_legal_form(match["firm"]):
        return match["firm"], match["told"]
    return text, ""


@remembered(16_384)
def has_legal_form(text: str) -> bool:
    """Whether `text` carries a legal form: GmbH, AG, e.K., KG, e.V., OHG, UG, Ltd., S.A. …

    Two-letter forms that are also names (SE, SA, AB …) count only at the end of a text that is not
    all in capitals.
    """
    if _LEGAL_FORM.search(text) or _SHOUTED_FORM.search(text):
        return True
    return bool(_SHORT_FORM.search(text)) and not text.isupper()


@remembered(16_384)
def looks_like_firm(text: str) -> bool:
    """Whether `text` names a firm, club or office rather than a person.

    By its legal form, by Firma, Gebr. or "& Söhne", or by a word that no person is called
    (…apotheke, Stadtverwaltung). "Müller & Schmidt" alone is not enough.
    """
    return has_legal_form(text) or bool(_TRADE.search(text))


def looks_like_firm_word(word: str) -> bool:
    """Whether a word ends as the names of organisations do: …apotheke."""
    return word.lower().endswith(_TRADES)
