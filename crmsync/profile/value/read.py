"""Reads back what customers bring and cost."""

from __future__ import annotations

from collections.abc import Iterable

from crmsync.model.document import read_document
from crmsync.model.value import ClassValue, CustomerValue
from crmsync.store import Work, values


def load_values(work: Work, customer_ids: Iterable[str]) -> dict[str, CustomerValue]:
    """What is known of these customers; who has nothing is left out."""
    docs = values.value_docs(work, customer_ids)
    return {name: read_document(CustomerValue, doc) for name, doc in docs.items()}


def load_classes(work: Work, controller: str) -> dict[tuple[str, str], ClassValue]:
    """The classes of a controller, by currency and ABC class; empty before the first run."""
    docs = values.class_docs(work, controller)
    return {place: read_document(ClassValue, doc) for place, doc in docs.items()}


def load_uneven(work: Work, controller: str) -> dict[str, CustomerValue]:
    """Who is given more or less than others of his class, by id: first who brings the most and is
    given less, last who brings the least and is given more."""
    told = {
        name: read_document(CustomerValue, doc) for name, doc in values.uneven(work, controller)
    }
    order = sorted(told, key=lambda name: (-(told[name].brings_rank or 0), name))
    return {name: told[name] for name in order}
