"""How often each thing happens, in one table: all that is assumed of people and of their clerks."""

from __future__ import annotations

from typing import NamedTuple


class Rates(NamedTuple):
    """Shares between 0 and 1, of what the comment says."""

    # who buys together, of all households
    single: float = 0.38
    couple: float = 0.30
    family: float = 0.24  # two parents and children; the rest is one parent and a child
    other_surname: float = 0.22  # of couples: both kept theirs
    adult: float = 0.82  # of adults of a household: is a customer at all
    child: float = 0.45  # of children: is old enough, and a customer
    twins: float = 0.05  # of families with two or more children
    same_as_parent: float = 0.04  # of sons: has his father's given name
    told_junior: float = 0.15  # of their records: Sen. or Jun. stands there
    left_home: float = 0.30  # of children: has a home of his own
    namesake: float = 0.004  # of people: is named on purpose like somebody of his town
    flat: float = 0.35  # of homes: behind a front door where others live too
    block: float = 0.05  # of homes: in one of the large blocks of a town
    # what a person has
    mail: float = 0.91
    mobile: float = 0.84
    second_mail: float = 0.22  # of those with one: had another before
    second_mobile: float = 0.15
    landline: float = 0.55  # of households
    family_mail: float = 0.12  # of households of several
    home_number_moves: float = 0.5  # of those who moved: a new landline number
    moved: float = 0.20  # of households
    married: float = 0.14  # of women (men: a third of it): had another family name before
    double_after: float = 0.15  # of the married: a double name
    always_double: float = 0.03
    nobility: float = 0.008
    title: float = 0.025
    second_given: float = 0.25
    # who is where
    crm: float = 0.42
    erp: float = 0.26
    shop: float = 0.40
    guest: float = 0.20
    again_guest: float = 0.30  # of guest orders: one more
    till: float = 0.42
    twice: float = 0.05  # of people in one source: are there twice
    # firms, of all drawn units
    firm: float = 0.025
    firm_mail_shared: float = 0.35  # of contact persons: the firm's mailbox is all there is
    firm_private: float = 0.30  # of contact persons: buys privately too
    couple_record: float = 0.012  # of couples: one record for both
    # what is written down of it (others are in `sources`, by source)
    old_home: float = 0.40  # of records of those who moved
    old_name: float = 0.40  # of records of those who married
    old_contact: float = 0.35  # of records of those with a second address or number
    half_double: float = 0.25  # of records of a double name: one half
    partners_mail: float = 0.02  # of records with e-mail: the partner's
    no_mail_partners: float = 0.35  # of records with e-mail of those without: the partner's
    family_mail_used: float = 0.30  # of records, where the household has one
    partners_card: float = 0.06  # of cards told elsewhere: the partner's
    phonetic: float = 0.018  # of names
    typo_name: float = 0.02  # of names
    typo_mail: float = 0.012
    typo_phone: float = 0.012
    typo_street: float = 0.02
    typo_code: float = 0.012
    typo_birth: float = 0.012  # of birth dates: a digit
    turned_birth: float = 0.012  # of birth dates that allow it: day and month changed
    swapped: float = 0.010  # given and family name in the other's field
    garbled: float = 0.003  # of names with other letters: read in a wrong encoding
    plain_letters: float = 0.12  # of names with other letters: written without (ERP thrice)
    nickname: float = 0.08  # of records of those who have one (shop and till more)
    placeholder_mail: float = 0.02  # CRM, ERP, till
    placeholder_phone: float = 0.015
    placeholder_birth: float = 0.015


RATES = Rates()

_MISHAPS = (
    "moved", "married", "phonetic", "typo_name", "typo_mail", "typo_phone", "typo_street",
    "typo_code", "typo_birth", "turned_birth", "swapped", "garbled", "plain_letters", "nickname",
    "partners_mail", "partners_card", "placeholder_mail", "placeholder_phone", "placeholder_birth",
)  # fmt: skip


def noisy(factor: float) -> Rates:
    """The table with all that happens to people and to their names so many times as often."""
    return RATES._replace(**{name: min(0.95, getattr(RATES, name) * factor) for name in _MISHAPS})
