"""Reads predictions back; it needs neither numpy nor scipy."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from crmsync.model.document import read_document
from crmsync.model.prediction import Prediction
from crmsync.store import Work
from crmsync.store.forecasts import forecast_docs


def load_predictions(work: Work, customer_ids: Iterable[str]) -> dict[str, Prediction]:
    """The stored predictions of these customers; who has none is left out."""
    docs = forecast_docs(work, customer_ids)
    return {name: read_document(Prediction, doc) for name, doc in docs.items()}


def seen_on(outlook: Prediction, today: str, last_order_on: str | None) -> Prediction:
    """A prediction as it is to be shown on a day (ISO): a day that is past is never the next one.

    Who has bought since it was made has no next day until the next one is made.
    """
    if last_order_on is not None and last_order_on > outlook.as_of:
        said = f"He has bought since {outlook.as_of}; `crmsync forecast` predicts anew."
        return replace(outlook, next_on=None, overdue_since=None,
                       reasons=(*outlook.reasons, said))  # fmt: skip
    if outlook.next_on is not None and outlook.next_on < today:
        since = outlook.overdue_since or outlook.next_on
        return replace(outlook, next_on=None, overdue_since=since)
    return outlook
