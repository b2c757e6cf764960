"""Faces and weights: match keys as numbers, verdicts with a weight, the index of people.

Keys and verdicts follow from the source customers, so they are made anew: the next run compares
everybody once. Who is whose customer stays, and so does what humans decided.
"""

import sqlalchemy as sa
from alembic import op

from crmsync.store import log
from crmsync.store.tables import customer, metadata, source_customer

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    bind = op.get_bind()
    columns = {one["name"] for one in sa.inspect(bind).get_columns("match_key")}
    if "content" not in columns:
        op.drop_table("match_key")
        op.drop_table("pair")
    metadata.create_all(bind)
    sources = bind.execute(sa.select(source_customer.c.record_id)).scalars().all()
    alive = sa.select(customer.c.customer_id).where(customer.c.state == "alive")
    log.append(bind, {"source": sources, "profile": bind.execute(alive).scalars().all()})
