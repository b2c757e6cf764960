"""Proves connectors: fake backends that misbehave on purpose, and a suite that is one line."""

from crmsync.testing import _faults as faults
from crmsync.testing._asked import Answer, Asked, Refused
from crmsync.testing._backend import FakeBackend, Request
from crmsync.testing._dialect import Listed, Rows
from crmsync.testing._people import Person, person
from crmsync.testing._suite import READING, TELLING, WRITING, Suite, connector_suite
from crmsync.testing._tables import START, Row, Table, drop, put
from crmsync.testing._trial import Broken, NotApplicable, Trial, require

__all__ = [
    "READING",
    "START",
    "TELLING",
    "WRITING",
    "Answer",
    "Asked",
    "Broken",
    "FakeBackend",
    "Listed",
    "NotApplicable",
    "Person",
    "Refused",
    "Request",
    "Row",
    "Rows",
    "Suite",
    "Table",
    "Trial",
    "connector_suite",
    "drop",
    "faults",
    "person",
    "put",
    "require",
]
