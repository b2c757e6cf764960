"""Secrets are references: env:NAME, file:PATH or keyring:SERVICE/USER, never plain text."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crmsync.errors import ConfigError, CredentialsError

KINDS = ("env:", "file:", "keyring:")

_VARIABLE = re.compile(r"env:(\S+)")


def reveal(value: Any, *, base: Path, place: str) -> Any:
    """`value` with every secret reference in it replaced by the secret itself.

    CredentialsError names the place in crmsync.toml and what is missing, never a secret.
    """
    if isinstance(value, dict):
        return {key: reveal(item, base=base, place=f"{place}.{key}") for key, item in value.items()}
    if isinstance(value, list):
        return [reveal(item, base=base, place=f"{place}.{n}") for n, item in enumerate(value)]
    if isinstance(value, str) and value.startswith(KINDS):
        return _secret(value, base, place)
    return value


def variables(value: object) -> tuple[str, ...]:
    """The names of the environment's variables that settings refer to, sorted."""
    found: set[str] = set()
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        found.update(name for one in value for name in variables(one))
    if isinstance(value, str) and (told := _VARIABLE.fullmatch(value)):
        found.add(told[1])
    return tuple(sorted(found))


def _secret(reference: str, base: Path, place: str) -> str:
    kind, _, name = reference.partition(":")
    found = {"env": _from_environment, "file": _from_file, "keyring": _from_keyring}[kind](
        name, base
    )
    if not found:
        raise CredentialsError(
            f"{place}: the secret {reference} is missing or empty.",
            hint=f"IT: {_remedy(kind, name)}",
        )
    return found


def _from_environment(name: str, _base: Path) -> str | None:
    return os.environ.get(name)


def _from_file(name: str, base: Path) -> str | None:
    path = base / name
    return path.read_text(encoding="utf-8").strip() if path.is_file() else None


def _from_keyring(name: str, _base: Path) -> str | None:
    try:
        import keyring
    except ImportError as error:
        raise ConfigError(
            "a keyring: secret needs the package keyring.",
            hint="IT: pip install 'crmsync[keyring]'",
        ) from error
    service, _, user = name.partition("/")
    found: str | None = keyring.get_password(service, user)
    return found


def _remedy(kind: str, name: str) -> str:
    return {
        "env": f"set the environment variable {name}.",
        "file": f"put the secret into the file {name}, readable by this user only.",
        "keyring": f"store it with `keyring set {name.replace('/', ' ')}`.",
    }[kind]
