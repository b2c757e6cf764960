"""Shopware 6 for crmsync."""

from crmsync_shopware.connector import Shopware

__all__ = ["Shopware"]
