"""Several processes read source customers: in order, to the last one, whatever becomes of them."""

from __future__ import annotations

import multiprocessing
import os
import pickle
from collections.abc import Sequence

import numpy as np
import pytest

from crmsync.engine import readers
from crmsync.engine.readers import spread
from crmsync.identity.study import Portion, Studied, study
from crmsync.model.customer import SourceCustomer
from crmsync.model.document import write_document
from crmsync.model.name import PersonName
from crmsync.model.ref import Ref
from crmsync.store.keys import Source

PARENT = os.getpid()


@pytest.fixture
def portions() -> list[Portion]:
    """Twelve portions of three people each."""

    def source(number: int) -> Source:
        told = SourceCustomer(name=PersonName(given="Anna", family=f"Huber{number}"))
        ref = Ref("crm", "customers", str(number))
        return Source(number, ref, "muster", write_document(told).decode())

    return [
        Portion([source(first + step) for step in range(3)], frozenset(), {})
        for first in range(0, 36, 3)
    ]


def same(one: Sequence[Studied], other: Sequence[Studied]) -> bool:
    """Whether the same was seen, part by part."""
    return len(one) == len(other) and all(
        all(np.array_equal(a, b) for a, b in zip(mine[:5], theirs[:5], strict=True))
        and list(mine.names) == list(theirs.names)
        for mine, theirs in zip(one, other, strict=True)
    )


def test_they_see_what_one_process_sees_and_in_order(portions: list[Portion]) -> None:
    assert same(list(spread(study, portions)), [study(one) for one in portions])
    assert not multiprocessing.active_children()


def test_a_portion_arrives_as_it_was_sent(portions: list[Portion]) -> None:
    sent = portions[0]._replace(decided=frozenset({"crm/customers/1"}), numbers={"crm": "main"})
    for portion in (sent, sent._replace(sources=[], house=True)):
        arrived = pickle.loads(pickle.dumps(portion))
        assert isinstance(arrived, Portion)
        assert arrived == portion
        assert all(isinstance(one.ref, Ref) for one in arrived.sources)


def dying(portion: Portion) -> Studied:
    """What is seen here; elsewhere the process ends at the second portion."""
    if os.getpid() != PARENT and portion.sources[0].id >= 3:
        os._exit(1)
    return study(portion)


def test_what_a_dead_process_leaves_is_read_here(
    portions: list[Portion], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "MOST", 2)
    assert same(list(spread(dying, portions)), [study(one) for one in portions])
    assert not multiprocessing.active_children()


def test_they_end_with_whoever_stops_asking(portions: list[Portion]) -> None:
    told = spread(study, portions)
    next(told)
    assert multiprocessing.active_children()
    told.close()  # type: ignore[attr-defined]
    assert not multiprocessing.active_children()
