"""The connector "files": tables and JSON in files and folders, read lazily."""

from crmsync.connectors.files.connector import FilesConnector
from crmsync.connectors.files.settings import FilesSettings, FileStream

__all__ = ["FileStream", "FilesConnector", "FilesSettings"]
