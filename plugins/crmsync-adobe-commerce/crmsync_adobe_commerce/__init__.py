"""Adobe Commerce and Magento 2 for crmsync: registers the connector."""

from __future__ import annotations

from collections.abc import Callable

from crmsync.hookspecs import Connector, hookimpl
from crmsync_adobe_commerce.connector import AdobeCommerce

__all__ = ["AdobeCommerce"]


@hookimpl
def crmsync_register_connectors(register: Callable[[type[Connector]], None]) -> None:
    """Called once by crmsync."""
    register(AdobeCommerce)
