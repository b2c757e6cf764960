"""Picks the golden value of every field of a customer, and says which source gave it and why.

The order of the criteria, the first that tells two values apart decides:

    owner       the backend that the configuration names as the owner of the field
    sure        a name told in parts beats one cut out of a free text
    verified    the backend has proved a contact point of this person
    registered  an account beats what was typed for one guest purchase
    newest      the backend's own stamp, used only where every candidate has one
    preferred   the order of the connections in the configuration
    longest     "Annegret" beats "A."
    ref         the smaller Ref, so that no result hangs on the order of arrival

Empty never beats a value, unless the owner says that there is none; what a backend does not show
never counts. A name is taken whole from one source, and the kind of customer with it. Whoever is
blocked, dead or not to be greeted anywhere is so everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmsync.model.customer import Golden, Profile, SourceCustomer
from crmsync.model.name import PersonName
from crmsync.model.ref import Ref
from crmsync.profile import unions

TEXTS = (
    "company", "vat_id", "birth_date", "language", "customer_number", "loyalty_card", "store",
    "form", "pronunciation",
)  # fmt: skip
FLAGS = ("do_not_greet", "blocked", "deceased")
CRITERIA = (
    "owner", "sure", "verified", "registered", "newest", "preferred", "longest", "ref",
)  # fmt: skip
Rank = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A source customer and the Ref it came under."""

    ref: Ref
    customer: SourceCustomer


@dataclass(frozen=True, slots=True)
class Pick:
    """What was chosen for a field: the value, the rule, and the source (None: nobody had one)."""

    value: Any
    rule: str = ""
    source: Source | None = None

    @property
    def golden(self) -> Golden | None:
        """The provenance of the pick, None where there was nothing to choose from."""
        if self.source is None:
            return None
        value = _text(self.value) if isinstance(self.value, PersonName) else self.value
        return Golden(value, str(self.source.ref), self.rule, self.source.customer.changed_at)


class Choice:
    """The sources of one customer and the rules that rank them."""

    def __init__(
        self, sources: Sequence[Source], owners: Mapping[str, str], preference: Sequence[str]
    ) -> None:
        self.sources = sorted(sources, key=lambda source: source.ref)
        self.owners = owners
        places = {name: place for place, name in enumerate(preference)}
        self.trust = {source.ref: _trust(source, places) for source in self.sources}

    def visible(self, field: str) -> list[Source]:
        """The sources whose backend shows `field`."""
        return [source for source in self.sources if field not in source.customer.hidden]

    def rank(self, field: str, told: Sequence[Source]) -> Callable[[Source], Rank]:
        """How much a source counts for `field` among `told`: smaller is better, never equal."""
        owner = self.owners.get(field)
        stamps = _stamps(told)

        def ranked(source: Source) -> Rank:
            verified, registered, preferred = self.trust[source.ref]
            age = stamps.index(source.customer.changed_at) if stamps else 0
            owned = source.ref.connection != owner
            unsure = field == "name" and not _name(source).sure
            length = 0 if field == "kind" else -len(_text(getattr(source.customer, field)))
            return (owned, unsure, verified, registered, age, preferred, length, source.ref)

        return ranked

    def pick(self, field: str) -> Pick:
        """The golden value of `field`."""
        visible = self.visible(field)
        told = [source for source in visible if _text(getattr(source.customer, field))]
        cleared = self._cleared_by(field, visible, told)
        if cleared is not None:
            return Pick("", "cleared", cleared)
        if not told:
            return Pick("")
        if len(told) == 1:
            return Pick(getattr(told[0].customer, field), "only", told[0])
        rank = self.rank(field, told)
        ranked = sorted(told, key=rank)
        best = ranked[0]
        value = getattr(best.customer, field)
        rival = next((s for s in ranked if getattr(s.customer, field) != value), None)
        return Pick(value, "agreed" if rival is None else _rule(rank(best), rank(rival)), best)

    def _cleared_by(self, field: str, visible: list[Source], told: list[Source]) -> Source | None:
        """The owner's source, when the owner says that the field is empty."""
        owner = self.owners.get(field)
        owned = [source for source in visible if source.ref.connection == owner]
        if not owned or any(source in told for source in owned):
            return None
        return owned[0]


