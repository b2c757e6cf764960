"""The tables of the store, one file per room that fills them, all under one metadata."""

from crmsync.store.tables.base import LATE, PARTIAL, metadata
from crmsync.store.tables.identity import (
    customer,
    decision,
    decision_event,
    face,
    link,
    link_event,
    match_key,
    pair,
)
from crmsync.store.tables.lines import order_line
from crmsync.store.tables.model import (
    consent_claim,
    delivery,
    interaction,
    orders,
    product,
    shop,
    source_customer,
)
from crmsync.store.tables.outreach import consent_told, ledger, ledger_key, ledger_payload
from crmsync.store.tables.own import store_id
from crmsync.store.tables.profile import abc_due, due, habit, profile, rfm_cut
from crmsync.store.tables.record import (
    DELETED,
    UNUSUAL,
    change,
    counter,
    dictionary,
    lease,
    parked,
    pending,
    record,
    run,
    stream,
    watermark,
)
from crmsync.store.tables.search import (
    search_cut,
    search_person,
    search_posting,
    search_sound,
    search_term,
)
from crmsync.store.tables.till import card, card_key

__all__ = [
    "DELETED",
    "LATE",
    "PARTIAL",
    "UNUSUAL",
    "abc_due",
    "card",
    "card_key",
    "change",
    "consent_claim",
    "consent_told",
    "counter",
    "customer",
    "decision",
    "decision_event",
    "delivery",
    "dictionary",
    "due",
    "face",
    "habit",
    "interaction",
    "lease",
    "ledger",
    "ledger_key",
    "ledger_payload",
    "link",
    "link_event",
    "match_key",
    "metadata",
    "order_line",
    "orders",
    "pair",
    "parked",
    "pending",
    "product",
    "profile",
    "record",
    "rfm_cut",
    "run",
    "search_cut",
    "search_person",
    "search_posting",
    "search_sound",
    "search_term",
    "shop",
    "source_customer",
    "store_id",
    "stream",
    "watermark",
]
