"""The SQL that weighs pairs by their levels: one text for SQLite, DuckDB and Spark.

Only CASE, comparisons and sums of whole numbers, which every engine computes alike. Nothing but
numbers comes into the text from outside; the names of columns are the program's own. A level or a
rarity that is missing, or a level that does not exist, makes the weight NULL and with it the band:
what cannot be weighed is never taken for something that weighs little.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

PAIRS = "pairs"
"""The table that is asked; it has `a` and `b`, a column for each field, and `rarities`."""


def rarities(field: str) -> tuple[str, str]:
    """The columns that say what the names of both sides add when they are equal."""
    return f"{field}_rare_a", f"{field}_rare_b"


def weighing(
    weights: Mapping[str, Sequence[int]],
    equal: Mapping[str, int],
    *,
    prior: int,
    same: int,
    review: int,
) -> str:
    """The query for `a`, `b`, `weight` and `band_by_weight` of every row of the table `pairs`.

    `weights` has for each field (a column) what its levels weigh, in the order of their numbers;
    `equal` the number of the level at which the rarer name of a field counts.
    """
    parts = [f"{prior:d}"]
    for field, row in weights.items():
        parts.append(_levels(field, row))
        parts += [_rarer(field, equal[field])] if field in equal else []
    total = "\n    + ".join(parts)
    band = f"CASE WHEN weight >= {same:d} THEN 'same' WHEN weight >= {review:d} THEN 'review'"
    return (
        f"SELECT a, b, weight,\n  {band}\n    WHEN weight < {review:d} THEN 'apart' END"
        f" AS band_by_weight\nFROM (\n  SELECT a, b,\n    {total}\n    AS weight\n"
        f"  FROM {PAIRS}\n) AS weighed\n"
    )


def _levels(field: str, row: Sequence[int]) -> str:
    """What the level of a field weighs."""
    cases = " ".join(f"WHEN {level:d} THEN {weight:d}" for level, weight in enumerate(row))
    return f"CASE {field} {cases} END"


def _rarer(field: str, equal: int) -> str:
    """The lesser of two rarities where the names are equal (min() has three names in SQL)."""
    a, b = rarities(field)
    return (
        f"CASE WHEN {field} <> {equal:d} THEN 0\n"
        f"      WHEN {a} <= {b} THEN {a}\n"
        f"      WHEN {b} < {a} THEN {b} END"
    )
