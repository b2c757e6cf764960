"""The first schema."""

from alembic import op

from crmsync.store.schema import make_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    make_tables(op.get_bind())
