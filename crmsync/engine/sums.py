"""The run's numbers against the store: no landed record may be without a fate."""

from __future__ import annotations

from crmsync.engine.report import Report
from crmsync.errors import SumsError
from crmsync.store import Store, records


def check_against_store(store: Store, report: Report) -> None:
    """SumsError when a record has landed and is neither mapped, ignored, pending, parked nor
    withdrawn, although every connection's backlog is worked off.

    A run that took nothing in is not checked: nothing moved.
    """
    if not any(name.startswith("normalize/") for name in report.stages):
        return
    with store.read() as work:
        if records.backlog(work):
            return
        landed, settled = records.count_all(work), sum(records.states(work).values())
    if landed != settled:
        raise SumsError(
            f"{landed} records have landed, {settled} have a fate in the store.",
            hint="IT: run `crmsync replay`; if it stays, restore the store and report it.",
        )
