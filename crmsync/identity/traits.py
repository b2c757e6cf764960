"""What is compared of a source customer, brought into one form."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crmsync.identity.names import Words, spelling, surname_words, words
from crmsync.model.customer import CustomerKind, SourceCustomer
from crmsync.model.name import PersonName
from crmsync.model.ref import Ref
from crmsync.model.words import Salutation
from crmsync.normalize.fold import fold, squash
from crmsync.normalize.koelner import koelner
from crmsync.normalize.names import is_couple

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NEVER_BORN = ("1970-01-01", "2000-01-01")
"""With everything up to 1901-01-01: days that systems write when they know none."""

_SUFFIXES = {
    "jun": "jun", "jr": "jun", "junior": "jun", "d j": "jun", "der juengere": "jun", "ii": "jun",
    "sen": "sen", "sr": "sen", "senior": "sen", "d ae": "sen", "der aeltere": "sen", "i": "sen",
}  # fmt: skip

_LEGAL = {
    "gmbh": "gmbh", "mbh": "gmbh", "ug": "ug", "ag": "ag", "se": "se", "kg": "kg", "ohg": "ohg",
    "gbr": "gbr", "eg": "eg", "ev": "ev", "ek": "ek", "kgaa": "kgaa", "haftungsbeschraenkt": "ug",
    "ltd": "ltd", "inc": "inc", "sarl": "sarl", "sas": "sas", "srl": "srl", "spa": "spa",
    "bv": "bv", "nv": "nv", "partg": "partg", "co": "co", "stiftung": "stiftung",
}  # fmt: skip
_DOTTED = re.compile(r"\b(\w)\.\s?(?=\w\b)")

MOBILE = {
    "+49": ("15", "16", "17"),
    "+43": ("64", "65", "66", "67", "68", "69"),
    "+41": ("74", "75", "76", "77", "78", "79"),
}
"""How mobile numbers begin; elsewhere every number is taken for a person's own."""

LEAST_PHONE = 10
"""Characters of an E.164 number ("+4930123456" has 11); a shorter one proves nothing alone."""

LEAST_CARD = 6
"""A shorter loyalty card number is a counter that every program has."""


@dataclass(frozen=True, slots=True)
class Traits:
    """A source customer as it is compared; whatever is unknown is empty.

    `birth` is an ISO day without the days that stand for "unknown". `number` is the customer
    number with its namespace in front, empty where no other connection shares it. `emails` has no
    role or family mailboxes, `phones` no short numbers.
    """

    ref: Ref
    controller: str
    kind: CustomerKind = "person"
    given: Words = ()
    family: Words = ()
    suffix: str = ""
    salutation: Salutation | None = None
    company: str = ""
    legal: str = ""
    birth: str = ""
    number: str = ""
    card: str = ""
    vat: str = ""
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()

    @property
    def mobiles(self) -> frozenset[str]:
        """The numbers of mobile phones, which are a person's own."""
        return frozenset(
            phone for phone in self.phones if phone[3:].startswith(MOBILE.get(phone[:3], ("",)))
        )

    @property
    def content(self) -> str:
        """All that is compared, in one text: equal contents cannot be told apart."""
        single = (
            self.controller, self.kind, self.suffix, self.salutation or "", self.company,
            self.legal, self.birth, self.number, self.card, self.vat,
        )  # fmt: skip
        sets = (self.emails, self.phones, self.addresses, self.codes)
        several = [self.given, self.family, *map(sorted, sets)]
        return "\0".join((*single, *("\1".join(one) for one in several)))

    @property
    def who(self) -> str:
        """A coarse sign of the person, '' without a name: it counts who shares a key."""
        if self.kind == "firm":
            return f"firm {self.company}" if self.company else ""
        initial = spelling(self.given[0])[0] if self.given else ""
        return f"{initial} {_sound(self.family)}".strip()


def traits(ref: Ref, customer: SourceCustomer, *, controller: str, namespace: str = "") -> Traits:
    """What is compared of `customer`; `namespace` is that of its connection's customer numbers."""
    name = customer.name or PersonName()
    kind = kind_of(customer)
    company, legal = company_words(customer.company)
    return Traits(
        ref=ref, controller=controller, kind=kind,
        given=words(f"{name.given} {name.additional}") if kind != "firm" else (),
        family=surname_words(name.surname) if kind != "firm" else (),
        suffix=_SUFFIXES.get(fold(name.suffix), "") if name.suffix else "",
        salutation=name.salutation,
        company=company, legal=legal,
        birth=birth_day(customer.birth_date),
        number=shared_number(customer.customer_number, namespace),
        card=card_number(customer.loyalty_card),
        vat=compact(customer.vat_id),
        emails=emails(customer), phones=phones(customer),
        addresses=frozenset(address.key for address in customer.addresses if address.key),
        codes=frozenset(compact(one.postal_code) for one in customer.addresses) - {""},
    )  # fmt: skip


def kind_of(customer: SourceCustomer) -> CustomerKind:
    """The kind as told; a company without a person's name is a firm, two given names a couple."""
    name = customer.name
    if name is None or not (name.given or name.family):
        return "firm" if customer.company else customer.kind
    return "couple" if customer.kind == "person" and is_couple(name) else customer.kind


def emails(customer: SourceCustomer) -> frozenset[str]:
    """The e-mail addresses that belong to one person."""
    return frozenset(
        point.value
        for point in customer.contacts
        if point.channel == "email" and point.value and not point.role
    )


def phones(customer: SourceCustomer) -> frozenset[str]:
    """The phone numbers long enough to belong to somebody; fax numbers are an office's."""
    return frozenset(
        point.value
        for point in customer.contacts
        if point.channel in ("phone", "mobile") and len(point.value) >= LEAST_PHONE
    )


def birth_day(day: str) -> str:
    """The ISO day, '' for a part of one and for days that systems write when they know none."""
    placeholder = day <= "1901-01-01" or day in _NEVER_BORN or day >= "9000"
    return "" if placeholder or not _DAY.fullmatch(day) else day


def compact(text: str) -> str:
    """A number as it is compared: capitals and digits only, '' when nothing but zeros is left."""
    if not text:
        return ""
    kept = text.upper()
    if not kept.isalnum():
        kept = "".join(letter for letter in kept if letter.isalnum())
    return kept if kept.strip("0") else ""


def shared_number(number: str, namespace: str) -> str:
    """The customer number with its namespace, without leading zeros; '' without a namespace."""
    kept = compact(number)
    kept = kept.lstrip("0") if kept.isdecimal() else kept
    return f"{namespace}:{kept}" if namespace and kept else ""


def card_number(card: str) -> str:
    """The number of a loyalty card, '' when it is too short to tell anybody apart."""
    kept = compact(card)
    return kept if len(kept) >= LEAST_CARD else ""


def company_words(company: str) -> tuple[str, str]:
    """A company's name without its legal form, and the legal form: ("muller", "gmbh kg").

    Müller GmbH and Müller GmbH & Co. KG are two firms, often at one address.
    """
    if not company:
        return "", ""
    found = fold(_DOTTED.sub(r"\1", company)).split()
    legal = {_LEGAL[word] for word in found if word in _LEGAL} - {"co"}
    core = " ".join(squash(word) for word in found if word not in _LEGAL)
    return core or squash(company), " ".join(sorted(legal))


def _sound(family: Words) -> str:
    joined = "".join(family)
    return koelner(joined) or joined
