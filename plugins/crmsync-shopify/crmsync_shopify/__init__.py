"""Shopify for crmsync."""

from crmsync_shopify.connector import Shopify

__all__ = ["Shopify"]
