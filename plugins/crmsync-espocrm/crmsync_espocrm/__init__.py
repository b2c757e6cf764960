"""EspoCRM for crmsync."""

from crmsync_espocrm.connector import EspoCrm

__all__ = ["EspoCrm"]
