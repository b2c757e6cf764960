"""What mapping and reading depend on: records are then mapped, or read, again."""

from __future__ import annotations

from hashlib import blake2b

from crmsync.hookspecs import Connector, TellsFingerprint, TellsWhatItAsks
from crmsync.model.stream import Connection, Stream

NORMALIZER = "2"
"""Raised whenever crmsync.normalize gives another result for the same input."""


def fingerprint(connector: Connector, stream: Stream, connection: Connection) -> str:
    """A digest of mapper version, mapping configuration, controller, country, zone, currency."""
    parts = (
        NORMALIZER,
        connector.name,
        connector.mapper_version,
        connector.fingerprint(stream) if isinstance(connector, TellsFingerprint) else "",
        stream.name,
        stream.kind,
        connection.controller,
        connection.country,
        connection.zone,
        connection.currency,
        connection.language,
    )
    return blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()


def asks(connector: Connector, stream: Stream) -> str:
    """A digest of what decides what is asked for; "" where nothing does."""
    told = connector.asks(stream) if isinstance(connector, TellsWhatItAsks) else ""
    return blake2b(told.encode(), digest_size=8).hexdigest() if told else ""
