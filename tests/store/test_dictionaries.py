"""A stream's dictionary: records become small, come back whole, and leave nothing of a person."""

from __future__ import annotations

import random
from collections.abc import Sequence

import orjson
import pytest

from bench import data
from crmsync.errors import StoreError
from crmsync.store import Store, codec, dictionaries, records
from crmsync.store.bulk import Same
from crmsync.store.tables import dictionary, record


def _customers(count: int) -> list[bytes]:
    noise = random.Random(11)
    return [orjson.dumps(data.customer(noise, number)) for number in range(count)]


def _land(store: Store, payloads: Sequence[bytes], *, first: int = 1) -> list[int]:
    numbers = list(range(first, first + len(payloads)))
    with store.work(run_id="test") as work:
        packed = list(map(dictionaries.packer(work, 1, payloads), payloads))
        names, hashes = list(map(str, numbers)), [b"hash"] * len(numbers)
        records.land(work, 1, records.Landed(numbers, names, hashes, Same("mapped"), packed))
    return numbers


def test_records_become_small_and_come_back(store: Store) -> None:
    payloads = _customers(300)
    numbers = _land(store, payloads[:250]) + _land(store, payloads[250:], first=251)
    with store.read() as work:
        (raws,) = records.load_raw(work, numbers)
        stored = sum(len(row[0]) for row in work.all(record.select().with_only_columns(
            record.c.payload)))  # fmt: skip
        assert len(work.all(dictionary.select())) == 1
    assert raws.ids == numbers
    assert list(map(records.decoded, raws.payloads)) == list(map(orjson.loads, payloads))
    assert stored < sum(map(len, payloads)) / 3


def test_few_records_make_no_dictionary(store: Store) -> None:
    _land(store, _customers(dictionaries.ENOUGH - 1))
    with store.read() as work:
        assert not work.all(dictionary.select())


def test_nothing_of_a_person_stays_in_a_dictionary(store: Store) -> None:
    payloads = [
        orjson.dumps({"name": f"Wrobel-{n}", "mail": f"wrobel{n}@example.org", "land": "DE",
                      f"feld von Wrobel {n}": {"notiz": ["Wrobel ruft an", n, 1.5, None, True]},
                      "text": "Stammkunde seit der Eröffnung der Filiale am Markt"})
        for n in range(1000, 1300)
    ]  # fmt: skip
    payloads[7] = orjson.dumps({"name": "Anneliese Wrobel", "land": "DE"})
    _land(store, payloads)
    with store.read() as work:
        (content,) = work.one(dictionary.select().with_only_columns(dictionary.c.content))
    held = bytes(content)
    assert b"wrobel1" not in held
    assert b"Anneliese" not in held
    assert b"Wrobel-1" not in held
    assert b"Filiale" in held


def test_records_with_nothing_in_common_are_packed_alone(store: Store) -> None:
    noise = random.Random(5)
    payloads = [orjson.dumps({"x": noise.randrange(10)}) for _ in range(300)]
    numbers = _land(store, payloads)
    with store.read() as work:
        assert records.load_raw(work, numbers)[0].ids == numbers


def test_a_lost_dictionary_is_named_as_damage() -> None:
    made = dictionaries._made(_customers(300))
    assert made is not None
    stored = codec.packer(7, made)(b'{"id": 1}' * 30)
    with pytest.raises(StoreError, match="damaged"):
        codec.unpack(stored)
    assert codec.unpack(stored, {7: codec.unpacker(made)}) == b'{"id": 1}' * 30


@pytest.mark.parametrize("depth", [300, 1000])
def test_records_nested_deeply_make_no_dictionary_and_come_back(store: Store, depth: int) -> None:
    deep = b'{"note": ' + b"[" * depth + b"]" * depth + b"}"
    payloads = [deep, *_customers(dictionaries.ENOUGH - 1)]
    numbers = _land(store, payloads)
    with store.read() as work:
        where = record.c.id == numbers[0]
        (stored,) = work.one(record.select().with_only_columns(record.c.payload).where(where))
        assert not work.all(dictionary.select())
    assert codec.unpack(bytes(stored)) == deep
