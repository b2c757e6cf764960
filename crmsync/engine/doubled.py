"""Notices records of one source that came with the same external id: often the wrong key column."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from crmsync.engine.gather import Batch, external_id
from crmsync.engine.report import Report
from crmsync.errors import RecordError
from crmsync.model.stream import Page, Stream


def _external_ids(page: Page, stream: Stream) -> Iterable[str]:
    """The external ids of a page's records; those without one are parked elsewhere."""
    if page.ids:
        yield from page.ids
        return
    for raw in page.records:
        try:
            yield external_id(raw, stream.key)
        except RecordError:
            continue


def doubled(batch: Batch, stream: Stream) -> Counter[str]:
    """How many records of each source came with the id of an earlier one of the batch.

    Only where the whole is read at rest: a backend asked page by page may tell a record twice.
    """
    found: Counter[str] = Counter()
    if stream.cursor in ("snapshot", "log"):
        seen: set[tuple[str, str]] = set()
        for page in batch.pages:
            for name in _external_ids(page, stream):
                found[page.source] += (page.source, name) in seen
                seen.add((page.source, name))
    return +found


def warn_of_doubled(report: Report, where: str, stream: Stream, found: Counter[str]) -> None:
    """Say how many records of which source share an id; the last of them counts."""
    for source, number in sorted(found.items()):
        report.warn(
            where,
            f"{number} records of {source or stream.name} have the key of another one "
            f"({stream.key}); of each key the last one counts.",
            hint="The integrator: is it the right key? Else mend the export.",
        )
