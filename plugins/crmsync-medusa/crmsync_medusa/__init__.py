"""Medusa for crmsync."""

from crmsync_medusa.connector import Medusa

__all__ = ["Medusa"]
