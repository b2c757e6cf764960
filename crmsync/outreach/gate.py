"""The consent gate: may this customer be contacted on this channel, and on what basis?

Deny by default. The German rules per channel (UWG § 7 in the numbering since 28.05.2022; DSGVO
Art. 6, 18, 21; not legal advice), for adverts:

| channel | consumer | business |
|---|---|---|
| e-mail, SMS, messenger | consent, or all four conditions of § 7(3) | the same |
| fax | consent | consent |
| phone | consent | consent, or presumed consent with a written reason |
| letter | legitimate interest until objection | the same |
| in person, till | a granted till consent | the same |

A service message rests on the contract it is about. An objection wins always, a bounced or
blocked address closes its channel to every message.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from crmsync.model.consent import Consents, State
from crmsync.model.customer import Profile, SourceCustomer
from crmsync.model.words import Channel, LegalBasis, MessageClass, Purpose
from crmsync.outreach.reasons import REASONS

ADULT = 18
DO_NOT_CONTACT = "do_not_contact"
"""The wish of a customer who wants no contact at all."""

ELECTRONIC = frozenset({"email", "sms", "messenger"})
"""What the law calls electronic mail (§ 7(2) no. 2 UWG)."""

TILL = frozenset({"in_person", "pos", "till_greeting", "till_display"})
ADDRESSED = ELECTRONIC | {"phone", "fax", "letter"}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What lies around one contact; the defaults allow nothing.

    `phone_reason` is the written reason for presuming a business's consent to a call;
    `cap` the number of campaign contacts in the configured days after which adverts wait.
    """

    contract: bool = False
    similar_goods: bool = False
    notice_in_message: bool = False
    phone_reason: str = ""
    open_complaints: int = 0
    apology_pending: bool = False
    recent_contacts: int = 0
    cap: int = 1


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed or not, on which legal basis, why (a code of REASONS), and the evidence for it."""

    allowed: bool
    code: str
    basis: LegalBasis | None = None
    evidence: str = ""

    @property
    def de(self) -> str:
        """The reason in German."""
        return REASONS[self.code].de

    @property
    def en(self) -> str:
        """The reason in English."""
        return REASONS[self.code].en


@dataclass(frozen=True, slots=True)
class _Question:
    customer: SourceCustomer
    channel: Channel
    advert: bool
    purpose: Purpose
    contact: str | None
    consents: Consents
    about: Circumstances

    @property
    def state(self) -> State:
        return self.consents.of(self.channel, self.purpose, self.contact)


def gate(
    profile: Profile,
    *,
    channel: Channel,
    message_class: MessageClass,
    purpose: Purpose,
    consents: Consents,
    contact: str | None = None,
    about: Circumstances | None = None,
) -> Decision:
    """Whether the customer may get a message of this class on this channel, and why.

    `contact` is the address or number to be used, or the postal address in one line; None where
    the customer has none. The day is that of `consents`.
    """
    question = _Question(
        profile.customer, channel, message_class == "advert", purpose,
        contact if channel != "letter" else None, consents, about or Circumstances(),
    )  # fmt: skip
    if channel in ADDRESSED and not contact:
        return _first(question, WHO) or Decision(False, "no-address")
    return _first(question, (*WHO, *WHERE)) or _basis(question)


Check = Callable[[_Question], str]
"""The code of what forbids, or ""."""


def _first(question: _Question, checks: tuple[Check, ...]) -> Decision | None:
    codes = (check(question) for check in checks)
    return next((Decision(False, code) for code in codes if code), None)


def _deceased(question: _Question) -> str:
    return "deceased" if question.customer.deceased else ""


def _blocked(question: _Question) -> str:
    return "blocked" if question.customer.blocked else ""


def _unwanted(question: _Question) -> str:
    return "do-not-contact" if DO_NOT_CONTACT in question.customer.wishes else ""


def _minor(question: _Question) -> str:
    young = _age(question.customer.birth_date, question.consents.as_of) < ADULT
    return "minor" if question.advert and young else ""


def _complaining(question: _Question) -> str:
    return "complaint-open" if question.advert and question.about.open_complaints else ""


def _waiting(question: _Question) -> str:
    return "apology-pending" if question.advert and question.about.apology_pending else ""


def _profiling(question: _Question) -> str:
    """An objection to profiling counts from whichever channel it came."""
    against = any(
        question.consents.of(channel, purpose).restricted
        for channel, purpose in question.consents.pairs()
        if purpose == "profiling"
    )
    return "profiling-objected" if question.advert and against else ""


def _tired(question: _Question) -> str:
    enough = question.about.recent_contacts >= question.about.cap
    return "frequency-cap" if question.advert and enough else ""


def _unusable(question: _Question) -> str:
    state = question.consents.unusable(question.channel, question.contact).state
    return {"bounced": "undeliverable", "blocked": "channel-blocked"}.get(state, "")


def _objected(question: _Question) -> str:
    return "objected" if question.state.restricted else ""


WHO: tuple[Check, ...] = (
    _deceased, _blocked, _unwanted, _minor, _complaining, _waiting, _profiling, _tired,
)  # fmt: skip
"""What forbids whatever the channel, first reason first."""

WHERE: tuple[Check, ...] = (_unusable, _objected)
"""What forbids a channel whatever the basis."""


def _basis(question: _Question) -> Decision:
    if question.channel in TILL:
        return _at_the_till(question)
    if question.channel not in ADDRESSED:
        return Decision(False, "not-a-channel")
    if not question.advert:
        allowed = question.about.contract
        return _allow("contract") if allowed else Decision(False, "no-contract")
    if question.state.consented:
        return _allow("consent", question.state.evidence)
    if question.channel == "letter":
        return _allow("legitimate_interest")
    if question.channel == "phone" and question.customer.kind == "firm":
        reason = question.about.phone_reason.strip()
        return _allow("legitimate_interest", reason) if reason else Decision(False, "reason-needed")
    if question.channel in ELECTRONIC and question.state.basis == "existing_customer":
        return _existing_customer(question)
    return Decision(False, _missing(question.state))


def _existing_customer(question: _Question) -> Decision:
    """§ 7(3) UWG, all four conditions together; the third, no objection, was checked before."""
    told = evidence_parts(question.state.evidence)
    conditions = (
        (bool(told.get("order")), "not-from-sale"),
        (question.about.similar_goods, "goods-not-similar"),
        (bool(told.get("notice")), "no-notice-at-collection"),
        (question.about.notice_in_message, "no-notice-in-message"),
    )
    broken = next((code for holds, code in conditions if not holds), None)
    return (
        Decision(False, broken) if broken else _allow("existing_customer", question.state.evidence)
    )


def evidence_parts(evidence: str) -> dict[str, str]:
    """The named parts of an evidence text: "order:10021 notice:v3" says which order, which notice.

    This is how a § 7(3) basis is told: the order that brought the address, and the version of the
    notice shown then.
    """
    return dict(re.findall(r"(\w+):(\S+)", evidence))


def _at_the_till(question: _Question) -> Decision:
    states = [
        question.consents.of(channel, purpose)
        for channel in ("till_display", "till_greeting")
        for purpose in dict.fromkeys((question.purpose, "greeting"))
    ]
    if any(state.restricted for state in states):
        return Decision(False, "objected")
    granted = next((state for state in states if state.consented), None)
    return _allow("consent", granted.evidence) if granted else Decision(False, "no-till-basis")


def _missing(state: State) -> str:
    if state.expired:
        return "consent-expired"
    return "consent-pending" if state.state == "pending" else "no-consent"


def _allow(basis: LegalBasis, evidence: str = "") -> Decision:
    return Decision(True, basis.replace("_", "-"), basis, evidence)


def _age(birth_date: str, as_of: str) -> int:
    """Whole years on a day; ADULT where the year of birth is not known."""
    try:
        born, today = date.fromisoformat(birth_date), date.fromisoformat(as_of)
    except ValueError:
        return ADULT
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
