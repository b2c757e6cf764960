"""Business Central for crmsync."""

from crmsync_businesscentral.connector import BusinessCentral

__all__ = ["BusinessCentral"]
