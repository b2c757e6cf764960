"""Predictions of repeat purchases: orders, chance and value to come, and the next purchase day.

`forecast` takes columns of purchases and gives columns back; `learn` is its first half, where the
models are fitted. A room of its own: it knows no store, and nothing imports it by itself.
"""

from crmsync.profile.forecast.outcome import Basis, Forecast, Forecasts
from crmsync.profile.forecast.predict import forecast, learn
from crmsync.profile.forecast.purchases import Purchases, read

__all__ = ["Basis", "Forecast", "Forecasts", "Purchases", "forecast", "learn", "read"]
