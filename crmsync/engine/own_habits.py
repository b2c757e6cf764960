"""Says in the report what is wrong with the habits of plugins; the run goes on without them."""

from __future__ import annotations

from collections.abc import Callable

from crmsync.engine.report import Report
from crmsync.errors import PluginError
from crmsync.registry import Registry
from crmsync.registry.plugins import HABITS

STAGE = "habits"


def told_once(report: Report) -> Callable[[PluginError], None]:
    """Takes a failure into the report, though it comes again with every batch."""
    told: set[str] = set()

    def tell(error: PluginError) -> None:
        if error.message not in told:
            report.fail(STAGE, error)
        told.add(error.message)

    return tell


def name_refused(registry: Registry, report: Report) -> None:
    """Take into the report which plugins hand over habits that cannot be computed at all."""
    _ = registry.habits
    for plugin in registry.plugins:
        if plugin.problem.startswith(HABITS):
            hint = "Its author must act; `crmsync plugins check` says the same. The others go on."
            report.fail(
                STAGE, PluginError(f"the plugin '{plugin.name}': {plugin.problem}.", hint=hint)
            )
