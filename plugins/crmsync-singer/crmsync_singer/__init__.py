"""Singer taps for crmsync: registers the connector."""

from __future__ import annotations

from collections.abc import Callable

from crmsync.hookspecs import Connector, hookimpl
from crmsync_singer.connector import Singer

__all__ = ["Singer"]


@hookimpl
def crmsync_register_connectors(register: Callable[[type[Connector]], None]) -> None:
    """Called once by crmsync."""
    register(Singer)
