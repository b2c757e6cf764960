"""The stage normalize: raw records become model records, a set per record, hashed and compared.

Of the ids taken each ends in exactly one state: mapped, ignored (the mapper says it is of no
interest), pending (it names a record that has not landed), parked (it cannot be used, the last
good version stays), withdrawn (the backend deleted it).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import orjson
from pydantic import TypeAdapter

from crmsync.engine.calls import Refusal, map_record
from crmsync.engine.land import LONGEST
from crmsync.engine.outcome import Context, Yield, digest, outcome
from crmsync.engine.parents import Parents, find
from crmsync.errors import RecordError
from crmsync.hookspecs import Connector
from crmsync.model.customer import SourceCustomer
from crmsync.model.stream import Connection, Stream
from crmsync.model.told import Told
from crmsync.normalize import clean
from crmsync.store import Work, models, parking, records
from crmsync.store.models import Mapped
from crmsync.store.parking import Parking
from crmsync.store.records import Raw, StreamRow

_CUSTOMER = TypeAdapter(SourceCustomer)
PAGE = 500
"""Records that are mapped and cleaned together."""
NEVER = Mapped(0, "", b"", b"")
"""What became of a record that was never normalized."""


@dataclass(frozen=True, slots=True)
class Connected:
    """A connection at work: its connector and its streams, by the store's stream id."""

    connector: Connector
    connection: Connection
    streams: Mapping[int, tuple[StreamRow, Stream]]


@dataclass(slots=True)
class Sorted:
    """A batch sorted by what becomes of each record."""

    yields: list[Yield] = field(default_factory=list)
    refusals: dict[int, Refusal] = field(default_factory=dict)
    pending: list[tuple[int, int, str]] = field(default_factory=list)
    withdrawn: list[int] = field(default_factory=list)
    ignored: list[int] = field(default_factory=list)


def normalize(
    work: Work, connected: Connected, record_ids: Iterable[int], *, landed: Sequence[Raw] = ()
) -> dict[str, int]:
    """Normalize records; gives taken = mapped + ignored + pending + parked + withdrawn.

    Those just `landed` are not read back.
    """
    raws = _raws(work, set(record_ids), landed)
    before = models.load_mapped(work, [raw.id for raw in raws])
    batch = _sort(work, connected, raws)
    _write(work, connected, batch, before, {raw.id: raw for raw in raws})
    return {
        "taken": len(raws),
        "mapped": len(batch.yields),
        "ignored": len(batch.ignored),
        "pending": len(batch.pending),
        "parked": len(batch.refusals),
        "withdrawn": len(batch.withdrawn),
    }


def _raws(work: Work, ids: set[int], landed: Sequence[Raw]) -> list[Raw]:
    """The raw records by id, so that the result does not depend on how they came."""
    ready = [raw for raw in landed if raw.id in ids]
    rest = ids.difference(raw.id for raw in ready)
    return sorted(ready + records.load_raw(work, rest), key=lambda raw: raw.id)


def _sort(work: Work, connected: Connected, raws: Sequence[Raw]) -> Sorted:
    """Page by page: what the mapper says of a few records is done with before the next are taken.

    Objects that stay young are cheap; those of a whole batch would be walked through again and
    again.
    """
    batch = Sorted()
    zones = models.shop_zones(work, connected.connection.name)
    context = Context(connected.connection, zones)
    for start in range(0, len(raws), PAGE):
        told = _map_page(connected, raws[start : start + PAGE], batch)
        items = (item for answer in told.values() for item in answer)
        parents = find(work, connected.connection.name, items)
        for record_id, answer in told.items():
            _judge(work, record_id, answer, parents, context, batch)
    return batch


def _map_page(connected: Connected, raws: Sequence[Raw], batch: Sorted) -> dict[int, list[Told]]:
    told: dict[int, list[Told]] = {}
    for raw in raws:
        if raw.payload is None or raw.stream_id not in connected.streams:
            batch.withdrawn.append(raw.id)
            continue
        answer = map_record(connected.connector, connected.streams[raw.stream_id][1], raw.payload)
        if isinstance(answer, Refusal):
            batch.refusals[raw.id] = answer
        elif not answer:
            batch.ignored.append(raw.id)
        else:
            told[raw.id] = answer
    return told


def _judge(
    work: Work,
    record_id: int,
    items: Sequence[Told],
    parents: Parents,
    context: Context,
    batch: Sorted,
) -> None:
    for item in items:
        missing = parents.missing(item)
        if missing is not None and len(missing[1]) > LONGEST:
            reason = f"it names a record by more than {LONGEST} signs"
            batch.refusals[record_id] = Refusal("record", "", reason)
            return
        if missing is not None:
            row = records.load_stream(work, context.connection.name, missing[0], missing[0])
            batch.pending.append((record_id, row.id, missing[1]))
            return
    try:
        batch.yields.append(outcome(record_id, items, parents, context))
    except RecordError as error:
        batch.refusals[record_id] = Refusal(error.code, error.field, error.reason)


