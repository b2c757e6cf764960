"""Plans outreach: who is contacted, why, on which channel, with which text; and who is not.

Every candidate of every play ends in exactly one line, a contact or a refusal with its reason.
Nothing is sent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from crmsync.config import Settings
from crmsync.model.play import Candidate, Contact, Play, Proposal
from crmsync.outreach import veto
from crmsync.outreach.lint import check_plays
from crmsync.outreach.planned import Plan, Refusal, make_plan
from crmsync.outreach.propose import Case, Known, draft, refuse
from crmsync.outreach.veto import Veto
from crmsync.store import Work
from crmsync.store.ledger import consents_of
from crmsync.store.plans import AUDIENCES, load_past, load_profiles

Line = Proposal | Refusal


def plan(
    work: Work,
    *,
    as_of: str,
    plays: Sequence[Play],
    settings: Settings,
    vetoes: Sequence[Veto] = (),
    sent: Collection[str] = frozenset(),
) -> Plan:
    """The plan of these plays for a day; it reads the store and writes nothing.

    `sent` are the keys (`Contact.keys`) of what was sent before: no occasion is answered twice.
    PluginError when a play is faulty, or its service text advertises; SumsError when candidates,
    contacts and refusals do not add up.
    """
    check_plays(plays, AUDIENCES)
    cases = _cases(work, plays, as_of)
    known = _know(work, cases, as_of, settings)
    drafts = [draft(case, known, settings=settings, as_of=as_of) for case in cases]
    asked = _veto(drafts, vetoes, as_of)
    lines = _arbitrate(asked, set(sent))
    contacts = [line.contact for line in lines if isinstance(line, Proposal)]
    refusals = [line for line in lines if isinstance(line, Refusal)]
    return make_plan(as_of, plays, contacts, refusals, candidates=len(cases))


def _cases(work: Work, plays: Sequence[Play], as_of: str) -> list[Case]:
    return [
        Case(play, candidate)
        for play in sorted(plays, key=lambda one: (-one.priority, one.name))
        for candidate in _unique(AUDIENCES[play.audience](work, as_of))
    ]


def _unique(candidates: Iterable[Candidate]) -> list[Candidate]:
    """An occasion of a customer once, however often an audience names it."""
    return list({(one.customer_id, one.occasion): one for one in candidates}.values())


def _know(work: Work, cases: Sequence[Case], as_of: str, settings: Settings) -> Known:
    names = list(dict.fromkeys(case.candidate.customer_id for case in cases))
    profiles = load_profiles(work, names)
    points = {
        name: [point.value for point in profile.customer.contacts if point.value]
        for name, profile in profiles.items()
    }
    return Known(
        profiles=profiles,
        consents=consents_of(work, names, as_of=as_of, points=points),
        past=load_past(work, names, as_of=as_of, days=settings.outreach.cap_days),
        locked=frozenset(case.candidate.customer_id for case in cases if case.play.locks_adverts),
    )


def _veto(lines: Sequence[Line], vetoes: Sequence[Veto], as_of: str) -> list[Line]:
    proposals = [line for line in lines if isinstance(line, Proposal)]
    forbidden = veto.ask(vetoes, proposals, as_of=as_of)
    return [
        refuse(line.contact, "vetoed", forbidden[line.contact.id])
        if isinstance(line, Proposal) and line.contact.id in forbidden
        else line
        for line in lines
    ]


@dataclass(slots=True)
class _Taken:
    """What the plan holds already: each customer's contact, and the keys that exist once."""

    sent: set[str]
    keys: dict[str, Contact]
    customers: dict[str, Contact]


def _arbitrate(lines: Sequence[Line], sent: set[str]) -> list[Line]:
    """One contact a customer, the one of highest priority; every occasion and address once."""
    taken = _Taken(sent, {}, {})
    ranked = sorted(lines, key=_rank)
    return [
        _place(line.contact, line, taken) if isinstance(line, Proposal) else line for line in ranked
    ]


def _rank(line: Line) -> tuple[int, str, str, str]:
    one = line.contact if isinstance(line, Proposal) else line
    return -one.priority, one.play, one.customer, one.occasion


def _place(contact: Contact, line: Proposal, taken: _Taken) -> Line:
    if taken.sent.intersection(contact.keys):
        return refuse(contact, "already-sent")
    if any(key in taken.keys for key in contact.keys):
        return refuse(contact, "already-planned")
    winner = taken.customers.get(line.profile.customer_id)
    if winner is not None:
        return refuse(contact, "lower-priority", winner.play)
    taken.customers[line.profile.customer_id] = contact
    taken.keys.update(dict.fromkeys(contact.keys, contact))
    return replace(line, contact=contact)
