"""What a record's mapping depends on; when it changes, records are mapped again, from raw."""

from __future__ import annotations

from hashlib import blake2b

from crmsync.hookspecs import Connector, TellsFingerprint
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
