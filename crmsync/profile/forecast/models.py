"""The models by name: how each is fitted to customers, and what each says of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np

from crmsync.profile.forecast.dropout import Dropout
from crmsync.profile.forecast.outlook import EVERY, Outlook, Rows
from crmsync.profile.forecast.pareto import Pareto
from crmsync.profile.forecast.past import Floats, Past
from crmsync.profile.forecast.rate import Rate
from crmsync.profile.forecast.seen import Seen

CUSTOMERS = 50_000
"""Customers a model is fitted to at most: four numbers need no more."""


class Model(Protocol):
    """A fitted model."""

    @property
    def name(self) -> str: ...

    @property
    def converged(self) -> bool: ...

    @property
    def parameters(self) -> Mapping[str, float]: ...

    def outlook(self, seen: Seen) -> Outlook: ...


class RowModel(Protocol):
    """A fitted model that needs nothing but frequency, last purchase and age of a customer."""

    @property
    def name(self) -> str: ...

    @property
    def converged(self) -> bool: ...

    @property
    def parameters(self) -> dict[str, float]: ...

    def alive(self, past: Past) -> Floats: ...

    def expected_there(self, past: Past, weeks: float) -> Floats: ...

    def chance_there(self, past: Past, weeks: Floats | float) -> Floats: ...


@dataclass(frozen=True, slots=True)
class ByRow:
    """A row model, asked once for all equal customers."""

    model: RowModel

    @property
    def name(self) -> str:
        """Of the model."""
        return self.model.name

    @property
    def converged(self) -> bool:
        """Whether the fit came to rest."""
        return self.model.converged

    @property
    def parameters(self) -> dict[str, float]:
        """By the names of the papers."""
        return self.model.parameters

    def outlook(self, seen: Seen) -> Outlook:
        """What is to come of the customers in `seen`."""
        every, model = seen.rows, self.model
        alive = model.alive(every)

        def purchases(weeks: float) -> Floats:
            return alive * model.expected_there(every, weeks)

        def chance(weeks: Floats | float, rows: Rows = EVERY) -> Floats:
            return alive[rows] * model.chance_there(every.take(rows), weeks)

        return Outlook(purchases, chance, seen.place)


def _rows(fit: Callable[[Past], RowModel], seen: Seen) -> Model:
    return ByRow(fit(seen.every(CUSTOMERS).rows))


MODELS: dict[str, Callable[[Seen], Model]] = {
    "rate": Rate.fit,
    "BG/NBD": partial(_rows, partial(Dropout.fit, name="BG/NBD")),
    "MBG/NBD": partial(_rows, partial(Dropout.fit, name="MBG/NBD")),
    "Pareto/NBD": partial(_rows, Pareto.fit),
}
"""How each is fitted. None raises because of the data; `converged` tells."""


def fit(name: str, seen: Seen) -> Model:
    """The model of this name, fitted to at most CUSTOMERS of the customers in `seen`."""
    with np.errstate(all="ignore"):
        return MODELS[name](seen)
