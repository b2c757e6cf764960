"""Builds the till file: the cards of a store's catchment with everything to find them offline."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from crmsync.errors import ConfigError
from crmsync.identity.search.file import fill
from crmsync.identity.search.tables import Tables
from crmsync.identity.search.words import card_words, terms
from crmsync.store import Store, Work, cards, files, points
from crmsync.store.cards import Published
from crmsync.store.complaints import unwritable
from crmsync.till.card import card_id, dump, load
from crmsync.till.keys import Keys, load_keys
from crmsync.till.pack import pack
from crmsync.till.queries import QUERIES
from crmsync.till.tillfile import SCHEMA

NEAR = 3
"""So many leading signs of the postal code make two places neighbours."""


class Counts(NamedTuple):
    """What a till file holds: cards, those left out as outside the catchment, bytes."""

    cards: int
    outside: int
    bytes: int


class _Card(NamedTuple):
    doc: str
    keys: Keys


def build(
    store: Store,
    path: str | Path,
    *,
    built_at: str,
    expires_on: str,
    store_key: str | None = None,
    controller: str | None = None,
    calling_code: str = "49",
) -> Counts:
    """Write a fresh till file and put it in the place of the old one at once; gives its counts.

    With `store_key` it holds the store's catchment: who bought there, or lives where the first
    three signs of the postal code are the store's. Without it, everybody of `controller`, which
    may be left out while only one has cards: no till sees another company's. `built_at` is a UTC
    stamp, `expires_on` the last ISO day it answers. `calling_code` belongs to numbers typed with
    a leading 0. The file is readable by its owner alone.
    ConfigError when the controller must be named, when nothing is known of the store, or when
    there is no such folder; FileError when the disk is full or may not be written.
    """
    target = Path(path)
    with store.read() as work:
        chosen, outside = _choose(work, store_key, controller or _only_controller(work))
        head = {
            "schema": SCHEMA,
            "seq": str(cards.last_seq(work)),
            "built_at": built_at,
            "expires_on": expires_on,
            "calling_code": calling_code,
        }
    try:
        with files.replaced(target, point="till") as fresh:
            _write(fresh, head, chosen)
    except (OSError, sqlite3.OperationalError) as error:
        raise unwritable("the till file", target, error) from error
    return Counts(len(chosen), outside, target.stat().st_size)


def _only_controller(work: Work) -> str:
    names = cards.controllers(work)
    if len(names) > 1:
        raise ConfigError(
            f"the store has cards of several controllers: {', '.join(names)}.",
            hint="Name one (--controller): no till may see another company's customers.",
        )
    return names[0] if names else ""


def _choose(work: Work, store_key: str | None, controller: str) -> tuple[list[_Card], int]:
    """The cards of the file in the order of visits, and how many are outside the catchment."""
    ranked = sorted(cards.published(work, controller), key=_visits)
    everybody = [_Card(_named(one), load_keys(one.keys)) for one in ranked]
    if store_key is None:
        return everybody, 0
    shoppers = cards.shoppers(work, store_key)
    places = cards.shop_places(work, store_key)
    if not shoppers and not places:
        raise ConfigError(
            f"nobody bought at the store '{store_key}', and no place of it is known.",
            hint="Is the key written as in the orders? Nothing was built.",
        )
    near = tuple(code[:NEAR] for code in places if len(code) >= NEAR)
    chosen = [
        found
        for one, found in zip(ranked, everybody, strict=True)
        if one.customer_id in shoppers or any(place.startswith(near) for place in found.keys.places)
    ]
    return chosen, len(everybody) - len(chosen)


def _named(one: Published) -> str:
    """The card under the pseudonym of its customer."""
    return dump(replace(load(one.doc), id=card_id(one.customer_id)))


def _visits(one: Published) -> tuple[int, str, str, str]:
    """Most orders first, then the latest; then by the keys, which are the same in every store."""
    latest = "".join(chr(ord("9") - int(sign)) for sign in one.last_order_on if sign.isdigit())
    return -one.orders, latest or "~", one.keys, one.customer_id


def _write(path: Path, head: dict[str, str], chosen: Iterable[_Card]) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("PRAGMA journal_mode=OFF")
        file.execute("PRAGMA temp_store=MEMORY")  # names do not belong into the system's folder
        file.executescript(QUERIES["schema"])
        file.execute("BEGIN")
        file.executemany(QUERIES["put_head"], head.items())
        _fill(file, chosen)
        with points.effect("till/fill"):
            file.execute("COMMIT")


def _fill(file: sqlite3.Connection, chosen: Iterable[_Card]) -> None:
    tables = Tables()
    for rank, (doc, keys) in enumerate(chosen, 1):
        tables.add(rank, terms(keys.words, ends=keys.ends, places=keys.places))
        file.execute(QUERIES["put_card"], (rank, pack(doc), card_words(keys.words)))
        exact = [(bytes.fromhex(one.key), rank, one.greets) for one in keys.exact]
        file.executemany(QUERIES["put_exact"], exact)
    fill(file, tables)
