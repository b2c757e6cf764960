"""Odoo for crmsync."""

from crmsync_odoo.connector import Odoo

__all__ = ["Odoo"]
