"""Reads predictions back; it needs neither numpy nor scipy."""

from __future__ import annotations

from collections.abc import Iterable

from crmsync.model.document import read_document
from crmsync.model.prediction import Prediction
from crmsync.store import Work
from crmsync.store.forecasts import forecast_docs


def load_predictions(work: Work, customer_ids: Iterable[str]) -> dict[str, Prediction]:
    """The stored predictions of these customers; who has none is left out."""
    docs = forecast_docs(work, customer_ids)
    return {name: read_document(Prediction, doc) for name, doc in docs.items()}
