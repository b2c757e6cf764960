"""Finds plugins and connectors: which there are, what they add, and what is wrong with them."""

from crmsync.registry.catalog import Catalog
from crmsync.registry.plugins import BUILT_IN, LOCAL, Loaded, Registry, check, load

__all__ = ["BUILT_IN", "LOCAL", "Catalog", "Loaded", "Registry", "check", "load"]
