"""Brings what we want changed into backends."""

from crmsync.writeback.push import push

__all__ = ["push"]
