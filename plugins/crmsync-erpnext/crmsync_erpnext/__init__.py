"""ERPNext for crmsync: registers the connector."""

from __future__ import annotations

from collections.abc import Callable

from crmsync.hookspecs import Connector, hookimpl
from crmsync_erpnext.connector import ErpNext

__all__ = ["ErpNext"]


@hookimpl
def crmsync_register_connectors(register: Callable[[type[Connector]], None]) -> None:
    """Called once by crmsync."""
    register(ErpNext)
