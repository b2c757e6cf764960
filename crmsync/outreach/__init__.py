"""Outreach: the ledger of consents, and the plan of who is contacted, why, and who is not."""

from __future__ import annotations

from collections.abc import Callable

from crmsync.hookspecs import Feed, hookimpl
from crmsync.outreach.ledger import LedgerFeed


@hookimpl
def crmsync_register_feeds(register: Callable[[Feed], None]) -> None:
    """The feed that keeps the ledger."""
    register(LedgerFeed())
