"""The card: all that a till may know of a customer, as an allow-list of at most 1,024 bytes.

Standard library only: the till reads cards with it. A card keeps days, not what they mean today
(`crmsync.till.phrases` says that at the look-up), so it changes only when its customer does.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from hashlib import blake2b
from typing import Any, Literal, NamedTuple, get_args

from crmsync.errors import StoreError
from crmsync.model.greeting import Form, GreetingParts

SIZE = 1024
"""The most bytes a card may have, as compact JSON in UTF-8."""

LIMITS = {"n": 60, "call": 60, "say": 30, "tell": 30, "at": 30, "usual": 60, "pref": 30}
"""The most characters of each text."""

CareKind = Literal["reklamation", "verspaetung"]


class Visit(NamedTuple):
    """The last purchase: its local day, and the store's name ('' when unknown or online)."""

    on: str
    at: str = ""


class Usual(NamedTuple):
    """A habit: what (`n` '' is coming at all), every how many days, and the day it is due."""

    n: str = ""
    every: int = 0
    due: str = ""


class Care(NamedTuple):
    """What the clerk should have in mind, from a fixed list, and the day it is about."""

    k: CareKind
    on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a till may know of a customer; nothing else can be on a card.

    `id` is a pseudonym, given when a till file is built ('' in the store). `n` is the name to
    read; `call`, `form` and `lang` are the parts of the greeting (`form` '' means: do not greet),
    `say` how the name is spoken, `tell` what tells namesakes apart, `since` the first day (which
    tells anniversaries), `usual` at most three habits, `care` at most two, `pref` at most three
    wishes. Days are ISO texts.
    """

    n: str
    id: str = ""
    call: str = ""
    form: Form = ""
    lang: str = ""
    say: str = ""
    tell: str = ""
    since: str = ""
    last: Visit | None = None
    usual: tuple[Usual, ...] = ()
    care: tuple[Care, ...] = ()
    pref: tuple[str, ...] = ()

    @property
    def greeting(self) -> GreetingParts:
        """The parts of the greeting."""
        return GreetingParts(self.call, self.form, self.lang or "de")


KEYS = frozenset(field.name for field in fields(Card))
_PARTS: dict[str, Any] = {"usual": Usual, "care": Care}


def card_id(customer_id: str) -> str:
    """The pseudonym of a customer: 16 letters that only the store's owner can trace back."""
    digest = blake2b(customer_id.encode(), digest_size=10, person=b"crmsync-card").digest()
    number = int.from_bytes(digest, "big")
    letters = "0123456789abcdefghijklmnopqrstuv"
    return "".join(letters[number >> shift & 31] for shift in range(75, -1, -5))


def dump(card: Card) -> str:
    """The card as compact JSON without empty fields; StoreError when it is over 1,024 bytes."""
    body = {name: _plain(getattr(card, name)) for name in Card.__slots__ if getattr(card, name)}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    if len(text.encode()) > SIZE:
        raise StoreError(f"card {card.id} is over {SIZE} bytes.", hint="Shorten it with `fit`.")
    return text


def _plain(value: Any) -> Any:
    if isinstance(value, (Visit, Usual, Care)):
        return {key: part for key, part in value._asdict().items() if part}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def load(text: str | bytes) -> Card:
    """The card written in `text`; StoreError when it holds anything that a card may not."""
    body = json.loads(text)
    unknown = sorted(body.keys() - KEYS)
    if unknown:
        raise StoreError(
            f"a card has the unknown key '{unknown[0]}'.",
            hint="It was written by another version; build the till file again.",
        )
    try:
        return _read(body)
    except TypeError as error:
        raise StoreError(
            "a card has a part that does not belong there.", hint="Build the till file again."
        ) from error


def _read(body: dict[str, Any]) -> Card:
    for name, kind in _PARTS.items():
        body[name] = tuple(kind(**item) for item in body.get(name, ()))
    if any(care.k not in get_args(CareKind) for care in body["care"]):
        raise TypeError("care")
    body["pref"] = tuple(body.get("pref", ()))
    body["last"] = Visit(**body["last"]) if "last" in body else None
    return Card(**body)


def fit(card: Card) -> Card:
    """The card made to fit: what helps least goes first, always in the same order."""
    steps = iter(_STEPS)
    while _size(card) > SIZE:
        card = next(steps)(card)
    return card


def _size(card: Card) -> int:
    body = {name: _plain(getattr(card, name)) for name in Card.__slots__ if getattr(card, name)}
    return len(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())


_STEPS: tuple[Callable[[Card], Card], ...] = (
    *[lambda card: replace(card, pref=card.pref[:-1])] * 3,
    *[lambda card: replace(card, usual=card.usual[:-1])] * 3,
    lambda card: replace(card, say=""),
    lambda card: replace(card, last=card.last and Visit(card.last.on)),
    lambda card: replace(card, tell=""),
    lambda card: replace(card, care=card.care[:1]),
    lambda card: replace(card, n=card.n[:30]),
)
"""At the end of these a card is under 1,024 bytes whatever its letters weigh (4 bytes at most)."""
