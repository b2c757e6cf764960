"""The connector "sql": tables and queries of any database that SQLAlchemy speaks to."""

from crmsync.connectors.sql.connector import SqlConnector
from crmsync.connectors.sql.settings import Child, SqlSettings, SqlStream

__all__ = ["Child", "SqlConnector", "SqlSettings", "SqlStream"]
