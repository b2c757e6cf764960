"""The feed that keeps the cards: one for whoever has a basis, a tombstone for whoever had one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

from crmsync.errors import NOBODYS_FAULT, PluginError
from crmsync.model.customer import Profile
from crmsync.model.document import read_document
from crmsync.model.greeting import Form, GreetingParts
from crmsync.model.habit import Habits
from crmsync.store import Change, Work, cards
from crmsync.store.cards import CardRow
from crmsync.store.habits import set_due
from crmsync.store.ledger import effective_states
from crmsync.till.card import Visit, dump
from crmsync.till.compose import compose
from crmsync.till.gate import Ledger, Standings, may_have_card
from crmsync.till.greeting import greeting_parts
from crmsync.till.keys import NOBODY, Exact, Keys, keys_of
from crmsync.till.settings import TillSettings, tills
from crmsync.till.waking import REASONS, waking_days

DEFAULT = TillSettings()
Greet = Callable[..., Sequence[GreetingParts] | None]
"""The hook `crmsync_greet`: called with profiles, forms and as_of."""


def greet_batch(
    profiles: Sequence[Profile], forms: Sequence[Form], as_of: str
) -> Sequence[GreetingParts]:
    """Our own greeting of each of these profiles."""
    return [
        greeting_parts(profile.customer, form=form, as_of=as_of)
        for profile, form in zip(profiles, forms, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Batch:
    """What is known of the customers of one batch."""

    profiles: dict[str, Profile]
    keys: dict[str, Keys]
    shared: frozenset[tuple[str, str]]
    standings: Mapping[str, Standings]


class TillFeed:
    """Builds the cards of changed customers, and of those who share an exact key with them.

    `settings` are the tills by controller; the others have the default: consent, Sie. `ledger`
    tells the effective consents, `greet` is the hook `crmsync_greet`.
    """

    name = "till"
    topics: tuple[str, ...] = ("profile", "habits", "ledger", "customer", "due")
    order = 50

    def __init__(
        self,
        settings: Mapping[str, TillSettings] | None = None,
        *,
        ledger: Ledger = effective_states,
        greet: Greet = greet_batch,
    ) -> None:
        self._settings = dict(settings or {})
        self._ledger = ledger
        self._greet = greet

    def configured(self, settings: Any, hook: Any) -> TillFeed:
        """This feed with the tills of crmsync.toml, asking the plugins how to greet."""

        def greet(**asked: Any) -> Sequence[GreetingParts] | None:
            answer: Sequence[GreetingParts] | None = hook.crmsync_greet(**asked)
            return answer

        return TillFeed(tills(settings), ledger=self._ledger, greet=greet)

    def take(self, work: Work, changes: Sequence[Change], *, as_of: str) -> Mapping[str, int]:
        """Bring the cards of the changed customers up to date.

        Counts of changes and of customers woken by a shared key: taken = written + unchanged +
        removed + withheld + repeated; `withheld` have no basis, `repeated` are further topics of
        the same customer.
        """
        named = {change.customer_id for change in changes if change.customer_id}
        woken, keys = _rekey(work, named)
        everyone = sorted(named | woken)
        batch = self._load(work, everyone, keys, as_of)
        fates = self._write(work, everyone, batch, as_of)
        repeated = len(changes) - len(named)
        return {"taken": len(changes) + len(woken), **fates, "repeated": repeated}

    def _load(
        self, work: Work, ids: Sequence[str], known: Mapping[str, Profile], as_of: str
    ) -> _Batch:
        missing = _profiles(work, [name for name in ids if name not in known])
        found = {**known, **missing}
        keys = {name: keys_of(profile.customer) for name, profile in found.items()}
        owners = cards.owners(work, {one.key for own in keys.values() for one in own.exact})
        shared = frozenset(key for key, people in owners.items() if len(people) > 1)
        return _Batch(found, keys, shared, self._ledger(work, found, as_of=as_of))

    def _write(self, work: Work, ids: Sequence[str], batch: _Batch, as_of: str) -> dict[str, int]:
        before = cards.cards(work, ids)
        docs = self._documents(work, batch, as_of)
        fates: Counter[str] = Counter(written=0, unchanged=0, removed=0, withheld=0)
        rows = []
        for name in sorted(ids, key=lambda one: _place(batch.profiles.get(one), one)):
            row = _row(name, batch.profiles.get(name), docs.get(name), before.get(name))
            fate = _fate(row, before.get(name))
            fates[fate] += 1
            if fate in ("written", "removed"):
                rows.append(row)
        seqs = work.numbers("card", len(rows)) if rows else range(0)
        numbered = [row._replace(seq=seq) for row, seq in zip(rows, seqs, strict=True)]
        cards.write_cards(work, numbered)
        set_due(work, _waking(ids, docs, batch, as_of), reasons=REASONS)
        return dict(fates)

    def _documents(self, work: Work, batch: _Batch, as_of: str) -> dict[str, tuple[str, str]]:
        """The card and keys, as JSON, of each customer who may have them."""
        allowed = [
            profile
            for name, profile in sorted(batch.profiles.items())
            if may_have_card(profile.customer, batch.standings.get(name, {}), self._of(profile))
        ]
        parts = self._greetings(allowed, as_of)
        habits, visits = _facts(work, [profile.customer_id for profile in allowed])
        documents = {}
        for profile, greeting in zip(allowed, parts, strict=True):
            name = profile.customer_id
            card = compose(
                profile,
                habits.get(name) or Habits(as_of),
                greeting,
                visit=visits.get(name),
                settings=self._of(profile),
                as_of=as_of,
            )
            documents[name] = dump(replace(card, id="")), _unique(profile, batch).dump()
        return documents

    def _of(self, profile: Profile) -> TillSettings:
        return self._settings.get(profile.controller, DEFAULT)

    def _greetings(self, profiles: Sequence[Profile], as_of: str) -> Sequence[GreetingParts]:
        """What the hook says, checked; PluginError when it fails or answers with another number."""
        if not profiles:
            return []
        forms = [self._of(profile).form for profile in profiles]
        try:
            parts = self._greet(profiles=profiles, forms=forms, as_of=as_of)
        except NOBODYS_FAULT:
            raise
        except BaseException as error:  # a plugin's bug is named, and no card is half written
            raise PluginError(f"crmsync_greet failed with {type(error).__name__}.") from error
        if parts is None or len(parts) != len(profiles):
            raise PluginError(
                "crmsync_greet did not answer with one greeting for each profile.",
                hint="The plugin's author must act.",
            )
        return parts


def _profiles(work: Work, ids: Iterable[str]) -> dict[str, Profile]:
    docs = cards.profiles(work, ids)
    return {name: read_document(Profile, doc) for name, doc in docs.items()}


def _rekey(work: Work, named: set[str]) -> tuple[set[str], dict[str, Profile]]:
    """Keep the exact keys of the changed customers; gives who else is concerned, and profiles."""
    profiles = _profiles(work, sorted(named))
    before = cards.keys_of(work, sorted(named))
    now = {
        name: {one.key for one in keys_of(profile.customer).exact}
        for name, profile in profiles.items()
    }
    moved = [name for name in sorted(named) if before.get(name, set()) != now.get(name, set())]
    touched = {key for name in moved for key in before.get(name, set()) ^ now.get(name, set())}
    rows = [
        (key, name, profiles[name].controller)
        for name in moved
        for key in sorted(now.get(name, ()))
    ]
    cards.write_keys(work, rows, moved)
    neighbours = {name for people in cards.owners(work, touched).values() for name in people}
    return neighbours - named, profiles


def _unique(profile: Profile, batch: _Batch) -> Keys:
    """The keys, greeting nobody by one that another customer has too."""
    keys = batch.keys[profile.customer_id]
    exact = tuple(
        Exact(one.key, NOBODY if (profile.controller, one.key) in batch.shared else one.greets)
        for one in keys.exact
    )
    return keys._replace(exact=exact)


def _facts(work: Work, ids: Sequence[str]) -> tuple[dict[str, Habits], dict[str, Visit]]:
    docs = cards.habits(work, ids)
    habits = {name: read_document(Habits, doc) for name, doc in docs.items()}
    names = cards.shop_names(work)
    visits = {
        name: Visit(last.day, names.get(last.store, last.store))
        for name, last in cards.last_orders(work, ids).items()
    }
    return habits, visits


def _waking(
    ids: Sequence[str], docs: Mapping[str, object], batch: _Batch, as_of: str
) -> dict[str, dict[str, str]]:
    """The waking days of each customer; none for those without a card."""
    return {
        name: waking_days(batch.profiles[name].customer, batch.standings.get(name, {}), as_of=as_of)
        if name in docs
        else {}
        for name in ids
    }


def _row(
    name: str, profile: Profile | None, docs: tuple[str, str] | None, before: CardRow | None
) -> CardRow:
    controller = profile.controller if profile else before.controller if before else ""
    if docs is None:
        return CardRow(name, controller, 0, b"", None, None)
    digest = blake2b("\n".join(docs).encode(), digest_size=16).digest()
    return CardRow(name, controller, 0, digest, *docs)


def _fate(row: CardRow, before: CardRow | None) -> str:
    if row.doc is None:
        return "removed" if before and before.doc is not None else "withheld"
    same = before is not None and (before.controller, before.hash) == (row.controller, row.hash)
    return "unchanged" if same else "written"


def _place(profile: Profile | None, name: str) -> tuple[tuple[str, ...], str]:
    """Where a customer stands in the feed: by its sources, which are the same in every store."""
    return (profile.sources if profile else (), name)
