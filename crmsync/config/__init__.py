"""crmsync.toml and its secrets, read into Settings."""

from crmsync.config.secrets import reveal, variables
from crmsync.config.settings import (
    FILE,
    ConnectionSettings,
    ControllerSettings,
    CoreSettings,
    Settings,
    load,
)

__all__ = [
    "FILE",
    "ConnectionSettings",
    "ControllerSettings",
    "CoreSettings",
    "Settings",
    "load",
    "reveal",
    "variables",
]
