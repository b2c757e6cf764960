"""Rules of the contract: what a connector says of itself is true, and its settings are strict."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, get_args

from pydantic import BaseModel

from crmsync.config import reveal
from crmsync.errors import ConfigError, CredentialsError, CrmsyncError, PluginError
from crmsync.hookspecs import (
    CONTRACT,
    Connector,
    HearsWebhooks,
    ListsIds,
    TellsTime,
    Writes,
)
from crmsync.mapping.targets import MODELS
from crmsync.model.stream import Capabilities, Change, StreamKind
from crmsync.model.told import Told, ToldCustomer, ToldOrder
from crmsync.testing._rules import rule
from crmsync.testing._trial import NotApplicable, Trial, require, said

METHODS = ("__init__", "check", "streams", "read", "map", "close")
EXTRAS = {"ids": ListsIds, "server_time": TellsTime, "webhooks": HearsWebhooks, "writes": Writes}
"""What is declared in the capabilities, and the protocol that goes with it."""


@rule
def the_contract(trial: Trial) -> None:
    """Name, version, settings, methods and their hints are as `crmsync.hookspecs` asks."""
    kind = trial.kind.connector
    require(kind.name and kind.name == kind.name.lower(), "the name must be lower case")
    require(kind.contract == CONTRACT, f"it is built for another contract than {CONTRACT}")
    require(issubclass(kind.settings, BaseModel), "settings must be a pydantic model")
    require(isinstance(kind.capabilities, Capabilities), "capabilities are no Capabilities")
    require(isinstance(kind.mapper_version, str) and kind.mapper_version, "no mapper_version")
    for name in METHODS:
        _same_arguments(kind, name)


def _same_arguments(kind: type, name: str) -> None:
    own = inspect.signature(getattr(kind, name)).parameters
    wanted = inspect.signature(getattr(Connector, name)).parameters
    require([*own] == [*wanted], f"{name} must take ({', '.join(wanted)})")
    bare = [one.name for one in [*own.values()][1:] if one.annotation is inspect.Parameter.empty]
    require(not bare, f"{name} has arguments without a hint: {', '.join(bare)}")


@rule
def the_capabilities(trial: Trial) -> None:
    """What is declared is there, and what is there is declared."""
    kind = trial.kind.connector
    for name, protocol in EXTRAS.items():
        declared = bool(getattr(kind.capabilities, name))
        with trial.connector() as opened:
            there = isinstance(opened, protocol)
        require(not declared or there, f"'{name}' is declared, but {protocol.__name__} is not kept")
        require(declared or not there, f"{protocol.__name__} is kept, but '{name}' not declared")
    own = kind.capabilities
    require(set(own.writes) <= set(get_args(Change)), "it writes what there is no change for")
    require(own.batch >= 1 and own.at_once >= 1, "batch and at_once are at least 1")


@rule
def the_streams(trial: Trial) -> None:
    """Streams have names of their own and a known kind; what they need is declared."""
    with trial.connector() as opened:
        first, second = list(opened.streams()), list(opened.streams())
    require(first == second, "streams() answers now this and now that")
    names = [one.name for one in first]
    require(names and len(names) == len(set(names)), "streams need names of their own")
    unknown = set(trial.fake.tables) - set(names)
    require(not unknown, f"the fake has rows of streams that are not offered: {unknown}")
    for one in first:
        require(one.kind in get_args(StreamKind), f"{one.name}: there is no kind '{one.kind}'")
        ids = trial.kind.connector.capabilities.ids
        require(ids or one.deletes != "reconcile", f"{one.name}: reconcile needs ids()")


@rule
def what_a_stream_tells(trial: Trial) -> None:
    """A stream tells of its own kind, and of nothing else than `Stream.also` declares."""
    trial.filled().clean()
    with trial.connector() as opened:
        for stream in trial.streams:
            read = _read(trial, stream.name)
            told = {kind for record in read for one in opened.map(stream, record)
                    for kind in _kinds(one)}  # fmt: skip
            silent = told - {stream.kind, *stream.also}
            require(not silent, f"{stream.name} also tells {', '.join(sorted(silent))}: say so")


def _kinds(told: Told) -> Iterator[str]:
    yield from (kind for kind, model in MODELS.items() if type(told) is model)
    customer = told.guest if isinstance(told, ToldOrder) else told
    if isinstance(told, ToldOrder) and told.guest:
        yield "guests"
    if isinstance(customer, ToldCustomer) and customer.consents:
        yield "consents"


@rule
def unknown_settings(trial: Trial) -> None:
    """A key that is not known is refused with exit code 2, and named."""
    trial.configure({**trial.fake.settings(), "gibt_es_nicht": 1})
    error = _problem(trial)
    require(isinstance(error, ConfigError), "a key that is not known was not refused")
    require("gibt_es_nicht" in str(error), "the key that is not known is not named")


@rule
def secrets_stay_secret(trial: Trial) -> None:
    """A setting that holds a secret does not show it (pydantic's SecretStr)."""
    own = reveal(trial.settings, base=trial.folder, place="connections.probe")
    bound = trial.kind.connector.settings.model_validate(own)
    shown = f"{bound!r} {bound.model_dump()}"
    for name, secret in trial.fake.secrets.items():
        require(secret not in shown, f"the settings show the secret '{name}': use SecretStr")


@rule
def a_check_that_passes(trial: Trial) -> None:
    """check() returns when all is well, and asks little for it."""
    error = _problem(trial.filled())
    require(error is None, f"check() failed though all is well: {error}")
    require(trial.fake.count <= 10, f"check() asked {trial.fake.count} times")


@rule
def a_wrong_secret(trial: Trial) -> None:
    """A wrong secret is a CredentialsError of check(), and a run ends with exit code 4."""
    fake = trial.filled().fake
    settings = trial.settings
    if not fake.secrets:
        raise NotApplicable("the connection has no secrets")
    for reference in _references(settings):
        os.environ[reference.removeprefix("env:")] = "falsch"
    error = _problem(trial)
    require(
        isinstance(error, CredentialsError) and error.hint,
        f"a wrong secret must be a CredentialsError with a hint, not {_kind(error)}",
    )
    report = trial.sync()
    require(report.exit_code() == 4, f"a wrong secret ended {said(report)}")


def _references(settings: Any) -> list[str]:
    if isinstance(settings, Mapping):
        return [one for value in settings.values() for one in _references(value)]
    if isinstance(settings, str) and settings.startswith("env:"):
        return [settings]
    return []


@rule
def a_wrong_url(trial: Trial) -> None:
    """A url where nobody listens, or somebody else, is told as such, and never as a bug."""
    with trial.apart() as one:
        dead = one.fake.url
    for url in (dead, f"{trial.fake.url}/anderswo"):
        with trial.apart() as one:
            own = one.fake.settings()
            moved = {key: _moved(value, one.fake.url, url) for key, value in own.items()}
            require(moved != own, "no setting holds the backend's url")
            one.configure(moved)
            error = _problem(one)
            require(error is not None, f"check() passed though {url} is not the backend")
            require(not isinstance(error, PluginError), f"a wrong url broke it: {error}")
            report = one.sync()
            require(report.exit_code() in (1, 2, 4), f"a wrong url ended {said(report)}")
            broke = [item.code for item in report.failures if item.code == "plugin"]
            require(not broke, f"a wrong url broke it: {said(report)}")


def _moved(value: Any, old: str, new: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _moved(one, old, new) for key, one in value.items()}
    return value.replace(old, new) if isinstance(value, str) else value


@rule
def mapping_asks_nobody(trial: Trial) -> None:
    """map() asks nobody, changes nothing of what it is given, and says the same each time."""
    fake = trial.filled().fake
    records = [
        (stream, dict(record)) for stream in trial.streams for record in _read(trial, stream.name)
    ]
    before = fake.count
    with trial.connector() as opened:
        for stream, record in records:
            kept = deepcopy(record)
            first, second = list(opened.map(stream, record)), list(opened.map(stream, record))
            require(first == second, f"{stream.name}: map() says now this and now that")
            require(record == kept, f"{stream.name}: map() changed the record it was given")
    require(fake.count == before, "map() asked the backend")


def _read(trial: Trial, stream: str) -> list[Mapping[str, Any]]:
    if not trial.readings:
        trial.clean()
    return [record for one in trial.readings if one.stream == stream
            for page in one.pages for record in page.records]  # fmt: skip


def _problem(trial: Trial) -> CrmsyncError | None:
    """What opening and checking the connector ends with."""
    try:
        with trial.connector() as opened:
            opened.check()
    except CrmsyncError as error:
        return error
    return None


def _kind(error: BaseException | None) -> str:
    return "nothing at all" if error is None else type(error).__name__
