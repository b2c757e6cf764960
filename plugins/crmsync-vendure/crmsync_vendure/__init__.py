"""Vendure for crmsync."""

from crmsync_vendure.connector import Vendure

__all__ = ["Vendure"]
