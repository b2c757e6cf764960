"""Turns one candidate of a play into a proposal on the first channel allowed, or a refusal."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from crmsync.config import Settings
from crmsync.model.consent import POINT_CHANNELS, Consents
from crmsync.model.customer import Address, Profile, SourceCustomer
from crmsync.model.play import Candidate, Contact, Play, Proposal
from crmsync.model.words import Channel
from crmsync.outreach.claims import CARRIERS
from crmsync.outreach.gate import Circumstances, Decision, gate
from crmsync.outreach.planned import Refusal
from crmsync.outreach.reasons import REASONS
from crmsync.outreach.render import Message, NotRendered, render
from crmsync.outreach.salutation import salute
from crmsync.store.plans import Past


@dataclass(frozen=True, slots=True)
class Case:
    """A play and one of its candidates."""

    play: Play
    candidate: Candidate


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of all candidates, by customer id; `locked` are those who get no adverts."""

    profiles: Mapping[str, Profile]
    consents: Mapping[str, Consents]
    past: Mapping[str, Past]
    locked: frozenset[str]


def draft(case: Case, known: Known, *, settings: Settings, as_of: str) -> Proposal | Refusal:
    """The proposal for a candidate on the first channel the gate allows, or why there is none."""
    profile = known.profiles.get(case.candidate.customer_id)
    if profile is None:
        return _refusal(case, None, "no-profile")
    try:
        message = render(case.play, _words(case, profile, settings, as_of))
    except NotRendered as error:
        return _refusal(case, profile, "text-incomplete", str(error))
    about = _circumstances(case, known, message, settings)
    tried = list(_ways(case.play, profile, known, about))
    if not tried[-1].decision.allowed:
        return _no_way(case, profile, tried)
    if _held_out(case.play, profile, settings):
        return _refusal(case, profile, "hold-out")
    return Proposal(
        _contact(case, profile, message, tried[-1], as_of), profile, case.candidate.facts
    )


def refuse(contact: Contact, code: str, detail: str = "") -> Refusal:
    """The refusal of a contact that was proposed."""
    reason = REASONS[code]
    return Refusal(
        contact.play, contact.occasion, contact.customer, contact.name, contact.priority, code,
        _said(reason.de, detail), _said(reason.en, detail), detail,
    )  # fmt: skip


def _refusal(case: Case, profile: Profile | None, code: str, detail: str = "") -> Refusal:
    reason = REASONS[code]
    return Refusal(
        case.play.name, case.candidate.occasion, _first_ref(profile), _name(profile),
        case.play.priority, code, _said(reason.de, detail), _said(reason.en, detail), detail,
    )  # fmt: skip


def _said(words: str, detail: str) -> str:
    return f"{words} {detail}".strip()


@dataclass(frozen=True, slots=True)
class _Way:
    """A channel and address tried, and what the gate said."""

    channel: Channel
    to: str
    decision: Decision


def _no_way(case: Case, profile: Profile, tried: list[_Way]) -> Refusal:
    """The reason of the channel preferred, and those of all channels beside it."""
    codes = {way.channel: way.decision for way in reversed(tried)}
    first = tried[0].decision
    channels = tuple(
        (channel, codes[channel].code) for channel in dict.fromkeys(case.play.channels)
    )
    if len({code for _, code in channels}) == 1:
        channels = ()
    de = "; ".join(f"{channel}: {REASONS[code].de}" for channel, code in channels) or first.de
    en = "; ".join(f"{channel}: {REASONS[code].en}" for channel, code in channels) or first.en
    return Refusal(
        case.play.name, case.candidate.occasion, _first_ref(profile), _name(profile),
        case.play.priority, first.code, de, en, "", channels,
    )  # fmt: skip


def _ways(play: Play, profile: Profile, known: Known, about: Circumstances) -> Iterator[_Way]:
    """Every channel and address in order, up to the first that is allowed."""
    for channel in play.channels:
        for to in addresses(profile.customer, channel) or [""]:
            decision = gate(
                profile,
                channel=channel,
                message_class=play.message_class,
                purpose=play.purpose,
                consents=known.consents[profile.customer_id],
                contact=to or None,
                about=about,
            )
            yield _Way(channel, to, decision)
            if decision.allowed:
                return


