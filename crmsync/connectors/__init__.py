"""The built-in connectors: files and SQL databases, mapped by the configuration."""

from __future__ import annotations

from collections.abc import Callable

from crmsync.hookspecs import Connector, hookimpl


@hookimpl
def crmsync_register_connectors(register: Callable[[type[Connector]], None]) -> None:
    """Hand over the connectors "files" and "sql"."""
    from crmsync.connectors.files import FilesConnector
    from crmsync.connectors.sql import SqlConnector

    register(FilesConnector)
    register(SqlConnector)
