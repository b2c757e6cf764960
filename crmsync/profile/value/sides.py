"""Weighs what customers bring against what they cost: portion by portion, then all together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from crmsync.profile.compute import CONFIG, goods
from crmsync.store.facts import Facts, table

if TYPE_CHECKING:
    import pyarrow as pa


class Terms(NamedTuple):
    """What serving costs, in minor units of `currency`; `margin` is per cent, None for nothing
    assumed of goods whose cost is not told."""

    margin: int | None
    currency: str
    return_cost: int
    contact_cost: int
    delivery_cost: int


Standing = tuple[str, str, str]
"""A customer's id, the currency of his money, and his ABC class."""

_STANDING = {"customer_id": "text", "currency": "text", "abc": "text"}
_TERMS = {"margin": "number", "currency": "text"} | dict.fromkeys(Terms._fields[2:], "number")
_PORTION = 20_000


def sides(
    facts: Facts,
    standing: Sequence[Standing],
    privileges: Mapping[str, int],
    *,
    as_of: str,
    deny: Collection[str] = (),
) -> pa.Table:
    """What these customers brought and cost within 365 days, up to `as_of` (ISO).

    A row each; the columns are those of sides.sql and `privileges`, how many each has now.
    """
    import pyarrow as pa

    with goods(facts, as_of=as_of, deny=deny) as engine:
        engine.register("standing", table(_STANDING, standing))
        found = engine.sql(_query("sides")).to_arrow_table()
    counts = [privileges.get(name, 0) for name in found["customer_id"].to_pylist()]
    return found.append_column("privileges", pa.array(counts, pa.int64()))


def proportion(both: pa.Table, terms: Terms) -> Iterator[dict[str, Any]]:
    """Every customer of a controller beside the others of his class, by id.

    `both` is what `sides` gave of all of them. What is given has the fields of
    model.value.CustomerValue but for the day, the forecast, privileges and marks.
    """
    import duckdb

    with duckdb.connect(":memory:", config=CONFIG) as engine:
        engine.register("sides", both)
        engine.register("terms", table(_TERMS, [terms]))
        result = engine.execute(_query("proportion"))
        names = [column[0] for column in result.description]
        while rows := result.fetchmany(_PORTION):
            for row in rows:
                yield dict(zip(names, row, strict=True))


def _query(name: str) -> str:
    return files("crmsync.profile.value").joinpath(f"{name}.sql").read_text(encoding="utf-8")