def addresses(customer: SourceCustomer, channel: Channel) -> list[str]:
    """Where a customer can be reached on a channel, best first: preferred, verified, any.

    The lines of a postal address are joined by line breaks; a channel without addresses has none.
    """
    if channel == "letter":
        lines = [postal_lines(customer, address) for address in customer.addresses if address.key]
        return lines[:1]
    if channel not in POINT_CHANNELS:
        return []
    fitting = [
        point for point in customer.contacts if point.channel in CARRIERS[channel] and point.value
    ]
    fitting.sort(key=lambda point: (not point.preferred, not point.verified))
    return list(dict.fromkeys(point.value for point in fitting))


def postal_lines(customer: SourceCustomer, address: Address) -> str:
    """The address field of a letter (DIN 5008): recipient, additions, street, town, country."""
    name = customer.name.display if customer.name else ""
    firm = address.company or customer.company
    lines = [
        firm if customer.kind == "firm" else "",
        address.recipient or (name if customer.kind != "firm" else ""),
        *address.extra,
        f"{address.street} {address.house_number}".strip(),
        f"{address.postal_code} {address.city}".strip(),
        address.country.upper() if address.country.upper() not in ("", "DE") else "",
    ]
    return "\n".join(dict.fromkeys(line for line in lines if line))


def _circumstances(case: Case, known: Known, message: Message, settings: Settings) -> Circumstances:
    own, past = settings.outreach, known.past[case.candidate.customer_id]
    notice = own.objection_notice.strip()
    return Circumstances(
        contract=case.candidate.contract,
        similar_goods=case.play.similar_goods,
        notice_in_message=bool(notice) and notice in message.text,
        phone_reason=own.phone_reason,
        open_complaints=past.open_complaints,
        apology_pending=case.candidate.customer_id in known.locked,
        recent_contacts=past.recent_contacts,
        cap=own.cap_contacts,
    )


def _words(case: Case, profile: Profile, settings: Settings, as_of: str) -> dict[str, str | int]:
    controller = settings.controllers.get(profile.controller)
    return {
        **case.candidate.facts,
        "salutation": salute(profile.customer),
        "sender": controller.name if controller else profile.controller,
        "objection_notice": settings.outreach.objection_notice,
        "as_of": as_of,
    }


def _held_out(play: Play, profile: Profile, settings: Settings) -> bool:
    """A share of the customers, the same ones in every run; never kept from a service message."""
    own = settings.outreach
    if play.message_class == "service" or not own.holdout_percent:
        return False
    said = f"{own.holdout_seed}\x1f{play.name}\x1f{_first_ref(profile)}".encode()
    return int.from_bytes(hashlib.sha256(said).digest()[:8], "big") % 100 < own.holdout_percent


def _contact(case: Case, profile: Profile, message: Message, way: _Way, as_of: str) -> Contact:
    play, candidate, decision = case.play, case.candidate, way.decision
    if decision.basis is None:
        raise AssertionError("what the gate allows has a basis")
    first = _first_ref(profile)
    return Contact(
        id=_key(first, play.name, candidate.occasion)[:16],
        play=play.name,
        occasion=candidate.occasion,
        customer=first,
        sources=profile.sources,
        name=_name(profile),
        channel=way.channel,
        to=way.to,
        message_class=play.message_class,
        priority=play.priority,
        basis=decision.basis,
        evidence=decision.evidence,
        why=message.why,
        subject=message.subject,
        text=message.text,
        valid_until=_plus(as_of, play.valid_days),
        keys=_keys(profile, way, play.name, candidate.occasion),
    )


def _keys(profile: Profile, way: _Way, play: str, occasion: str) -> tuple[str, ...]:
    """One key for each Ref and one for the address: no alias, merge or split writes twice."""
    owners = [*profile.sources, f"{profile.controller}\x1f{way.channel}\x1f{way.to.casefold()}"]
    if not way.to:
        owners = owners[:-1]
    return tuple(_key(owner, play, occasion) for owner in owners)


def _key(owner: str, play: str, occasion: str) -> str:
    return hashlib.sha256(f"{owner}\x1f{play}\x1f{occasion}".encode()).hexdigest()


def _first_ref(profile: Profile | None) -> str:
    return min(profile.sources, default="") if profile else ""


def _name(profile: Profile | None) -> str:
    if profile is None:
        return ""
    name = profile.customer.name
    return profile.customer.company or (name.display if name else "")


def _plus(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
