"""Singer taps for crmsync."""

from crmsync_singer.connector import Singer

__all__ = ["Singer"]
