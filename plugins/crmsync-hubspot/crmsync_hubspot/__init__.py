"""HubSpot for crmsync: registers the connector."""

from __future__ import annotations

from collections.abc import Callable

from crmsync.hookspecs import Connector, hookimpl
from crmsync_hubspot.connector import HubSpot

__all__ = ["HubSpot"]


@hookimpl
def crmsync_register_connectors(register: Callable[[type[Connector]], None]) -> None:
    """Called once by crmsync."""
    register(HubSpot)
