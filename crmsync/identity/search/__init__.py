"""Finds people by what one hears or types: one index for the till, `crmsync search`, review."""
