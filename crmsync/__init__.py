"""crmsync: read customers from every system, know who is who, greet by name at the till.

The public names are loaded when they are first used: importing crmsync loads neither httpx nor
click nor a database driver.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crmsync.engine.project import Project, open_project
    from crmsync.engine.report import Report
    from crmsync.engine.sync import sync
    from crmsync.errors import CrmsyncError
    from crmsync.hookspecs import Connector, hookimpl
    from crmsync.till.tillfile import TillFile

_WHERE = {
    "Connector": "crmsync.hookspecs",
    "CrmsyncError": "crmsync.errors",
    "Project": "crmsync.engine.project",
    "Report": "crmsync.engine.report",
    "TillFile": "crmsync.till.tillfile",
    "hookimpl": "crmsync.hookspecs",
    "open_project": "crmsync.engine.project",
    "sync": "crmsync.engine.sync",
}

__all__ = [
    "Connector",
    "CrmsyncError",
    "Project",
    "Report",
    "TillFile",
    "hookimpl",
    "open_project",
    "sync",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'crmsync' has no attribute '{name}'")
    return getattr(importlib.import_module(_WHERE[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
