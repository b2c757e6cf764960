"""Pipedrive for crmsync."""

from crmsync_pipedrive.connector import Pipedrive

__all__ = ["Pipedrive"]
