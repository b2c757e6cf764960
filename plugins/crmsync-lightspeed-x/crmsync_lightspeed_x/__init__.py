"""Lightspeed Retail X-Series for crmsync."""

from crmsync_lightspeed_x.connector import Lightspeed

__all__ = ["Lightspeed"]
