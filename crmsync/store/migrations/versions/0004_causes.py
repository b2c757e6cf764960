"""Causes: the route of deliveries and shops, the order an interaction is about.

Rows of before know neither; `crmsync replay` fills in what their records tell.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ADDED = (("delivery", "route"), ("shop", "route"), ("interaction", "order_ref"))


def upgrade() -> None:
    looking = sa.inspect(op.get_bind())
    for table, column in ADDED:
        if column not in {one["name"] for one in looking.get_columns(table)}:
            op.add_column(table, sa.Column(column, sa.Text, nullable=False, server_default=""))
