"""The queue of reviews: which pair a human should see first, and what he needs to see of it.

Those whose answer touches the most orders come first, of equals those whose customers bought
last; the Refs break ties.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from crmsync.errors import ConfigError
from crmsync.identity.lineage import histories
from crmsync.identity.read import Review, check_decision, reviews
from crmsync.identity.rules import HOUSE, RULES
from crmsync.model.customer import SourceCustomer
from crmsync.model.document import read_document
from crmsync.model.ids import stamp_of
from crmsync.model.ref import Ref
from crmsync.store import Work, decisions
from crmsync.store import keys as key_store
from crmsync.store import reviews as review_store
from crmsync.store.links import DecisionRow
from crmsync.store.reviews import Weight

Values = dict[str, tuple[str, ...]]
"""The values of one side by field, in the words of `rules.FIELDS`; personal data."""


class Waiting(NamedTuple):
    """A pair of the queue with what hangs on it: each side's customer as a whole."""

    review: Review
    a: Weight
    b: Weight

    @property
    def orders(self) -> int:
        """How many orders the answer touches."""
        return self.a.orders + self.b.orders


class Side(NamedTuple):
    """One side of a pair as a human sees it: personal data, for the screen alone.

    `since` is the day on which the record first came, `changed_on` that of its last change as the
    backend tells it; '' where unknown.
    """

    ref: Ref
    values: Values
    since: str
    changed_on: str


def queue(work: Work, *, rule: str = "", limit: int | None = None) -> list[Waiting]:
    """The pairs that wait for a human, the weightiest first.

    Of those whose answer would join the same two customers only the likeliest: what is said of it
    holds for the others. `rule` keeps those of one rule. ConfigError when there is none of this
    name.
    """
    if rule and rule not in RULES and not rule.startswith(HOUSE):
        raise ConfigError(
            f"there is no rule '{rule}'.",
            hint=f"Write one of: {', '.join(RULES)}, or {HOUSE} and a name.",
        )
    found = [one for one in _each_once(reviews(work)) if rule in ("", one.rule)]
    names = {name for one in found for name in (one.a_customer, one.b_customer)}
    weights = review_store.weights(work, names)
    told = [Waiting(one, weights[one.a_customer], weights[one.b_customer]) for one in found]
    told.sort(key=lambda one: max(one.a.last_order_on, one.b.last_order_on), reverse=True)
    told.sort(key=lambda one: one.orders, reverse=True)
    return told[:limit]


def _each_once(found: Iterable[Review]) -> list[Review]:
    """One question for each two customers; the pairs come and go in the order of their Refs."""
    best: dict[frozenset[str], Review] = {}
    for one in found:
        asked = best.setdefault(frozenset((one.a_customer, one.b_customer)), one)
        if one.weight > asked.weight:
            best[frozenset((one.a_customer, one.b_customer))] = one
    return sorted(best.values())


def sides(work: Work, refs: Sequence[Ref]) -> dict[Ref, Side]:
    """The records of these Refs side by side; one that is no source customer is left out."""
    sources = key_store.load_sources(work, key_store.record_ids(work, refs).values())
    past = histories(work, [one.id for one in sources])
    found = {}
    for one in sources:
        told = read_document(SourceCustomer, one.doc)
        since = stamp_of(past[one.id][0].run_id)[:10] if past.get(one.id) else ""
        found[one.ref] = Side(one.ref, values(told), since, told.changed_at[:10])
    return found


def values(told: SourceCustomer) -> Values:
    """What a source customer tells, by field, as written; empty fields are left out."""
    name = told.name
    found: dict[str, Iterable[str]] = {
        "salutation": [name.salutation or "", *name.titles] if name else (),
        "given_name": [f"{name.given} {name.additional}".strip()] if name else (),
        "family_name": [name.surname] if name else (),
        "suffix": [name.suffix] if name else (),
        "company": [told.company],
        "birth_date": [told.birth_date],
        "email": [one.value or one.raw for one in told.contacts if one.channel == "email"],
        "phone": [one.value or one.raw for one in told.contacts if one.channel != "email"],
        "address": [
            f"{one.street} {one.house_number}, {one.postal_code} {one.city}".strip(" ,")
            for one in told.addresses
        ],
        "customer_number": [told.customer_number],
        "loyalty_card": [told.loyalty_card],
        "vat_id": [told.vat_id],
    }
    told_only = {field: tuple(text for text in texts if text) for field, texts in found.items()}
    return {field: texts for field, texts in told_only.items() if texts}


def held(work: Work, a: Ref, b: Ref) -> DecisionRow | None:
    """The decision that holds on a pair, to take an answer back later; None where there is none."""
    return decisions.held(work, *sorted((str(a), str(b))))


def take_answer_back(
    work: Work, a: Ref, b: Ref, before: DecisionRow | None, *, by: str, at: str
) -> None:
    """Let what `held` gave before an answer hold again."""
    ids = check_decision(work, a, b)
    first, second = sorted((str(a), str(b)))
    decisions.decide(work, before or DecisionRow(first, second, "review", by, at, ""))
    work.log_records("source", ids.values())
