"""Salesforce for crmsync."""

from crmsync_salesforce.connector import Salesforce

__all__ = ["Salesforce"]
