"""Value: what goods cost the retailer, and what each customer brings and costs.

Products and lines of before know no cost; `crmsync replay` fills in what their records tell.
"""

import sqlalchemy as sa
from alembic import op

from crmsync.store.tables import customer_value, class_value
from crmsync.store.tables.lines import remake

revision = "0007"
down_revision = "0006"

ADDED = (
    sa.Column("cost", sa.BigInteger, nullable=True),
    sa.Column("currency", sa.Text, nullable=False, server_default=""),
)


def upgrade() -> None:
    bind = op.get_bind()
    known = {one["name"] for one in sa.inspect(bind).get_columns("product")}
    for column in ADDED:
        if column.name not in known:
            op.add_column("product", column.copy())
    for table in (customer_value, class_value):
        table.create(bind, checkfirst=True)
    remake(bind)
