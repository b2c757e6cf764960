"""Invented people of a German retailer, told by a CRM, an ERP, a shop and a till.

Written without a look at the rules that are to find them again. Who is who is known of each row
and stands in no field. The same seed gives the same rows on every machine.

All shares that are assumed stand in `rates.Rates`; which source has which field, in
`habits.HABITS`. Names are frequent as they are in Germany and put together at random; towns are
invented, mail domains end in .example, numbers are well-formed and made up.

A person has 2.1 records on average, nobody of whom there is none is counted. Who is behind a row
is a person, a firm, or a couple that is kept as one record.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from bench.people.rates import RATES, Rates, noisy
from bench.people.sources import Row, Sources
from bench.people.world import World

__all__ = ["RATES", "Rates", "Row", "noisy", "people"]

_AHEAD = 20_000
"""Rows among which the next one is drawn: no source keeps a household's rows together."""


def people(records: int, seed: int, rates: Rates = RATES) -> Iterator[Row]:
    """So many rows of all sources, mixed."""
    noise = Random(seed)
    rows = _rows(noise, rates)
    waiting = [next(rows) for _ in range(min(_AHEAD, records))]
    for _ in range(records - len(waiting)):
        place = int(noise.random() * len(waiting))
        yield waiting[place]
        waiting[place] = next(rows)
    noise.shuffle(waiting)
    yield from waiting


def _rows(noise: Random, rates: Rates) -> Iterator[Row]:
    world = World(noise, rates)
    sources = Sources(noise, rates, world.contacts)
    for everybody, firm in world.units():
        yield from sources.unit(everybody, firm, world.number)
