"""Outreach: the ledger of consents, and the plan of who is contacted, why, and who is not."""

from __future__ import annotations

from collections.abc import Callable

from crmsync.hookspecs import Feed, hookimpl
from crmsync.model.play import Play
from crmsync.outreach.ledger import LedgerFeed
from crmsync.outreach.plays import BUILT_IN


@hookimpl
def crmsync_register_feeds(register: Callable[[Feed], None]) -> None:
    """The feed that keeps the ledger."""
    register(LedgerFeed())


@hookimpl
def crmsync_register_plays(register: Callable[[Play], None]) -> None:
    """The plays crmsync brings."""
    for play in BUILT_IN:
        register(play)
