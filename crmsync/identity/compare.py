"""The verdict on two source customers by exact evidence: same, review or apart, and by which rule.

Two steps. `clash` says what forbids that two are one, whatever they share; `verdict` weighs what
they share. Both are symmetric and see nothing but the two.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crmsync.identity.keys import fields_of
from crmsync.identity.names import Fit, person_fit
from crmsync.identity.traits import Traits
from crmsync.model.words import Band
from crmsync.normalize.remembered import remembered

MOBILE = {
    "+49": ("15", "16", "17"),
    "+43": ("64", "65", "66", "67", "68", "69"),
    "+41": ("74", "75", "76", "77", "78", "79"),
}
"""How mobile numbers begin; elsewhere every number is taken for a person's own."""

IDENTIFIERS = frozenset({"customer_number", "loyalty_card"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is held of a pair: the band, the rule that gave it, and the fields, never their values.

    `rule` is a word of `crmsync.identity.rules`. `agree` and `differ` name fields, sorted.
    """

    band: Band
    rule: str
    agree: tuple[str, ...] = ()
    differ: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clash:
    """What forbids that two source customers are one person: `apart` for good, or for `review`."""

    band: Band
    rule: str


def clash(a: Traits, b: Traits) -> Clash | None:
    """What forbids to link the two, also through third records; None when nothing does."""
    if a.controller != b.controller:
        return Clash("apart", "other_controller")
    if a.kind != b.kind:
        return Clash("apart", "firm_and_person" if "firm" in (a.kind, b.kind) else "couple")
    return _firms_clash(a, b) if a.kind == "firm" else _people_clash(a, b)


def verdict(a: Traits, b: Traits, shared_keys: Iterable[str]) -> Verdict:
    """The verdict on two source customers that share these strong keys.

    Keys that too many hold (`keys.Census`) must not be among them. Without any key the two are
    apart: rule `no_evidence`.
    """
    fields = fields_of(shared_keys)
    band, rule = _judge(a, b, fields)
    agree, differ = compared(a, b)
    return Verdict(band, rule, agree, differ)


def compared(a: Traits, b: Traits) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields in which the two agree and differ; a field that one lacks is in neither."""
    facts = _facts(a, b)
    agree = sorted(name for name, equal in facts.items() if equal)
    return tuple(agree), tuple(sorted(name for name, equal in facts.items() if equal is False))


def _judge(a: Traits, b: Traits, fields: frozenset[str]) -> tuple[Band, str]:
    if not fields:
        return "apart", "no_evidence"
    found = clash(a, b)
    if found is not None:
        return _refuse(found, fields)
    return _firms(a, b, fields) if a.kind == "firm" else _people(a, b, fields)


def _refuse(found: Clash, fields: frozenset[str]) -> tuple[Band, str]:
    """A number that names one customer, told of two: a human must see the mistake."""
    if "customer_number" in fields and found.rule in ("other_given_name", "firm_and_person"):
        return "review", "number_of_another"
    return found.band, found.rule


def _people_clash(a: Traits, b: Traits) -> Clash | None:
    birth = _birth_fit(a.birth, b.birth)
    if birth in ("different", "near"):
        near = birth == "near"
        return Clash("review" if near else "apart", "birth_near" if near else "other_birth_date")
    if a.suffix and b.suffix and a.suffix != b.suffix:
        return Clash("apart", "other_suffix")
    return _names_clash(a, b)


def _names_clash(a: Traits, b: Traits) -> Clash | None:
    given, family = _fit(a, b)
    if given == "different":
        return Clash("apart", "other_given_name")
    if given == "doubt":
        return Clash("review", "given_name_in_doubt")
    if given != "equal" and _salutations_differ(a, b):
        return Clash("apart", "other_salutation")
    if family == "different" and given != "equal":
        return Clash("review", "other_family_name")
    return None


def _firms_clash(a: Traits, b: Traits) -> Clash | None:
    if a.vat and b.vat and a.vat != b.vat and a.vat[:2] == b.vat[:2]:
        return Clash("apart", "other_vat_id")
    if a.company and b.company and a.company != b.company:
        return Clash("review", "other_company")
    if a.legal and b.legal and a.legal != b.legal:
        return Clash("review", "other_legal_form")
    return None


def _firms(a: Traits, b: Traits, fields: frozenset[str]) -> tuple[Band, str]:
    if "customer_number" in fields:
        return "same", "customer_number"
    if not (a.company and b.company):
        return "review", "name_missing"
    return "same", "vat_id" if "vat_id" in fields else "company"


def _people(a: Traits, b: Traits, fields: frozenset[str]) -> tuple[Band, str]:
    if fields & IDENTIFIERS:
        return "same", min(fields & IDENTIFIERS)
    given, family = _fit(a, b)
    if "unknown" in (given, family):
        return "review", "name_missing"
    if a.suffix != b.suffix and not _same_birth(a, b):
        return "review", "suffix_on_one_side"
    if family == "different":
        return _married(a, b, fields)
    if "birth_date" in fields:
        return _by_birth(a, fields)
    if "email" in fields or "vat_id" in fields:
        return "same", "email" if "email" in fields else "vat_id"
    return _by_phone(a, b, (given, family)) if "phone" in fields else _by_address(a, b, given)


def _married(a: Traits, b: Traits, fields: frozenset[str]) -> tuple[Band, str]:
    """Another family name: a marriage or somebody else; the birth date tells."""
    if _same_birth(a, b) and fields & {"email", "phone"}:
        return "same", "birth_date_and_contact"
    return "review", "other_family_name"


def _by_birth(a: Traits, fields: frozenset[str]) -> tuple[Band, str]:
    """1 January stands for "only the year is known", so it needs something beside it."""
    alone = fields == {"birth_date"}
    return ("review", "new_year_birth") if a.birth[5:] == "01-01" and alone else ("same", "birth")


def _by_phone(a: Traits, b: Traits, fit: tuple[Fit, Fit]) -> tuple[Band, str]:
    """A number is shared by a household, so the names must be written out and equal.

    Father and son of one name share a landline: any other difference asks a human.
    """
    given, family = fit
    if given != "equal" or family not in ("equal", "compound"):
        return "review", "phone_and_weak_name"
    own = _mobiles(a.phones) & _mobiles(b.phones)
    against = not own and _speaks_against(a, b)
    return ("review", "namesakes_at_one_phone") if against else ("same", "phone")


def _by_address(a: Traits, b: Traits, given: Fit) -> tuple[Band, str]:
    """Father and son of one name live at one address: any other difference asks a human."""
    against = given != "equal" or _speaks_against(a, b)
    return ("review", "namesakes_at_one_address") if against else ("same", "name_and_address")


def _speaks_against(a: Traits, b: Traits) -> bool:
    """Whether something that one person has once differs: Anrede, e-mail, mobile, number."""
    return (
        _salutations_differ(a, b)
        or _both_and_apart(a.emails, b.emails)
        or _both_and_apart(_mobiles(a.phones), _mobiles(b.phones))
        or _numbers_differ(a, b)
    )


def _fit(a: Traits, b: Traits) -> tuple[Fit, Fit]:
    return person_fit((a.given, b.given), (a.family, b.family))


def _same_birth(a: Traits, b: Traits) -> bool:
    return bool(a.birth) and a.birth == b.birth


@remembered(8192)
def _birth_fit(a: str, b: str) -> str:
    """equal, different, unknown, or near: day and month swapped, or only the year known."""
    if not a or not b:
        return "unknown"
    if a == b:
        return "equal"
    swapped = a[:4] == b[:4] and (a[5:7], a[8:]) == (b[8:], b[5:7])
    only_year = a[:4] == b[:4] and "01-01" in (a[5:], b[5:])
    return "near" if swapped or only_year else "different"


def _salutations_differ(a: Traits, b: Traits) -> bool:
    told = {a.salutation, b.salutation}
    return told == {"herr", "frau"}


def _both_and_apart(a: frozenset[str], b: frozenset[str]) -> bool:
    return bool(a) and bool(b) and not a & b


def _mobiles(phones: frozenset[str]) -> frozenset[str]:
    return frozenset(
        phone for phone in phones if phone[3:].startswith(MOBILE.get(phone[:3], ("",)))
    )


def _numbers_differ(a: Traits, b: Traits) -> bool:
    """Two numbers of one namespace: somebody keeps them as two customers."""
    one, other = a.number.rpartition(":"), b.number.rpartition(":")
    return bool(one[0]) and one[0] == other[0] and one[2] != other[2]


def _facts(a: Traits, b: Traits) -> dict[str, bool | None]:
    given, family = _fit(a, b)
    return {
        "birth_date": _equal(a.birth, b.birth),
        "company": _equal(a.company, b.company),
        "customer_number": _equal(a.number, b.number),
        "family_name": _fits(family),
        "given_name": _fits(given),
        "loyalty_card": _equal(a.card, b.card),
        "salutation": _equal(a.salutation, b.salutation),
        "suffix": _equal(a.suffix, b.suffix),
        "vat_id": _equal(a.vat, b.vat),
        "address": _meet(a.addresses, b.addresses),
        "email": _meet(a.emails, b.emails),
        "phone": _meet(a.phones, b.phones),
    }


def _equal(a: str | None, b: str | None) -> bool | None:
    return a == b if a and b else None


def _meet(a: frozenset[str], b: frozenset[str]) -> bool | None:
    return bool(a & b) if a and b else None


def _fits(fit: Fit) -> bool | None:
    return None if fit == "unknown" else fit not in ("different", "doubt")
