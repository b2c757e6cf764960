"""Interactions say more: what belongs together, by which contact they are tied, and details.

What backends told before has none of it until their mappings say it: a changed mapping is replayed
from raw by itself.
"""

import sqlalchemy as sa
from alembic import op

from crmsync.store.tables.base import PARTIAL

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    bind = op.get_bind()
    columns = {one["name"] for one in sa.inspect(bind).get_columns("interaction")}
    for name in ("thread", "contact", "details"):
        if name not in columns:
            op.add_column("interaction", sa.Column(name, sa.Text, nullable=False, server_default=""))
    for index in PARTIAL:
        if index.table == "interaction":
            bind.exec_driver_sql(index.statement)
