"""Tryton for crmsync."""

from crmsync_tryton.connector import Tryton

__all__ = ["Tryton"]
