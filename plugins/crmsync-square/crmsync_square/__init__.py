"""Square for crmsync."""

from crmsync_square.connector import Square

__all__ = ["Square"]
