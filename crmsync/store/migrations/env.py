"""Runs migrations on the connection that crmsync.store.schema hands over."""

from alembic import context

from crmsync.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=False,
)
context.run_migrations()
