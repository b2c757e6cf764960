"""Outreach as data: the plays, whom they are for, and the contacts that come of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crmsync.model.customer import Profile
from crmsync.model.words import Channel, LegalBasis, MessageClass, Purpose

Fact = str | int


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """An outreach occasion.

    `audience` names a query of the store (crmsync.store.plans.AUDIENCES); `channels` are tried in
    this order; `template` names the text, which is `text` itself or, left "", a file of
    crmsync/outreach/templates; its first line is the subject. `why` is the reason a person reads,
    a template over the same facts. Higher `priority` goes first. A contact is good for
    `valid_days` from the day of the plan. While a `locks_adverts` play has an open occasion for a
    customer, he gets no adverts. `similar_goods` says that an advert is for goods similar to those
    bought (§ 7(3) no. 2 UWG). `lint_note` is the recorded reason for wording the linter refuses.
    """

    name: str
    audience: str
    channels: tuple[Channel, ...]
    template: str
    message_class: MessageClass
    priority: int
    why: str
    text: str = ""
    valid_days: int = 14
    locks_adverts: bool = False
    similar_goods: bool = False
    lint_note: str = ""

    @property
    def purpose(self) -> Purpose:
        """The purpose a consent must have been given for."""
        return "service" if self.message_class == "service" else "marketing"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody an audience found: the customer, the key of the occasion, and the facts for it.

    `contract` says that the occasion belongs to an order of the customer (DSGVO Art. 6(1)(b)).
    """

    customer_id: str
    occasion: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    contract: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """One message to one customer on one channel, ready to be sent.

    `customer` is the customer's first Ref and `sources` all of them; `to` the e-mail address,
    number, or lines of the postal address; `basis` and `evidence` what makes it lawful; `keys`
    are what may exist only once: each Ref, and the address, with play and occasion.
    """

    id: str
    play: str
    occasion: str
    customer: str
    sources: tuple[str, ...]
    name: str
    channel: Channel
    to: str
    message_class: MessageClass
    priority: int
    basis: LegalBasis
    evidence: str
    why: str
    subject: str
    text: str
    valid_until: str
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A contact before it is planned, with all that is known: what a veto is asked about."""

    contact: Contact
    profile: Profile
    facts: Mapping[str, Fact]