def _write(
    work: Work,
    connected: Connected,
    batch: Sorted,
    before: Mapping[int, Mapped],
    raws: Mapping[int, Raw],
) -> None:
    customers = _write_customers(work, connected, batch, before, raws)
    facts = _write_facts(work, connected, batch, before)
    _withdraw(work, [*batch.withdrawn, *batch.ignored], before)
    mapped = [Mapped(n, "mapped", mark, facts[n]) for n, mark in customers.items()]
    models.save_mapped(work, _differing([*mapped, *_unmapped(batch, before)], before))
    settled = [one.record_id for one in batch.yields] + batch.withdrawn + batch.ignored
    known = [number for number in settled if number in before]
    models.clear_pending(work, known)
    parking.release_records(work, known)
    models.save_pending(work, batch.pending)
    _park(work, batch, raws)


def _write_customers(
    work: Work,
    connected: Connected,
    batch: Sorted,
    before: Mapping[int, Mapped],
    raws: Mapping[int, Raw],
) -> dict[int, bytes]:
    """Write the source customers that changed; gives the hash of each record's.

    The controller is part of the hash: a connection that goes to another company is resolved anew.
    """
    controller = connected.connection.controller
    known = [y.record_id for y in batch.yields if y.customer and y.record_id in before]
    old = models.load_customers(work, known)
    rows, hashes, gone = [], {}, []
    for one in batch.yields:
        number = one.record_id
        text = _document(one, old.get(number))
        mark = hashes[number] = digest(text + controller.encode()) if text else b""
        if mark == before.get(number, NEVER).customer_hash:
            continue
        if text:
            stream_id = raws[number].stream_id
            rows.append((number, stream_id, controller, text.decode()))
        else:
            gone.append(number)
    models.save_customers(work, rows)
    models.withdraw_customers(work, gone)
    work.log_records("source", [row[0] for row in rows] + gone)
    return hashes


def _document(one: Yield, old: str | None) -> bytes:
    """The customer's document; what the backend hides now keeps its old value."""
    if one.customer is None:
        return b""
    if old is None:
        return orjson.dumps(one.customer)
    return orjson.dumps(clean.carry_hidden(one.customer, _CUSTOMER.validate_json(old)))


def _write_facts(
    work: Work, connected: Connected, batch: Sorted, before: Mapping[int, Mapped]
) -> dict[int, bytes]:
    """Write the facts that changed; gives the hash of each record's."""
    hashes = {one.record_id: one.facts_hash() for one in batch.yields}
    changed = [one for one in batch.yields if _differs(one, hashes, before)]
    known = [one.record_id for one in changed if one.record_id in before]
    _log_old(work, known)
    models.withdraw_facts(work, known)
    rows: dict[str, list[object]] = {}
    for one in changed:
        for table, items in one.facts.items():
            rows.setdefault(table, []).extend(items)
    models.save_facts(work, rows)
    work.log_records("facts", [number for one in changed for number in one.sources])
    work.log_records("consents", [number for one in changed for number in one.claimants])
    _ask_again(work, connected, changed, rows)
    return hashes


def _differs(one: Yield, hashes: Mapping[int, bytes], before: Mapping[int, Mapped]) -> bool:
    number = one.record_id
    return hashes[number] != before.get(number, NEVER).facts_hash


def _log_old(work: Work, ids: Sequence[int]) -> None:
    """Those who had the facts until now change as well."""
    if ids:
        facts, claims = models.concerned(work, ids)
        work.log_records("facts", facts)
        work.log_records("consents", claims)


def _ask_again(
    work: Work, connected: Connected, changed: Sequence[Yield], rows: Mapping[str, list[object]]
) -> None:
    """Deliveries and returns follow their order's customer; lines follow their product."""
    orders = [one.record_id for one in changed if "orders" in one.facts]
    children = models.children_of_orders(work, orders) if orders else []
    work.log_records(records.topic(connected.connection.name), children)
    skus = {getattr(row, "sku", "") for row in rows.get("products", ())}
    if skus:
        work.log_records("facts", models.sources_of_skus(work, list(connected.streams), skus))


def _withdraw(work: Work, ids: Sequence[int], before: Mapping[int, Mapped]) -> None:
    known = [number for number in ids if number in before]
    _log_old(work, known)
    models.withdraw_facts(work, known)
    models.withdraw_customers(work, known)
    work.log_records("source", [number for number in known if before[number].customer_hash])


def _unmapped(batch: Sorted, before: Mapping[int, Mapped]) -> Iterator[Mapped]:
    """The rows of the rest; a parked or pending one keeps the hashes of its last good version."""
    for number in batch.withdrawn:
        yield Mapped(number, "withdrawn", b"", b"")
    for number in batch.ignored:
        yield Mapped(number, "ignored", b"", b"")
    kept = [(number, "parked") for number in batch.refusals]
    kept += [(number, "pending") for number, _, _ in batch.pending]
    for number, state in kept:
        last = before.get(number, NEVER)
        yield Mapped(number, state, last.customer_hash, last.facts_hash)


def _differing(rows: Sequence[Mapped], before: Mapping[int, Mapped]) -> Sequence[Mapped]:
    return [row for row in rows if before.get(row.record_id) != row] if before else rows


def _park(work: Work, batch: Sorted, raws: Mapping[int, Raw]) -> None:
    parking.release_records(work, [number for number, _, _ in batch.pending])
    models.clear_pending(work, list(batch.refusals))
    parking.park(
        work,
        [
            Parking("normalize", raws[number].stream_id, number, raws[number].external_id, "",
                    refusal.field, refusal.code, refusal.reason)
            for number, refusal in batch.refusals.items()
        ],
    )  # fmt: skip
