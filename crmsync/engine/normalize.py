"""The stage normalize: raw records become model records, a set per record, hashed and compared.

Of the ids taken each ends in exactly one state: mapped, ignored (the mapper says it is of no
interest), pending (it names a record that has not landed), parked (it cannot be used, the last
good version stays), withdrawn (the backend deleted it).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

import orjson
from pydantic import TypeAdapter

from crmsync.engine.answers import Answers, ask
from crmsync.engine.calls import Refusal
from crmsync.engine.clock import Clock
from crmsync.engine.outcome import Context, Yield, concerned, digest, outcome
from crmsync.engine.parents import Parents, find
from crmsync.errors import RecordError
from crmsync.hookspecs import Connector
from crmsync.model.customer import SourceCustomer
from crmsync.model.order import Product, Row
from crmsync.model.ref import LONGEST
from crmsync.model.stream import Connection, Stream
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
    clock: Clock = field(default_factory=Clock)


@dataclass(slots=True)
class Sorted:
    """A batch sorted by what becomes of each record."""

    yields: Yield = field(default_factory=Yield)
    refusals: dict[int, Refusal] = field(default_factory=dict)
    pending: list[tuple[int, int, str]] = field(default_factory=list)
    withdrawn: list[int] = field(default_factory=list)
    ignored: list[int] = field(default_factory=list)


def normalize(work: Work, connected: Connected, raws: Sequence[Raw]) -> dict[str, int]:
    """Normalize records; gives taken = mapped + ignored + pending + parked + withdrawn."""
    raws = sorted(raws, key=attrgetter("id"))  # so that nothing depends on how they came
    before = models.load_mapped(work, [raw.id for raw in raws if not raw.fresh])
    batch = _sort(work, connected, raws)
    with connected.clock.on("write"):
        _write(work, connected, batch, before, {raw.id: raw for raw in raws})
    return {
        "taken": len(raws),
        "mapped": len(batch.yields.ids),
        "ignored": len(batch.ignored),
        "pending": len(batch.pending),
        "parked": len(batch.refusals),
        "withdrawn": len(batch.withdrawn),
    }


def _sort(work: Work, connected: Connected, raws: Sequence[Raw]) -> Sorted:
    """Page by page: what the mapper says of a few records is done with before the next are taken.

    Objects that stay young are cheap; those of a whole batch would be walked through again and
    again.
    """
    batch, clock = Sorted(), connected.clock
    zones = models.shop_zones(work, connected.connection.name)
    context = Context(connected.connection, zones)
    for start in range(0, len(raws), PAGE):
        for stream, some in _by_stream(connected, raws[start : start + PAGE], batch):
            with clock.on("map"):
                answers, refusals, ignored = ask(connected.connector, stream, some)
            batch.refusals |= refusals
            batch.ignored += ignored
            with clock.on("find parents"):
                parents = find(work, connected.connection.name, answers)
                present = _present(work, answers, parents, context, batch)
            with clock.on("clean"):
                _judge(present, parents, context, batch)
    return batch


def _by_stream(
    connected: Connected, raws: Sequence[Raw], batch: Sorted
) -> Iterator[tuple[Stream, list[Raw]]]:
    """The living records of a page, those of each stream together."""
    found: dict[int, list[Raw]] = {}
    for raw in raws:
        if raw.payload is None or raw.stream_id not in connected.streams:
            batch.withdrawn.append(raw.id)
        else:
            found.setdefault(raw.stream_id, []).append(raw)
    return ((connected.streams[number][1], some) for number, some in found.items())


def _present(
    work: Work, answers: Answers, parents: Parents, context: Context, batch: Sorted
) -> Answers:
    """The answers whose parents have landed; the others wait."""
    missing = parents.missing(answers)
    if not missing:
        return answers
    for number, (stream, name) in missing.items():
        if len(name) > LONGEST:
            reason = f"it names a record by more than {LONGEST} signs"
            batch.refusals[number] = Refusal("record", "", reason)
        else:
            row = records.load_stream(work, context.connection.name, stream, stream)
            batch.pending.append((number, row.id, name))
    return answers.take([number for number in answers.ids if number not in missing])


def _judge(answers: Answers, parents: Parents, context: Context, batch: Sorted) -> None:
    """Clean a page; one with an error in halves, until the record that has it stands alone."""
    try:
        batch.yields.extend(outcome(answers, parents, context))
    except RecordError as error:
        if len(answers.ids) == 1:
            refusal = Refusal(error.code, error.field, error.reason)
            batch.refusals[answers.ids[0]] = refusal
            return
        for half in answers.halves():
            _judge(half, parents, context, batch)


def _write(
    work: Work,
    connected: Connected,
    batch: Sorted,
    before: Mapping[int, Mapped],
    raws: Mapping[int, Raw],
) -> None:
    ids = batch.yields.ids
    customers = _write_customers(work, connected, batch.yields, before, raws)
    facts = _write_facts(work, connected, batch.yields, before)
    _withdraw(work, [*batch.withdrawn, *batch.ignored], before)
    mapped = [(n, "mapped", customers.get(n, b""), facts.get(n, b"")) for n in ids]
    states = _differing([*mapped, *_unmapped(batch, before)], before)
    models.save_mapped(work, states, new=not before)
    settled = ids + batch.withdrawn + batch.ignored
    known = [number for number in settled if number in before]
    models.clear_pending(work, known)
    parking.release_records(work, known)
    models.save_pending(work, batch.pending)
    _park(work, batch, raws)


def _write_customers(
    work: Work,
    connected: Connected,
    yields: Yield,
    before: Mapping[int, Mapped],
    raws: Mapping[int, Raw],
) -> dict[int, bytes]:
    """Write the source customers that changed; gives the hash of each record's.

    The controller is part of the hash: a connection that goes to another company is resolved anew.
    """
    controller = connected.connection.controller
    mark = controller.encode()
    old = models.load_customers(work, [n for n in yields.customers if n in before])
    rows, hashes = [], {}
    for number, customer in yields.customers.items():
        text = _document(customer, old.get(number))
        hashes[number] = digest(text + mark)
        if hashes[number] != before.get(number, NEVER).customer_hash:
            rows.append((number, raws[number].stream_id, controller, text.decode()))
    known = [number for number in yields.ids if number in before]
    gone = [n for n in known if n not in hashes and before[n].customer_hash]
    models.save_customers(work, rows, new=not before)
    models.withdraw_customers(work, gone)
    work.log_records("source", [row[0] for row in rows] + gone)
    return hashes


def _document(customer: SourceCustomer, old: str | None) -> bytes:
    """The customer's document; what the backend hides now keeps its old value."""
    if old is None:
        return orjson.dumps(customer)
    return orjson.dumps(clean.carry_hidden(customer, _CUSTOMER.validate_json(old)))


