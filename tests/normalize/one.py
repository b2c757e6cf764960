"""One told record cleaned, through the columns that a page of them goes through."""

from __future__ import annotations

from crmsync.model.columns import Columns, Items
from crmsync.model.customer import Address, SourceCustomer
from crmsync.model.order import Order
from crmsync.model.stream import Connection
from crmsync.model.told import ToldAddress, ToldCustomer, ToldOrder
from crmsync.normalize.address import clean_addresses
from crmsync.normalize.clean import clean_customers, clean_orders


def clean_customer(
    told: ToldCustomer, *, connection: Connection, guest: bool = False
) -> SourceCustomer:
    """One customer, as `clean_customers` gives it."""
    columns = Columns.of(ToldCustomer, [told])
    return clean_customers(columns, connection=connection, guest=guest)[0]


def clean_order(
    told: ToldOrder,
    *,
    connection: Connection,
    record_id: int,
    source_id: int | None,
    zone: str | None = None,
) -> Order:
    """One order, as `clean_orders` gives it; `zone` is its store's, else the connection's."""
    (order,) = clean_orders(
        Columns.of(ToldOrder, [told]),
        connection=connection,
        record_ids=[record_id],
        source_ids=[source_id],
        zones={(told.store or "").strip(): zone} if zone else {},
    )
    return Order(*order)


def clean_address(told: ToldAddress, *, country: str) -> Address:
    """One address, as `clean_addresses` gives it."""
    return clean_addresses(Items.of(ToldAddress, [(told,)]), 1, country=country)[0][0]
