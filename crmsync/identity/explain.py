"""Why two source customers are one customer, or are not: by rule and fields, in two languages."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from crmsync.errors import ConfigError
from crmsync.identity.compare import Verdict, compare
from crmsync.identity.house import Ask, House
from crmsync.identity.reach import Book
from crmsync.identity.rules import BANDS, FIELDS, Said, said_of
from crmsync.identity.weights import Weights, default, likely
from crmsync.model.ref import Ref
from crmsync.store import Work
from crmsync.store import keys as key_store
from crmsync.store import links as link_store

_WORDS = {
    "de": {
        "and": "und", "rule": "Regel", "agree": "Gleich", "differ": "Verschieden",
        "via": "Sie sind dennoch ein Kunde, verbunden über",
    },
    "en": {
        "and": "and", "rule": "Rule", "agree": "Equal", "differ": "Different",
        "via": "They are one customer all the same, bound by",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why two source customers are together or not.

    `verdict` is about the two alone. `together` says whether they are one customer now; `via` are
    the records in between when only others bind them, both ends included. `de` and `en` say it.
    """

    a: Ref
    b: Ref
    verdict: Verdict
    together: bool
    via: tuple[Ref, ...]
    de: str
    en: str


def explain(
    work: Work,
    a_ref: Ref,
    b_ref: Ref,
    *,
    numbers: Mapping[str, str],
    ask: Ask | None = None,
    model: Weights | None = None,
) -> Explanation:
    """Why these two are one customer or not; ConfigError when one is no living source customer.

    `numbers` maps a connection to the namespace of its customer numbers, `ask` asks the rules of
    the house, where there are any; `model` weighs two that were not compared yet (the one that
    crmsync brings).
    """
    ids = _ids(work, (a_ref, b_ref))
    model = model or default()
    house = House(work, ask, model) if ask else None
    held = _held(work, *ids) or compare(Book(work, numbers, house), *ids, model=model)
    links = link_store.links_of(work, ids)
    homes = {links[number].customer_id if number in links else str(number) for number in ids}
    together = len(homes) == 1
    via = _path(work, ids, homes.pop()) if together and held.band != "same" else ()
    de, en = (_say(language, a_ref, b_ref, held, via) for language in ("de", "en"))
    return Explanation(a_ref, b_ref, held, together, via, de, en)


def _ids(work: Work, refs: tuple[Ref, Ref]) -> list[int]:
    sources = key_store.load_sources(work, key_store.record_ids(work, refs).values())
    found = {one.ref: one.id for one in sources}
    for ref in refs:
        if ref not in found:
            raise ConfigError(
                f"there is no source customer {ref}.", hint="Check connection, stream and id."
            )
    return [found[ref] for ref in refs]


def _held(work: Work, a: int, b: int) -> Verdict | None:
    """The verdict that the last resolve wrote: it knows what the whole of the cluster said."""
    row = link_store.pairs_of(work, [a]).get((min(a, b), max(a, b)))
    if row is None:
        return None
    evidence = orjson.loads(row.evidence)
    agree, differ = tuple(evidence["agree"]), tuple(evidence["differ"])
    said = said_of(row.rule, evidence)
    return Verdict(row.band, row.rule, agree, differ, said, likely(row.weight))


def _path(work: Work, ids: Sequence[int], customer_id: str) -> tuple[Ref, ...]:
    """The shortest chain of records of one customer, each held to be the same as the next."""
    members = sorted(link.source_id for link in link_store.links_to(work, [customer_id]))
    refs = key_store.refs_of(work, members)
    near: dict[int, list[int]] = defaultdict(list)
    for (a, b), row in sorted(link_store.pairs_of(work, members).items()):
        if row.band == "same" and a in refs and b in refs:
            near[a].append(b)
            near[b].append(a)
    came_from = _walk(near, ids[0])
    chain = [ids[1]]
    while chain[-1] != ids[0] and chain[-1] in came_from:
        chain.append(came_from[chain[-1]])
    return tuple(refs[number] for number in reversed(chain))


def _walk(near: Mapping[int, Sequence[int]], start: int) -> dict[int, int]:
    """Breadth first: from where each record was reached."""
    came_from, waiting = {start: start}, deque([start])
    while waiting:
        here = waiting.popleft()
        for there in near.get(here, ()):
            if there not in came_from:
                came_from[there] = here
                waiting.append(there)
    return came_from


def _say(language: str, a: Ref, b: Ref, held: Verdict, via: Sequence[Ref]) -> str:
    words = _WORDS[language]
    parts = [
        f"{a} {words['and']} {b}: {_in(language, BANDS[held.band])}.",
        f"{words['rule']}: {_in(language, held.said)}.",
    ]
    for word, fields in (("agree", held.agree), ("differ", held.differ)):
        if fields:
            names = ", ".join(_in(language, FIELDS[field]) for field in fields)
            parts.append(f"{words[word]}: {names}.")
    if via:
        parts.append(f"{words['via']} {' – '.join(map(str, via))}.")
    return " ".join(parts)


def _in(language: str, said: Said) -> str:
    return said.de if language == "de" else said.en
