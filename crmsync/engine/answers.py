"""What the mapper says of a page of records: columns, told objects, and what it refuses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from crmsync.engine.calls import Refusal, map_page, map_record
from crmsync.errors import RecordError
from crmsync.hookspecs import Connector
from crmsync.model.columns import Columns
from crmsync.model.stream import Stream
from crmsync.model.told import Told, ToldCustomer, ToldOrder
from crmsync.store.records import Payload, all_decoded

HOT = (ToldCustomer, ToldOrder)
"""What is cleaned column by column; of the others there are few."""
PAGED = ("customers", "orders")
"""The streams that tell it, and are asked for by the page."""


UNREAD = Refusal("record", "", "holds what JSON cannot say")
"""For bytes that pass for JSON and are none: a number beyond all bounds."""


class Group(NamedTuple):
    """What several records tell of one kind: a row each."""

    ids: Sequence[int]
    columns: Columns

    def take(self, wanted: Collection[int]) -> Group:
        """Only what these records tell."""
        rows = [row for row, number in enumerate(self.ids) if number in wanted]
        return Group([self.ids[row] for row in rows], self.columns.take(rows))


@dataclass(slots=True)
class Answers:
    """What a page tells: `groups` of HOT kinds, `others` one by one; each record at least one."""

    ids: list[int] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    others: list[tuple[int, Told]] = field(default_factory=list)

    def of(self, model: type[Told]) -> Iterator[Group]:
        """The groups of one kind."""
        return (group for group in self.groups if group.columns.model is model)

    def take(self, ids: Sequence[int]) -> Answers:
        """What these records tell."""
        wanted = frozenset(ids)
        groups = [group.take(wanted) for group in self.groups]
        others = [(number, told) for number, told in self.others if number in wanted]
        return Answers(list(ids), [group for group in groups if group.ids], others)

    def halves(self) -> tuple[Answers, Answers]:
        """What the first half of the records tells, and the second."""
        middle = len(self.ids) // 2
        return self.take(self.ids[:middle]), self.take(self.ids[middle:])


def ask(
    connector: Connector, stream: Stream, ids: Sequence[int], payloads: Sequence[Payload]
) -> tuple[Answers, dict[int, Refusal], list[int]]:
    """What the mapper says of records of a stream; what it refuses; which are of no interest."""
    found = all_decoded(payloads)
    raws = [raw for raw in found if raw is not None]
    whole = len(raws) == len(ids)
    columns = map_page(connector, stream, raws) if whole and stream.kind in PAGED else None
    if columns is not None:
        return Answers(list(ids), [Group(ids, columns)]), {}, []
    told: dict[int, list[Told]] = {}
    refusals: dict[int, Refusal] = {}
    ignored: list[int] = []
    for number, raw in zip(ids, found, strict=True):
        answer = UNREAD if raw is None else map_record(connector, stream, raw)
        if isinstance(answer, Refusal):
            refusals[number] = answer
        elif answer:
            told[number] = answer
        else:
            ignored.append(number)
    return _sorted(told, refusals), refusals, ignored


def _sorted(told: Mapping[int, Sequence[Told]], refusals: dict[int, Refusal]) -> Answers:
    """Told objects by kind; a record with two of what it may have only one of is refused."""
    answers = Answers()
    hot: dict[type[Told], dict[int, Told]] = {model: {} for model in HOT}
    for number, items in told.items():
        try:
            _require_one_each(items)
        except RecordError as error:
            refusals[number] = Refusal(error.code, error.field, error.reason)
            continue
        answers.ids.append(number)
        for item in items:
            if type(item) in hot:
                hot[type(item)][number] = item
            else:
                answers.others.append((number, item))
    for model, found in hot.items():
        if found:
            columns = Columns.of(model, list(found.values()))
            answers.groups.append(Group(list(found), columns))
    return answers


def _require_one_each(items: Sequence[Told]) -> None:
    kinds = [type(item) for item in items]
    guests = [item for item in items if isinstance(item, ToldOrder) and _as_guest(item)]
    if kinds.count(ToldCustomer) + len(guests) > 1:
        raise RecordError("the mapper gave two customers for one record")
    if kinds.count(ToldOrder) > 1:
        raise RecordError("the mapper gave two orders for one record")
    named = Counter((type(item), getattr(item, "part", "")) for item in items)
    for (kind, part), count in named.items():
        if count > 1 and kind not in HOT:
            raise RecordError(f"the mapper gave two things with the part {part!r} for one record")


def _as_guest(told: ToldOrder) -> bool:
    return told.guest is not None and not told.customer
