"""Hands over what went wrong, and under which circumstances, as Arrow columns for pure queries.

`store.facts` reads the same tables for the habits; here every row has the Ref of its record, so
that a finding can list its cases.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import sqlalchemy as sa

from crmsync.store.facts import Kind, read_rows, table
from crmsync.store.tables import delivery, interaction, link, orders, record, shop, stream
from crmsync.store.work import Work

if TYPE_CHECKING:
    import pyarrow as pa

SHAPES: dict[str, dict[str, Kind]] = {
    "came": {
        "customer_id": "text", "order_record_id": "number", "ref": "text", "method": "text",
        "promised_on": "day", "shipped_on": "day", "delivered_on": "day", "evidence": "text",
        "carrier": "text", "route": "text", "status": "text",
    },
    "said": {
        "customer_id": "text", "ref": "text", "kind": "text", "status": "text", "day": "day",
        "resolved_on": "day", "reason": "text", "store": "text", "order_ref": "text",
    },
    "shops": {"connection": "text", "store": "text", "route": "text"},
}  # fmt: skip
"""The columns of each relation, in order, and what they hold."""


class Causes(NamedTuple):
    """Deliveries and interactions of some customers, and every shop; columns as in SHAPES.

    Of the deliveries those of orders that count; `status` is their order's.
    """

    came: pa.Table
    said: pa.Table
    shops: pa.Table


def read_causes(work: Work, customer_ids: Iterable[str]) -> Causes:
    """What came to these customers, what they said, and the shops they may have bought in."""
    wanted = list(customer_ids)
    told = {name: read_rows(work, SHAPES[name], STATEMENTS[name], wanted) for name in STATEMENTS}
    shops = work.all(sa.select(shop.c.connection, shop.c.key, shop.c.route))
    return Causes(**told, shops=table(SHAPES["shops"], sorted(map(tuple, shops))))


def _statements() -> dict[str, sa.Select[*tuple[Any, ...]]]:
    """How each relation is read, but for the customers."""
    ref = stream.c.connection + "/" + stream.c.name + "/" + record.c.external_id
    d, i, o = delivery.c, interaction.c, orders.c

    def of(one: sa.Table) -> sa.Join:
        known = sa.join(link, one, one.c.source_id == link.c.source_id)
        return known.join(record, record.c.id == one.c.record_id).join(
            stream, stream.c.id == record.c.stream_id
        )

    return {
        "came": sa.select(
            link.c.customer_id, d.order_record_id, ref, d.method, d.promised_on, d.shipped_on,
            d.delivered_on, d.evidence, d.carrier, d.route, o.status,
        )
        .select_from(of(delivery).join(orders, o.record_id == d.order_record_id))
        .where(o.kind == "sale", o.counts),
        "said": sa.select(
            link.c.customer_id, ref, i.kind, i.status, i.day, i.resolved_on, i.reason, i.store,
            i.order_ref,
        ).select_from(of(interaction)),
    }  # fmt: skip


STATEMENTS = _statements()
