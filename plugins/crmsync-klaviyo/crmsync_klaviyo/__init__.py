"""Klaviyo for crmsync."""

from crmsync_klaviyo.connector import Klaviyo

__all__ = ["Klaviyo"]
