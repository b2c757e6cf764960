"""What an automation of Odoo tells (17 on: "Send Webhook Notification"): which record changed."""

from __future__ import annotations

import time
from hashlib import sha256

import orjson

from crmsync.errors import RecordError
from crmsync.model.intent import Event
from crmsync_odoo.sources import SOURCES

STREAMS = {source.model: source.stream.name for source in SOURCES.values()}


def events(body: bytes) -> list[Event]:
    """The event of one call; none of a model that is in no stream.

    Odoo tells the record's id and model, and the fields that the automation names. It numbers no
    calls: where `write_date` is named, the same words are the same call; else every call counts,
    for two changes of a record would read alike.
    """
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        told = None
    if not isinstance(told, dict):
        raise RecordError("a webhook's body is no JSON object")
    stream, identity = STREAMS.get(str(told.get("_model"))), told.get("_id")
    if stream is None or isinstance(identity, bool) or not isinstance(identity, int):
        return []
    once = "" if told.get("write_date") else f"/{time.time_ns()}"
    name = sha256(body).hexdigest() + once
    return [Event(id=name, stream=stream, external_id=str(identity))]
