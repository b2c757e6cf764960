"""Fifths: where recency, frequency and money of all customers are cut.

They follow from the habits: the first run behind it draws them.
"""

import sqlalchemy as sa
from alembic import op

from crmsync.store.tables import abc_due, habit, rfm_cut

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    bind = op.get_bind()
    rfm_cut.create(bind, checkfirst=True)
    known = sa.select(abc_due.c.controller)
    told = sa.select(habit.c.controller).distinct().where(habit.c.controller.not_in(known))
    bind.execute(sa.insert(abc_due).from_select(["controller"], told))
