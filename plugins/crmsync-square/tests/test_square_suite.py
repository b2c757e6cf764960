"""The connector keeps the rules of the suite, with the Events API and without it."""

from __future__ import annotations

from fake_square import FakeSquare, FakeSquareWithEvents

from crmsync.testing import READING, connector_suite

WHOLE = (
    "Square has no list of locations or items by what changed: both are read whole in every run, "
    "after a stop too. That customers and orders go on is proven with the Events API below."
)

TestSquare = connector_suite(FakeSquare, bypass={"goes_on_where_it_stopped": WHOLE})
TestSquareWithEvents = connector_suite(FakeSquareWithEvents, only=READING)
