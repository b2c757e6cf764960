"""E-mail addresses: one compared form, and whether the mailbox belongs to one person."""

from __future__ import annotations

import re

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from crmsync.normalize.vocabulary import words

_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"(?!xn--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_PLAIN = re.compile(
    rf"(?=.{{6,254}}$)(?=[^@]{{1,64}}@)({_ATOM}(?:\.{_ATOM})*)@(?:{_LABEL}\.)+([a-z]{{2,63}})",
    re.ASCII,
)
_BRACKETED = re.compile(r"[^<>]*<\s*(?:mailto:)?([^<>]+?)\s*>", re.IGNORECASE)
_INVISIBLE = str.maketrans(dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\u00a0", ""))
_SPECIAL = frozenset(name.rpartition(".")[2] for name in SPECIAL_USE_DOMAIN_NAMES)

_ROLES = words(
    "abteilung admin administration anfrage anfragen bestellung bestellungen bewerbung billing "
    "buchhaltung buero contact datenschutz einkauf email empfang fam familie family finance "
    "hallo hello help hilfe hr info invoice jobs kanzlei keine kontakt kundenservice mail "
    "marketing nomail noreply no-reply donotreply office order orders personal post postmaster "
    "praxis presse rechnung rechnungen reception sales sekretariat service shop store support "
    "team unbekannt verkauf verein versand vertrieb verwaltung vorstand webmaster zentrale "
    "büro hostmaster abuse unknown none nobody"
)
_ROLES_AT_START = words(
    "buchhaltung einkauf fam familie family info kontakt kundenservice office rechnung "
    "rechnungen service support team verkauf vertrieb verwaltung noreply"
)
_FIRST_WORD = re.compile(r"[^._+-]+")


def is_role(local: str) -> bool:
    """Whether the part before the @ names a function, a family or nobody, not a person."""
    mailbox = local.partition("+")[0]
    if mailbox in _ROLES or mailbox.startswith("familie"):
        return True
    word = _FIRST_WORD.match(mailbox)
    return word is not None and word.group() in _ROLES_AT_START


def _validated(text: str) -> str:
    try:
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return ""
    return f"{found.local_part.casefold()}@{found.ascii_domain.casefold()}"


def _bare(raw: str) -> str:
    text = raw.translate(_INVISIBLE).strip().rstrip(".,;")
    bracketed = _BRACKETED.fullmatch(text)
    text = bracketed[1] if bracketed else text
    return text[7:].strip() if text[:7].lower() == "mailto:" else text


def clean_email(raw: str) -> tuple[str, bool]:
    """The compared form of the address in `raw` and whether it is a role or family mailbox.

    The compared form is casefolded (RFC 5321 allows case to matter, no provider lets it), its
    domain in the ASCII form of IDNA, so müller.example and xn--mller-kva.example are one. ("",
    False) when it is no address (RFC 5322 addr-spec). Nothing is looked up in the network.
    """
    text = raw.lower()
    plain = _PLAIN.fullmatch(text)
    if plain and plain[2] not in _SPECIAL:
        return text, is_role(plain[1])
    value = _validated(_bare(raw))
    return value, bool(value) and is_role(value.rpartition("@")[0])
