"""What the normalize stage calls: a cleaning function for each kind of told record."""

from __future__ import annotations

from crmsync.normalize.claims import clean_consent_event, clean_consents
from crmsync.normalize.customers import clean_customers
from crmsync.normalize.hidden import carry_hidden
from crmsync.normalize.orders import clean_delivery, clean_orders, clean_return
from crmsync.normalize.touches import clean_interaction, clean_product, clean_store

__all__ = [
    "carry_hidden",
    "clean_consent_event",
    "clean_consents",
    "clean_customers",
    "clean_delivery",
    "clean_interaction",
    "clean_orders",
    "clean_product",
    "clean_return",
    "clean_store",
]
