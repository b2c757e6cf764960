"""The ledger: entries appended in a chain, verified, their payloads erased.

Each entry's hash covers its columns, a salted commitment to its payload, and the hash of the
entry before it. The payload and its salt lie apart: once they are erased the commitment says
nothing any more, and the chain still verifies.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from crmsync.model.ref import Ref
from crmsync.store.tables import counter, ledger, ledger_key, ledger_payload
from crmsync.store.work import Work

COUNTER = "ledger"
START = bytes(32)
"""What the first entry names as the hash before it."""

READ = 5000
"""Entries looked at in one go while verifying."""

TokenBytes = Callable[[int], bytes]
"""A source of random bytes: secrets.token_bytes, or a seeded one in a test."""


class Entry(NamedTuple):
    """What is to be written: `at` "" when unknown; `payload` is the part that may be erased."""

    subject: str
    channel: str
    purpose: str
    controller: str
    state: str
    basis: str
    at: str
    recorded_at: str
    origin: str
    expires_on: str | None
    payload: Mapping[str, str]


class Pseudonyms:
    """Turns contact points and Refs into subjects: HMAC-SHA256 under the store's key.

    A subject belongs to one controller: two companies in one store share none.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of_point(self, controller: str, value: str) -> str:
        """The subject of an e-mail address or a number."""
        return self._subject("point", controller, value)

    def of_ref(self, controller: str, ref: Ref) -> str:
        """The subject of a source customer, for channels without an address of their own."""
        return self._subject("ref", controller, str(ref))

    def _subject(self, *parts: str) -> str:
        said = "\x1f".join(parts).encode()
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()[:40]


def pseudonyms(work: Work) -> Pseudonyms | None:
    """The store's pseudonyms, None while the ledger has never been written."""
    key = work.scalar(sa.select(ledger_key.c.key).where(ledger_key.c.id == 1))
    return None if key is None else Pseudonyms(bytes(key))


def make_pseudonyms(work: Work, token_bytes: TokenBytes) -> Pseudonyms:
    """The store's pseudonyms, their key made from `token_bytes` if there is none."""
    found = pseudonyms(work)
    if found is None:
        insert = sa.text("INSERT INTO ledger_key (id, key) VALUES (1, :key) ON CONFLICT DO NOTHING")
        work.run(insert, {"key": token_bytes(32)})
        found = pseudonyms(work)
    if found is None:
        raise AssertionError("the key was just written")
    return found


def append(work: Work, entries: Sequence[Entry], *, token_bytes: TokenBytes) -> range:
    """Write entries at the end of the chain, in the order given; gives their numbers.

    The counter's row lock is held to the commit, so that nobody chains to the same end.
    """
    if not entries:
        return range(0)
    seqs = work.numbers(COUNTER, len(entries))
    before = _hash_of(work, seqs[0] - 1)
    rows, payloads = [], []
    for seq, entry in zip(seqs, entries, strict=True):
        salt = token_bytes(16)
        payload = orjson.dumps(dict(entry.payload), option=orjson.OPT_SORT_KEYS)
        columns = (seq, *entry[:-1], _commit(salt, payload), before)
        before = _chain(columns)
        rows.append((*columns, before))
        payloads.append((seq, salt, payload.decode()))
    work.upsert(ledger, rows)
    work.upsert(ledger_payload, payloads)
    return seqs


def erase(work: Work, seqs: Iterable[int]) -> None:
    """Erase the payloads of these entries: a grant loses its evidence, a restriction stays."""
    work.delete(ledger_payload.c.seq, seqs)


def verify(work: Work) -> int | None:
    """The number of the first broken entry, or None when the whole chain holds.

    Broken: changed, missing, inserted, cut off at the end, or a payload that is not the one
    committed to. An erased payload breaks nothing.
    """
    expected, before = 1, START
    while rows := _slice(work, expected):
        for row in rows:
            if row.seq != expected or not _holds(row, before):
                return expected
            expected, before = row.seq + 1, bytes(row.hash)
    given_out = work.scalar(sa.select(counter.c.value).where(counter.c.name == COUNTER)) or 0
    return expected if expected <= given_out else None


def _slice(work: Work, start: int) -> Sequence[Any]:
    joined = sa.outerjoin(ledger, ledger_payload, ledger.c.seq == ledger_payload.c.seq)
    statement = sa.select(ledger, ledger_payload.c.salt, ledger_payload.c.payload)
    found = statement.select_from(joined).where(ledger.c.seq >= start)
    return work.all(found.order_by(ledger.c.seq).limit(READ))


def _holds(row: Any, before: bytes) -> bool:
    columns = tuple(row)[: len(ledger.columns) - 1]
    kept = row.payload is None or bytes(row.commitment) == _commit(
        bytes(row.salt), row.payload.encode()
    )
    return kept and bytes(row.prev_hash) == before and bytes(row.hash) == _chain(columns)


def _hash_of(work: Work, seq: int) -> bytes:
    found = work.scalar(sa.select(ledger.c.hash).where(ledger.c.seq == seq))
    return START if found is None else bytes(found)


def _commit(salt: bytes, payload: bytes) -> bytes:
    return hashlib.sha256(salt + payload).digest()


def _chain(columns: Sequence[Any]) -> bytes:
    """The hash over an entry's columns but the last, as one unambiguous JSON list."""
    plain = [
        bytes(item).hex() if isinstance(item, bytes | memoryview) else item for item in columns
    ]
    return hashlib.sha256(orjson.dumps(plain)).digest()
