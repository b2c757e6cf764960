"""What the till registers: its feed, and the German greeting as the default of crmsync_greet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from crmsync.hookspecs import hookimpl

if TYPE_CHECKING:
    from crmsync.hookspecs import Feed
    from crmsync.model.customer import Profile
    from crmsync.model.greeting import Form, GreetingParts


@hookimpl
def crmsync_register_feeds(register: Callable[[Feed], None]) -> None:
    """The feed that keeps the cards."""
    from crmsync.till.feed import TillFeed

    register(TillFeed())


@hookimpl(trylast=True)
def crmsync_greet(
    profiles: Sequence[Profile], forms: Sequence[Form], as_of: str
) -> Sequence[GreetingParts] | None:
    """Our own greeting, asked last."""
    from crmsync.till.feed import greet_batch

    return greet_batch(profiles, forms, as_of)
