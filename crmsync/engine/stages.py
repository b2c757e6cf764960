"""The stages behind normalize, in order: resolve, profile, habits, then every registered feed.

Each takes what changed behind its own watermark, in batches, and commits output and watermark
together; so each can run alone and again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from crmsync.store import Change, Work

BATCH = 5000
"""Changes taken at once."""

Take = Callable[[Work, Sequence[Change]], Mapping[str, int]]


def _nothing() -> None:
    """What most stages do after their commit."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage: its watermark's name, the topics it reads, and what it does with a batch.

    `afterwards` is called when the batch is committed; `many` are the batches it takes at once.
    """

    name: str
    topics: tuple[str, ...]
    take: Take
    afterwards: Callable[[], None] = _nothing
    many: int = 1


def each_once(changes: Sequence[Change]) -> list[Change]:
    """The changes without repetitions: each record or customer of a topic once."""
    seen = {(one.topic, one.record_id, one.customer_id): one for one in changes}
    return list(seen.values())
