"""HubSpot for crmsync."""

from crmsync_hubspot.connector import HubSpot

__all__ = ["HubSpot"]
