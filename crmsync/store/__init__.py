"""The store: everything that must not be lost, in SQLite or PostgreSQL behind one face."""

from crmsync.store.database import Store, open_store
from crmsync.store.log import Change
from crmsync.store.marker import Marker
from crmsync.store.work import Work

__all__ = ["Change", "Marker", "Store", "Work", "open_store"]
