"""Predictions in the store: one document a customer, one a model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import sqlalchemy as sa

from crmsync.store.tables import forecast, forecast_model
from crmsync.store.work import Work


class ForecastRow(NamedTuple):
    """A row of the table forecast; `doc` is a model.prediction.Prediction as JSON."""

    customer_id: str
    controller: str
    as_of: str
    value_365: int
    doc: str


class ModelRow(NamedTuple):
    """A row of the table forecast_model: what one currency's predictions rest on, `doc` as JSON."""

    controller: str
    currency: str
    as_of: str
    doc: str


def write_forecasts(work: Work, rows: Sequence[ForecastRow]) -> None:
    """Write predictions."""
    work.upsert(forecast, rows)


def forget(work: Work) -> None:
    """Take out every prediction, and what they rest on."""
    work.run(sa.delete(forecast))
    work.run(sa.delete(forecast_model))


def write_models(work: Work, controller: str, rows: Sequence[ModelRow]) -> None:
    """Make these the models of a controller."""
    work.run(sa.delete(forecast_model).where(forecast_model.c.controller == controller))
    work.upsert(forecast_model, rows)


def drop_older(work: Work, controller: str, kept: Iterable[str]) -> int:
    """Take out the predictions of a controller but for these customers'; gives how many."""
    statement = sa.select(forecast.c.customer_id).where(forecast.c.controller == controller)
    stale = sorted({row[0] for row in work.all(statement)} - set(kept))
    work.delete(forecast.c.customer_id, stale)
    return len(stale)


def forecast_docs(work: Work, customer_ids: Iterable[str]) -> dict[str, str]:
    """The stored predictions of these customers, as JSON."""
    statement = sa.select(forecast.c.customer_id, forecast.c.doc)
    return {row[0]: row[1] for row in work.all_in(statement, forecast.c.customer_id, customer_ids)}


def model_docs(work: Work, controller: str) -> dict[str, str]:
    """What a controller's predictions rest on, by currency, as JSON."""
    told = sa.select(forecast_model.c.currency, forecast_model.c.doc)
    rows = work.all(told.where(forecast_model.c.controller == controller))
    return {row[0]: row[1] for row in rows}
