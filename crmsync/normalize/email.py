"""E-mail addresses: one compared form, and whether the mailbox belongs to one person."""

from __future__ import annotations

import re

from crmsync.normalize.remembered import remembered
from crmsync.normalize.vocabulary import words

_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"(?!xn--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*", re.ASCII)
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+([a-z]{{2,63}})", re.ASCII)
_BRACKETED = re.compile(r"[^<>]*<\s*(?:mailto:)?([^<>]+?)\s*>", re.IGNORECASE)
_INVISIBLE = str.maketrans(dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\u00a0", ""))
_SPECIAL = words("arpa invalid local localhost onion test")
"""The last parts of special domains (RFC 6761 and others, as email-validator lists them)."""

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
_ROLE_FIRST = re.compile(rf"familie|(?:{'|'.join(sorted(_ROLES_AT_START))})(?:[._+-]|\Z)")


def is_role(local: str) -> bool:
    """Whether the part before the @ names a function, a family or nobody, not a person."""
    mailbox = local.partition("+")[0] if "+" in local else local
    return mailbox in _ROLES or _ROLE_FIRST.match(mailbox) is not None


@remembered(4096)
def _is_plain_domain(domain: str) -> bool:
    """Whether nothing need be looked up to call it a domain. Remembered: few have most people."""
    plain = _DOMAIN.fullmatch(domain)
    return plain is not None and plain[1] not in _SPECIAL


def _validated(text: str) -> str:
    # loaded by the first odd address: it compiles 30 ms worth of patterns
    from email_validator import EmailNotValidError, validate_email

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
    local, _, domain = text.partition("@")
    short = len(text) <= 254 and len(local) <= 64
    if short and _LOCAL.fullmatch(local) and _is_plain_domain(domain):
        return text, is_role(local)
    value = _validated(_bare(raw))
    return value, bool(value) and is_role(value.rpartition("@")[0])
