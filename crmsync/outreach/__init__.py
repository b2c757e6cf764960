"""Outreach: the ledger of consents, and the plan of who is contacted, why, and who is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from crmsync.hookspecs import hookimpl

if TYPE_CHECKING:
    from crmsync.hookspecs import Feed
    from crmsync.model.play import Play


@hookimpl
def crmsync_register_feeds(register: Callable[[Feed], None]) -> None:
    """The feed that keeps the ledger."""
    from crmsync.outreach.ledger import LedgerFeed

    register(LedgerFeed())


@hookimpl
def crmsync_register_plays(register: Callable[[Play], None]) -> None:
    """The plays crmsync brings."""
    from crmsync.outreach.plays import BUILT_IN

    for play in BUILT_IN:
        register(play)
