"""Predictions of repeat purchases: orders, chance and value to come, and the next purchase day.

`forecast` takes columns of purchases and gives columns back; `learn` is its first half, where the
models are fitted, and `show` says in words what came of it. It knows no store, and nothing imports
it by itself.
"""

from crmsync.profile.forecast.outcome import Basis, Forecast, Forecasts
from crmsync.profile.forecast.predict import forecast, learn
from crmsync.profile.forecast.purchases import Purchases, read
from crmsync.profile.forecast.shown import show

__all__ = ["Basis", "Forecast", "Forecasts", "Purchases", "forecast", "learn", "read", "show"]
