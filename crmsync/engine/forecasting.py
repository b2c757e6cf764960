"""Predicts what each customer will buy, for everybody at once, and keeps it in the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

import orjson

from crmsync.engine.newid import new_id
from crmsync.engine.project import Project
from crmsync.model.prediction import Prediction
from crmsync.profile.predicting import Bought, bought, join, need_scipy, predict
from crmsync.store import Work, forecasts
from crmsync.store.facts import read_facts
from crmsync.store.forecasts import ForecastRow, ModelRow
from crmsync.store.leases import Lease
from crmsync.store.survey import customers_of

PORTION = 20_000
"""Customers whose purchases are read at once."""


def forecast(project: Project, as_of: str) -> dict[str, dict[str, int]]:
    """Fit models and predict, each controller and currency by itself, as of a day (ISO).

    Gives how many customers of each controller have a prediction, by currency; older predictions
    are gone. ConfigError where scipy is missing; LeaseHeld while a sync is at work.
    """
    need_scipy()
    with project.store.lease("resolve", holder=new_id(datetime.now(UTC))) as lease:
        return {
            name: _of_controller(project, lease, name, as_of)
            for name in sorted(project.settings.controllers)
        }


def _of_controller(project: Project, lease: Lease, controller: str, as_of: str) -> dict[str, int]:
    with project.store.read() as work:
        read = _purchases(project, work, controller, as_of)
    models: list[ModelRow] = []
    told: dict[str, Prediction] = {}
    for currency, columns in sorted(read.items()):
        predictions, basis = predict(columns, as_of, currency)
        told |= predictions
        doc = orjson.dumps(basis).decode()
        models.append(ModelRow(controller, currency, as_of, doc))
    names = sorted(told)
    with project.store.work("forecast/write", lease=lease) as work:
        for start in range(0, len(names), PORTION):
            rows = _rows(controller, names[start : start + PORTION], told)
            forecasts.write_forecasts(work, rows)
        forecasts.write_models(work, controller, models)
        forecasts.drop_older(work, controller, names)
    return {currency: len(columns.who) for currency, columns in sorted(read.items())}


def _purchases(project: Project, work: Work, controller: str, as_of: str) -> dict[str, Bought]:
    names = customers_of(work, controller)
    deny = project.settings.crmsync.deny_categories
    found: defaultdict[str, Bought] = defaultdict(Bought)
    for start in range(0, len(names), PORTION):
        facts = read_facts(work, names[start : start + PORTION])
        for currency, columns in bought(facts, as_of=as_of, deny=deny).items():
            join(found[currency], columns)
    return dict(found)


def _rows(controller: str, names: Sequence[str], told: dict[str, Prediction]) -> list[ForecastRow]:
    return [
        ForecastRow(
            name, controller, told[name].as_of, told[name].value_365,
            orjson.dumps(told[name]).decode(),
        )
        for name in names
    ]  # fmt: skip