def _write_facts(
    work: Work, connected: Connected, yields: Yield, before: Mapping[int, Mapped]
) -> dict[int, bytes]:
    """Write the facts that changed; gives the hash of each record's."""
    hashes = yields.hashes()
    changed = [n for n in yields.ids if hashes.get(n, b"") != before.get(n, NEVER).facts_hash]
    known = [number for number in changed if number in before]
    _log_old(work, known)
    models.withdraw_facts(work, known)
    rows = yields.only(changed)
    models.save_facts(work, rows, new=not before)
    work.log_records("facts", concerned(rows, ("orders", "deliveries", "interactions")))
    work.log_records("consents", concerned(rows, ("claims",)))
    _ask_again(work, connected, rows)
    return hashes


def _log_old(work: Work, ids: Sequence[int]) -> None:
    """Those who had the facts until now change as well."""
    if ids:
        facts, claims = models.concerned(work, ids)
        work.log_records("facts", facts)
        work.log_records("consents", claims)


def _ask_again(work: Work, connected: Connected, rows: Mapping[str, Sequence[Row]]) -> None:
    """Deliveries and returns follow their order's customer; lines follow their product."""
    orders = [row[0] for row in rows.get("orders", ())]
    children = models.children_of_orders(work, orders) if orders else []
    work.log_records(records.topic(connected.connection.name), children)
    skus = {Product(*row).sku for row in rows.get("products", ())}
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


def _differing(
    rows: Sequence[tuple[int, str, bytes, bytes]], before: Mapping[int, Mapped]
) -> Sequence[tuple[int, str, bytes, bytes]]:
    return [row for row in rows if before.get(row[0]) != row] if before else rows


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
