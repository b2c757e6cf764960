"""Cards in the store: what they are made from, how they are written, what a till file takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from crmsync.store.tables import card, card_key, customer, habit, link, orders, profile, shop
from crmsync.store.work import CHUNK, Work


class CardRow(NamedTuple):
    """A card as it is kept: `doc` and `keys` None for a tombstone, then `hash` is empty."""

    customer_id: str
    controller: str
    seq: int
    hash: bytes
    doc: str | None
    keys: str | None


class LastOrder(NamedTuple):
    """A customer's last order: local day, the key of the store ('' online)."""

    day: str
    store: str


class Published(NamedTuple):
    """A living card with what ranks it: orders and last order day ('' for none)."""

    customer_id: str
    doc: str
    keys: str
    orders: int
    last_order_on: str


def profiles(work: Work, ids: Iterable[str]) -> dict[str, str]:
    """The profile documents of these customers, of those alone that are alive."""
    statement = (
        sa.select(profile.c.customer_id, profile.c.doc)
        .join(customer, customer.c.customer_id == profile.c.customer_id)
        .where(customer.c.state == "alive")
    )
    return dict(map(tuple, work.all_in(statement, profile.c.customer_id, ids)))


def habits(work: Work, ids: Iterable[str]) -> dict[str, str]:
    """The habit documents of these customers."""
    statement = sa.select(habit.c.customer_id, habit.c.doc)
    return dict(map(tuple, work.all_in(statement, habit.c.customer_id, ids)))


def last_orders(work: Work, ids: Iterable[str]) -> dict[str, LastOrder]:
    """The order that each of these customers made last, on the day the habits know."""
    statement = (
        sa.select(habit.c.customer_id, orders.c.day, orders.c.store, orders.c.placed_at)
        .join(link, link.c.customer_id == habit.c.customer_id)
        .join(
            orders,
            sa.and_(orders.c.source_id == link.c.source_id, orders.c.day == habit.c.last_order_on),
        )
        .where(orders.c.kind == "sale", orders.c.counts)
    )
    rows = work.all_in(statement, habit.c.customer_id, ids)
    rows.sort(key=lambda row: (row.placed_at, row.store))
    return {row.customer_id: LastOrder(row.day, row.store) for row in rows}


def shop_names(work: Work) -> dict[str, str]:
    """The name of each store by its key; a key that two systems use for different stores is out."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in work.all(sa.select(shop.c.key, shop.c.name)):
        found[row.key].add(row.name)
    return {key: names.pop() for key, names in found.items() if len(names) == 1}


def shop_places(work: Work, store_key: str) -> set[str]:
    """The postal codes of the store with this key."""
    statement = sa.select(shop.c.postal_code).where(shop.c.key == store_key)
    return {row.postal_code for row in work.all(statement) if row.postal_code}


def cards(work: Work, ids: Iterable[str]) -> dict[str, CardRow]:
    """The cards and tombstones of these customers."""
    rows = work.all_in(sa.select(card), card.c.customer_id, ids)
    return {
        name: CardRow(name, controller, seq, bytes(digest), doc, keys)
        for name, controller, seq, digest, doc, keys in rows
    }


def write_cards(work: Work, rows: Sequence[CardRow]) -> None:
    """Write cards and tombstones."""
    work.upsert(card, rows)


def order_counts(work: Work, ids: Iterable[str]) -> dict[str, int]:
    """How many orders each of these customers has, as far as habits are known."""
    statement = sa.select(habit.c.customer_id, habit.c.orders)
    return dict(map(tuple, work.all_in(statement, habit.c.customer_id, ids)))


def keys_of(work: Work, ids: Iterable[str]) -> dict[str, set[str]]:
    """The exact keys that these customers had the last time."""
    found: dict[str, set[str]] = defaultdict(set)
    statement = sa.select(card_key.c.customer_id, card_key.c.key)
    for row in work.all_in(statement, card_key.c.customer_id, ids):
        found[row.customer_id].add(row.key)
    return found


def owners(work: Work, keys: Iterable[str]) -> dict[tuple[str, str], set[str]]:
    """The customers that have each of these keys, by (controller, key)."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in work.all_in(sa.select(card_key), card_key.c.key, keys):
        found[row.controller, row.key].add(row.customer_id)
    return found


def write_keys(work: Work, rows: Sequence[tuple[str, str, str]], gone: Collection[str]) -> None:
    """Replace the keys of customers: `gone` lose theirs, `rows` are (key, customer, controller)."""
    work.delete(card_key.c.customer_id, gone)
    work.upsert(card_key, rows)


def published(work: Work, controller: str) -> Iterator[Published]:
    """Every living card of a controller, with what ranks it."""
    statement = (
        sa.select(card.c.customer_id, card.c.doc, card.c["keys"], habit.c.orders,
                  habit.c.last_order_on)
        .outerjoin(habit, habit.c.customer_id == card.c.customer_id)
        .where(card.c.doc.is_not(None), card.c.controller == controller)
    )  # fmt: skip
    for row in work.connection.execution_options(yield_per=CHUNK).execute(statement):
        yield Published(row[0], row[1], row[2], row[3] or 0, row[4] or "")


def controllers(work: Work) -> list[str]:
    """The controllers that have living cards, sorted."""
    statement = sa.select(card.c.controller).where(card.c.doc.is_not(None)).distinct()
    return sorted(row.controller for row in work.all(statement))


def last_seq(work: Work) -> int:
    """The highest number of the card feed; 0 before the first card."""
    return work.scalar(sa.select(sa.func.max(card.c.seq))) or 0


def shoppers(work: Work, store_key: str) -> set[str]:
    """The customers who bought in this store."""
    statement = (
        sa.select(link.c.customer_id)
        .join(orders, orders.c.source_id == link.c.source_id)
        .where(orders.c.store == store_key, orders.c.counts)
        .distinct()
    )
    return {row.customer_id for row in work.all(statement)}
