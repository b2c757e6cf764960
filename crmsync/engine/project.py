"""Opens a project: its settings, its plugins, its store, and its connections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from crmsync import registry as plugins_registry
from crmsync.config import ConnectionSettings, Settings, load, reveal
from crmsync.config.settings import first_problem
from crmsync.engine.calls import blamed
from crmsync.errors import ConfigError
from crmsync.hookspecs import Connector
from crmsync.model.stream import Connection
from crmsync.registry import Registry
from crmsync.store import Marker, Store, marker, open_store


@dataclass(frozen=True, slots=True)
class Project:
    """An open project folder."""

    settings: Settings
    registry: Registry
    store: Store


@contextmanager
def open_project(folder: Path, *, plugins: Sequence[object] = ()) -> Iterator[Project]:
    """The project in `folder`; ConfigError or StoreError when it cannot be opened."""
    settings = load(folder)
    registry = plugins_registry.load(base=folder, plugins=plugins)
    store = own_store(settings)
    try:
        yield Project(settings, registry, store)
    finally:
        store.close()


def own_store(settings: Settings) -> Store:
    """The project's store; its URL may be a reference to a secret (`store = "env:STORE_URL"`).

    StoreError when it is not the one that the project has had: see `crmsync.store.marker`.
    """
    url = reveal(settings.crmsync.store, base=settings.base, place="crmsync.store")
    return open_store(url, base=settings.base, marker=Marker(settings.base / marker.NAME))


def about(settings: Settings, name: str) -> Connection:
    """What a connector is told of the connection `name`."""
    own, core = settings.connections[name], settings.crmsync
    return Connection(
        name=name,
        controller=own.controller,
        production=own.production,
        country=own.country or core.country,
        zone=own.zone or core.zone,
        currency=own.currency or core.currency,
        language=own.language or core.language,
        base=str(settings.base),
        owner_of=own.owns,
    )


def require_connections(settings: Settings, names: Iterable[str]) -> None:
    """Return when all of them are configured; ConfigError names the first that is not."""
    for name in names:
        if name not in settings.connections:
            known = ", ".join(settings.connections) or "none"
            raise ConfigError(f"there is no connection '{name}'.", hint=f"Known: {known}.")


def connect(project: Project, name: str) -> Connector:
    """The connector of connection `name`, its settings checked and its secrets in place.

    ConfigError for an unknown connection or connector or wrong settings, CredentialsError for a
    missing secret, PluginError when the connector itself fails.
    """
    settings = project.settings
    require_connections(settings, [name])
    configured = settings.connections[name]
    kind = project.registry.connector(configured.connector)
    bound = _bind(kind, configured, name, settings.base)
    with blamed(configured.connector, "being opened"):
        return kind(bound, about(settings, name))


def _bind(kind: type[Connector], own: ConnectionSettings, name: str, base: Path) -> object:
    place = f"connections.{name}"
    try:
        return kind.settings.model_validate(reveal(own.own, base=base, place=place))
    except ValidationError as error:
        raise ConfigError(
            f"{place}.{first_problem(error)}",
            hint=f"See the settings of the connector '{own.connector}'.",
        ) from error
