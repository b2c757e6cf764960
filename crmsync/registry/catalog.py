"""Which connectors there are, by name; a package's is imported when somebody asks for it.

A package names its connector in the entry-point group `crmsync.connectors`. So a run with two
connections imports two connectors, however many are installed, and one that is broken stops only
the runs that need it. Plugins may hand over others through `crmsync_register_connectors`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint

from crmsync.errors import NOBODYS_FAULT, ConfigError, PluginError
from crmsync.hookspecs import CONTRACT, Connector
from crmsync.registry.offers import offers

GROUP = "crmsync.connectors"
BUILT_IN = {
    "files": "crmsync.connectors.files:FilesConnector",
    "mailbox": "crmsync.connectors.mailbox:MailboxConnector",
    "notes": "crmsync.connectors.notes:NotesConnector",
    "sql": "crmsync.connectors.sql:SqlConnector",
}
"""Our own connectors, named as any package names its own."""


@dataclass(slots=True)
class Catalog:
    """The connectors by name: those that may be imported, those that are.

    `givers` says which plugin handed one over through a hook.
    """

    offered: dict[str, EntryPoint] = field(default_factory=dict)
    loaded: dict[str, type[Connector]] = field(default_factory=dict)
    givers: dict[str, str] = field(default_factory=dict)

    def __contains__(self, name: str) -> bool:
        return name in self.loaded or name in self.offered

    def __iter__(self) -> Iterator[str]:
        return iter(sorted({*self.loaded, *self.offered}))

    def __getitem__(self, name: str) -> type[Connector]:
        """The connector called `name`.

        ConfigError when there is none; PluginError when it cannot be imported, or was built for
        another contract.
        """
        if name not in self.loaded:
            if name not in self.offered:
                known = ", ".join(self) or "none"
                raise ConfigError(f"there is no connector '{name}'.", hint=f"Known: {known}.")
            self.loaded[name] = _imported(name, self.offered[name])
        return self.loaded[name]

    def hand_over(self, plugin: str, connector: type[Connector]) -> None:
        """Take a connector from a plugin; PluginError when it does not keep the contract."""
        check(connector)
        self.loaded[connector.name] = connector
        self.givers[connector.name] = plugin

    def problem(self, name: str) -> str:
        """Why a connector cannot be used, '' where it can; it is imported for that."""
        try:
            self[name]
        except PluginError as error:
            return error.message
        return ""


def installed() -> Catalog:
    """Our own connectors, and those of installed packages; nothing is imported."""
    ours = {name: EntryPoint(name, value, GROUP) for name, value in BUILT_IN.items()}
    return Catalog(ours | {entry.name: entry for entry in offers(GROUP)})


def version_of(entry: EntryPoint) -> str:
    """The version of the package that an entry point is of, '' for our own."""
    return entry.dist.version if entry.dist else ""


def check(connector: type[Connector]) -> None:
    """Return when a connector keeps the contract of plugins; PluginError says what it lacks."""
    missing = [
        name for name in ("name", "settings", "capabilities") if not hasattr(connector, name)
    ]
    if missing:
        raise PluginError(f"{connector!r} has no {', '.join(missing)}")
    contract = getattr(connector, "contract", None)
    if contract != CONTRACT:
        raise PluginError(
            f"the connector '{connector.name}' is built for plugin contract {contract}, "
            f"this crmsync speaks {CONTRACT}"
        )


def _imported(name: str, entry: EntryPoint) -> type[Connector]:
    hint = f"Install its package anew (it offers {entry.value}), or tell its author."
    try:
        connector: type[Connector] = entry.load()
        check(connector)
        if connector.name != name:
            raise PluginError(f"{entry.value} calls itself '{connector.name}'")
    except NOBODYS_FAULT:
        raise
    except BaseException as error:  # whatever a package does, the other connections go on
        kind = "" if isinstance(error, PluginError) else f"{type(error).__name__}: "
        told = f"{kind}{error}".splitlines()[0]
        raise PluginError(f"the connector '{name}' did not load: {told}", hint=hint) from error
    return connector
