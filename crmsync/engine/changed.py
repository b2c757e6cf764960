"""Notices that the configuration changed, and asks again for all that depends on it."""

from __future__ import annotations

from hashlib import blake2b

from crmsync.config import Settings
from crmsync.engine import house
from crmsync.identity import judge
from crmsync.identity import resolve as identity
from crmsync.identity.weights import Weights, digest
from crmsync.registry import Registry
from crmsync.store import Work, customers, log


def ask_again(work: Work, settings: Settings, registry: Registry, model: Weights) -> None:
    """Log what the configuration's change concerns; the first run only remembers it.

    `model` is the one in use: it may be another file, or another content of the same; and so may
    the program that judges by it. PluginError as `house.changed`.
    """
    core = settings.crmsync
    numbers = _differs(work, "numbers", sorted(settings.numbers().items()))
    rules = house.changed(work, registry)
    weighed = _differs(work, "model", (digest(model.model), judge.VERSION))
    if weighed or numbers or rules:
        identity.refresh(work)
    if _differs(work, "survivorship", (settings.owners(), list(settings.connections))):
        work.log_customers("customer", customers.alive(work))
    controllers = {name: one.model_dump() for name, one in settings.controllers.items()}
    if _differs(work, "feeds", (controllers, core.deny_categories)):
        work.log_customers("profile", customers.alive(work))


def _differs(work: Work, what: str, value: object) -> bool:
    """Whether `value` is another than the last time; False the first time."""
    name = f"settings/{what}"
    mark = blake2b(repr(value).encode(), digest_size=16).hexdigest()
    before = log.detail(work.connection, name)
    if mark != before:
        work.advance(name, 0, mark)
    return before is not None and mark != before
