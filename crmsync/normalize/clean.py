"""What the normalize stage calls: a cleaning function for each kind of told record."""

from __future__ import annotations

from crmsync.normalize.customers import carry_hidden, clean_customer
from crmsync.normalize.orders import clean_delivery, clean_order, clean_return
from crmsync.normalize.touches import (
    clean_consent_event,
    clean_consents,
    clean_interaction,
    clean_product,
    clean_store,
)

__all__ = [
    "carry_hidden",
    "clean_consent_event",
    "clean_consents",
    "clean_customer",
    "clean_delivery",
    "clean_interaction",
    "clean_order",
    "clean_product",
    "clean_return",
    "clean_store",
]
