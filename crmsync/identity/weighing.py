"""A model for any engine: the query that weighs pairs, and the table of pairs that it asks.

Who keeps pairs in DuckDB or on Spark weighs them there, to the same whole numbers as
`Weights.weigh` (see docs/reference/model-file.md). What shares a number that decides, and what
guards forbid or ask, is not in it: the band is what the weight alone would say.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crmsync.identity.faces import Columns, Ints
from crmsync.identity.levels import NAMES, Levels
from crmsync.identity.weights import EQUAL, Weights
from crmsync.store.weighing import rarities, weighing


def query(weights: Weights) -> str:
    """The query for `a`, `b`, `weight` and `band_by_weight` of each row of the table `pairs`."""
    told = {field: weights.tables[field].tolist() for field in NAMES if field in weights.tables}
    model = weights.model
    return weighing(told, EQUAL, prior=model.prior, same=model.same, review=model.review)


def pairs(
    weights: Weights, faces: Columns, found: Levels, a: Ints, b: Ints
) -> dict[str, NDArray[np.generic]]:
    """The columns of the table `pairs`: both faces, the level of each field, the rarities."""
    table: dict[str, NDArray[np.generic]] = {"a": a, "b": b}
    table |= {field: found[field] for field in NAMES if field in weights.tables}
    for field in EQUAL:
        if field in weights.tables:
            rare = weights.rarity(field, faces)[faces.of[field]]
            table |= dict(zip(rarities(field), (rare[a], rare[b]), strict=True))
    return table
