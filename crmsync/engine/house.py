"""The rules of the house: which plugins decide of pairs, and whether all of them are there."""

from __future__ import annotations

from functools import partial

from crmsync.errors import PluginError
from crmsync.identity.house import Ask
from crmsync.registry import Registry
from crmsync.registry.asking import ask_pairs, deciders
from crmsync.store import Work, log

MARK = "settings/house"


def asking(registry: Registry) -> Ask | None:
    """Asks every plugin that decides of pairs; None where there is none."""
    found = deciders(registry)
    return partial(ask_pairs, found) if found else None


def changed(work: Work, registry: Registry) -> bool:
    """Whether other plugins, or others of their versions, decide of pairs than the last time.

    PluginError when one that did is there and did not load: nobody knows whom it keeps apart.
    """
    before = (log.detail(work.connection, MARK) or "").splitlines()
    known = {one.split("\t")[0] for one in before}
    for plugin in registry.absent():
        if plugin.name in known:
            raise PluginError(
                f"the plugin '{plugin.name}' decides who is who, and did not load.",
                hint="`crmsync plugins check` says why; its author must act. Until then nobody is "
                "linked anew. Take the plugin out to go on without it.",
            )
    now = [one.sign for one in deciders(registry)]
    if now != before:
        work.advance(MARK, 0, "\n".join(now))
    return now != before
