"""The stage tie: an interaction that names no customer goes to the one who has its contact.

A mail knows an address, a call a number. Both may be somebody's today, and tomorrow another's or
two people's: whenever customers change, the interactions of their contacts are tied anew, and those
that found nobody: what two shared may be one's alone now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from crmsync.engine.differ import grants
from crmsync.engine.report import Report
from crmsync.identity.contacts import whose
from crmsync.model.customer import SourceCustomer
from crmsync.model.document import read_document
from crmsync.store import Change, Work, facts, keys, links, ties
from crmsync.store.ties import Tie

MOST = 20_000
"""When more source customers changed, every tie is made anew: their contacts are not looked up."""
TOPICS = (ties.TOPIC, "customer")


def tie(work: Work, changes: Sequence[Change], *, controllers: Mapping[str, str]) -> dict[str, int]:
    """Tie the interactions that `changes` concern; `controllers` maps a connection to its own.

    The counts are of interactions: taken = tied + untied; empty where no interaction is concerned.
    """
    if not ties.any_there(work):
        return {}
    names = {one.customer_id for one in changes if one.topic == "customer" and one.customer_id}
    sources = [link.source_id for link in links.links_to(work, names)]
    records = [one.record_id for one in changes if one.topic == ties.TOPIC and one.record_id]
    if len(sources) > MOST:
        rows = ties.all_ties(work)
    else:
        contacts = _contacts(work, sources)
        rows = ties.ties(
            work, records=records, contacts=contacts, sources=sources, lost=bool(names)
        )
    if not rows:
        return {}
    found = _found(work, rows, controllers)
    moved = {one: source for one, source in found.items() if source != one.source_id}
    ties.tie(work, moved)
    _tell(work, moved)
    tied = sum(source is not None for source in found.values())
    return {"taken": len(found), "tied": tied, "untied": len(found) - tied}


def _contacts(work: Work, sources: Iterable[int]) -> set[str]:
    """Every contact that these source customers have."""
    docs = (read_document(SourceCustomer, one.doc) for one in keys.load_sources(work, sources))
    return {point.value for doc in docs for point in doc.contacts if point.value}


def _found(
    work: Work, rows: Iterable[Tie], controllers: Mapping[str, str]
) -> dict[Tie, int | None]:
    """The source customer of each interaction; None where nobody, or more than one, has it."""
    asked: dict[str, list[Tie]] = defaultdict(list)
    for one in rows:
        asked[controllers.get(one.connection, "")].append(one)
    found: dict[Tie, int | None] = {}
    for controller, some in asked.items():
        owners = whose(work, controller, {one.contact for one in some})
        found |= {one: owners.get(one.contact) for one in some}
    return found


def _tell(work: Work, moved: Mapping[Tie, int | None]) -> None:
    """Say whom it concerns: who had an interaction, and who has it now."""
    both = [(one, source) for one, now in moved.items() for source in (one.source_id, now)]
    concerned = {source for _, source in both if source is not None}
    work.log_records("facts", sorted(concerned))
    granted = {source for one, source in both if source is not None and grants(one.details)}
    work.log_customers("customer", sorted(facts.customers_of_sources(work, granted)))


def warn_of_untied(work: Work, report: Report, connections: Iterable[str]) -> None:
    """Warn of interactions that count nowhere, because their customer was not found."""
    for name, number in ties.untied_by_connection(work, set(connections)).items():
        report.warn(
            name,
            f"{number} interactions found no customer by their address or number, or several; "
            "they count nowhere.",
            hint="`crmsync service --untied` lists them. Who shares an address or number is told "
            "apart by nobody; a new customer gets them by himself.",
        )
