"""What the search registers: the feed that keeps its index in the store."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from crmsync.hookspecs import hookimpl

if TYPE_CHECKING:
    from crmsync.hookspecs import Feed


@hookimpl
def crmsync_register_feeds(register: Callable[[Feed], None]) -> None:
    """The feed that keeps the index of people."""
    from crmsync.identity.search.feed import SearchFeed

    register(SearchFeed())
