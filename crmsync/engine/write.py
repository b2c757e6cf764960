"""Writes what records became, and tells the stages behind it whom that concerns."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from crmsync.engine import goods
from crmsync.engine.differ import Difference, differ
from crmsync.engine.normalize import Connected, Normalized
from crmsync.model.order import Delivery, Interaction, Order, Row
from crmsync.store import Work, facts, models, parking, records, ties
from crmsync.store.parking import Parking


def write(work: Work, connected: Connected, normalized: Normalized, difference: Difference) -> None:
    """Write what differs, what waits and what is parked; all but the records and their states."""
    known = normalized.known
    _write_difference(work, difference, new=not known)
    _ask_again(work, connected, difference.rows, known)
    work.log_skus(goods.topic(connected.connection.name), difference.skus)
    yields, pending = normalized.yields, normalized.pending
    settled = [*yields.ids, *normalized.withdrawn, *normalized.ignored]
    models.clear_pending(work, [*known.intersection(settled), *normalized.refusals])
    parking.release_records(work, [*known.intersection(settled), *pending])
    _save_pending(work, connected, pending)
    _park(work, normalized)


def withdraw(work: Work, ids: Sequence[int]) -> None:
    """Take out all that these records yielded, as if their backend had deleted them just now."""
    gone = Normalized((), before=models.load_told(work, ids), withdrawn=list(ids))
    _write_difference(work, differ(gone, ""), new=False)
    records.save_states(work, dict.fromkeys(ids, "withdrawn"))
    models.clear_pending(work, ids)
    parking.release_records(work, ids)


def _write_difference(work: Work, difference: Difference, *, new: bool) -> None:
    by_contact = [row[0] for row in difference.rows.get("interactions", ()) if row[_CONTACT]]
    work.log_records(ties.TOPIC, by_contact)
    models.withdraw_customers(work, difference.gone)
    models.save_customers(work, difference.customers, new=new)
    models.withdraw_facts(work, difference.renewed)
    models.save_facts(work, difference.rows)
    customers = [row[0] for row in difference.customers]
    work.log_records("source", customers + difference.gone)
    work.log_records("facts", difference.facts)
    work.log_records("consents", difference.consents)
    work.log_customers("customer", sorted(facts.customers_of_sources(work, difference.granted)))


_CONTACT = Interaction._fields.index("contact")


def _ask_again(
    work: Work, connected: Connected, rows: Mapping[str, Sequence[Row]], known: Collection[int]
) -> None:
    """Deliveries and returns follow their order's customer.

    What belongs to an order that was not known before came with it, or waits for it.
    """
    orders = [row[0] for row in rows.get("orders", ())]
    children = models.children_of_orders(work, [number for number in orders if number in known])
    work.log_records(records.topic(connected.connection.name), [*children, *_born_with(rows)])


_PARENT = (
    ("orders", Order._fields.index("order_record_id"), Order._fields.index("source_id")),
    ("deliveries", Delivery._fields.index("order_record_id"), Delivery._fields.index("source_id")),
)


def _born_with(rows: Mapping[str, Sequence[Row]]) -> Iterable[int]:
    """The records that came with their order, and could not see yet whose it is."""
    born = [
        (row[0], row[parent], row[own])
        for table, parent, own in _PARENT
        for row in rows.get(table, ())
        if row[parent] is not None and row[parent] != row[0]
    ]
    if born:
        place = Order._fields.index("source_id")
        sources = {row[0]: row[place] for row in rows.get("orders", ())}
        yield from (child for child, order, own in born if sources.get(order, own) != own)


def _save_pending(work: Work, connected: Connected, pending: Mapping[int, tuple[str, str]]) -> None:
    """Remember what waits for what; a stream that nobody has read yet gets its number."""
    connection = connected.connection.name
    names = sorted({stream for stream, _ in pending.values()})
    streams = {name: records.load_stream(work, connection, name, name).id for name in names}
    rows = [(number, streams[stream], name) for number, (stream, name) in pending.items()]
    models.save_pending(work, rows)


def _park(work: Work, normalized: Normalized) -> None:
    refusals = normalized.refusals
    if refusals:
        parking.park(
            work,
            [
                Parking("normalize", some.stream_id, number, name, "",
                        refusals[number].field, refusals[number].code, refusals[number].reason)
                for some in normalized.raws
                for number, name in zip(some.ids, some.names, strict=True)
                if number in refusals
            ],
        )  # fmt: skip
