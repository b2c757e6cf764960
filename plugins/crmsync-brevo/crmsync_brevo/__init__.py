"""Brevo for crmsync."""

from crmsync_brevo.connector import Brevo

__all__ = ["Brevo"]