def golden(
    sources: Sequence[Source],
    *,
    customer_id: str,
    controller: str,
    owners: Mapping[str, str],
    preference: Sequence[str],
    granted: Sequence[Source] = (),
) -> Profile:
    """The golden profile of the customer behind `sources` (at least one), a pure function of them.

    `owners` maps a field to the connection that owns it, `preference` lists connections, the most
    trusted first. `provenance` has an entry for every field that somebody told; entries of a
    union are numbered from 0, best first (`contacts.0`). `granted` are interactions that tell
    privileges, wishes or marks, and nothing else: they are no sources of his.
    """
    choice = Choice(sources, owners, preference)
    picks = _picks(choice)
    unions_of = Choice([*sources, *granted], owners, preference) if granted else choice
    gathered = unions.gather(unions_of.visible, unions_of.rank)
    values: dict[str, Any] = {field: pick.value for field, pick in picks.items()}
    values |= {field: tuple(entry.value for entry in found) for field, found in gathered.items()}
    values["name"] = values["name"] or None
    values["guest"] = all(source.customer.guest for source in choice.sources)
    values["hidden"] = _hidden(choice.sources)
    values["changed_at"] = max(source.customer.changed_at for source in choice.sources)
    refs = tuple(sorted(str(source.ref) for source in choice.sources))
    told = {field: pick.golden for field, pick in sorted(picks.items())}
    provenance = {field: entry for field, entry in told.items() if entry is not None}
    provenance |= unions.provenance(gathered)
    return Profile(customer_id, controller, SourceCustomer(**values), refs, provenance)


def _picks(choice: Choice) -> dict[str, Pick]:
    """The golden value of every field that holds one thing."""
    picks = {field: choice.pick(field) for field in ("name", *TEXTS)}
    picks["kind"] = _kind(choice, picks["name"])
    picks["since"] = _since(choice)
    return picks | {field: _flag(choice, field) for field in FLAGS}


def _trust(source: Source, places: Mapping[str, int]) -> tuple[bool, bool, int]:
    customer = source.customer
    verified = any(contact.verified for contact in customer.contacts)
    place = places.get(source.ref.connection, len(places))
    return (not verified, customer.guest, place)


def _stamps(told: Sequence[Source]) -> list[str]:
    """The candidates' stamps, newest first; none when one of them has no stamp."""
    stamps = {source.customer.changed_at for source in told}
    return [] if "" in stamps else sorted(stamps, reverse=True)


def _rule(best: Rank, rival: Rank) -> str:
    pairs = zip(CRITERIA, best, rival, strict=True)
    return next(criterion for criterion, ours, theirs in pairs if ours != theirs)


def _name(source: Source) -> PersonName:
    return source.customer.name or PersonName()


def _text(value: object) -> str:
    if isinstance(value, PersonName):
        return value.display
    return value if isinstance(value, str) else ""


def _kind(choice: Choice, name: Pick) -> Pick:
    """The kind of customer, from where the name comes, unless another backend owns it."""
    source = name.source
    follows = source is not None and bool(name.value) and "kind" not in choice.owners
    if source is not None and follows and "kind" not in source.customer.hidden:
        return Pick(source.customer.kind, "with the name", source)
    pick = choice.pick("kind")
    return pick if pick.source else Pick(SourceCustomer().kind)


def _since(choice: Choice) -> Pick:
    """The earliest day on which anybody knew the customer, unless an owner says."""
    if "since" in choice.owners:
        return choice.pick("since")
    told = [source for source in choice.visible("since") if source.customer.since]
    if not told:
        return Pick("")
    first = min(told, key=lambda source: (source.customer.since, source.ref))
    return Pick(first.customer.since, "earliest" if len(told) > 1 else "only", first)


def _flag(choice: Choice, field: str) -> Pick:
    """True when any source says so: the side of caution."""
    saying = [source for source in choice.visible(field) if getattr(source.customer, field)]
    return Pick(True, "any", saying[0]) if saying else Pick(False)


def _hidden(sources: Sequence[Source]) -> tuple[str, ...]:
    """The fields that no backend shows."""
    shared = set(sources[0].customer.hidden)
    for source in sources[1:]:
        shared &= set(source.customer.hidden)
    return tuple(sorted(shared))
