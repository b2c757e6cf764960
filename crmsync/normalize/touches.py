"""From interactions, products and stores as told to rows."""

from __future__ import annotations

from crmsync.errors import ConfigError, RecordError
from crmsync.model.order import Interaction, Product, Store
from crmsync.model.stream import Connection
from crmsync.model.told import ToldInteraction, ToldProduct, ToldStore
from crmsync.normalize.details import clean_contact, clean_details, clean_thread
from crmsync.normalize.money import currency_code, minor
from crmsync.normalize.when import day, moment, zone_named

_GTIN_LENGTHS = frozenset((8, 12, 13, 14))


def _text(value: str | None) -> str:
    return value.strip() if value else ""


def clean_interaction(
    told: ToldInteraction,
    *,
    connection: Connection,
    record_id: int,
    source_id: int | None,
    zone: str | None = None,
) -> Interaction:
    """The interaction; RecordError names at, due_on or resolved_at when it cannot be read."""
    place = zone or connection.zone
    when = moment(told.at, place, field="at")
    if when is None:
        raise RecordError("is empty", field="at")
    return Interaction(
        record_id,
        told.part,
        source_id,
        when.at,
        when.day,
        told.channel,
        told.kind,
        told.direction,
        told.status,
        _text(told.subject),
        _text(told.reason),
        day(told.due_on, place, field="due_on") or None,
        day(told.resolved_at, place, field="resolved_at") or None,
        _text(told.store),
        f"{connection.name}/{told.order_stream}/{told.order}" if told.order else "",
        clean_thread(told, connection=connection),
        clean_contact(told.contact, country=connection.country),
        clean_details(told, zone=place),
    )


def clean_gtin(text: str) -> str:
    """A GTIN-8, -12, -13 or -14 with a right check digit (GS1), '' otherwise."""
    digits = text.replace(" ", "").replace("-", "")
    if len(digits) not in _GTIN_LENGTHS or not (digits.isascii() and digits.isdecimal()):
        return ""
    weighed = sum(int(one) * (1 if place % 2 == 0 else 3) for place, one in enumerate(digits[::-1]))
    return digits if weighed % 10 == 0 else ""


def clean_product(told: ToldProduct, *, connection: Connection, record_id: int) -> Product:
    """The product; a GTIN whose check digit is wrong is left out."""
    return Product(
        record_id,
        told.part,
        connection.name,
        told.sku.strip(),
        told.name.strip(),
        clean_gtin(told.gtin or ""),
        _text(told.category),
        _text(told.brand),
        _text(told.size),
        *_cost(told, connection),
    )


def _cost(told: ToldProduct, connection: Connection) -> tuple[int | None, str]:
    """The cost of one in minor units, and its currency; RecordError when it is no amount."""
    if told.cost is None:
        return None, ""
    currency = currency_code(told.currency, connection.currency)
    try:
        return minor(told.cost, currency), currency
    except RecordError as error:
        raise RecordError(error.reason, field="cost", hint=error.hint) from None


def clean_store(told: ToldStore, *, connection: Connection, record_id: int) -> Store:
    """The store in its own time zone, else the connection's; RecordError for an unknown zone."""
    zone = _text(told.zone) or connection.zone
    try:
        zone_named(zone)
    except ConfigError:
        raise RecordError("is no IANA time zone", field="zone") from None
    return Store(
        record_id,
        told.part,
        connection.name,
        told.key.strip(),
        told.name.strip(),
        zone,
        _text(told.postal_code),
        _text(told.city),
        _text(told.route),
    )
