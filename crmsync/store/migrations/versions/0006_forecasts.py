"""Forecasts: what is expected of each customer, and what that rests on.

They are made by `crmsync forecast`; there are none before.
"""

from alembic import op

from crmsync.store.tables import forecast, forecast_model

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    bind = op.get_bind()
    for table in (forecast, forecast_model):
        table.create(bind, checkfirst=True)
