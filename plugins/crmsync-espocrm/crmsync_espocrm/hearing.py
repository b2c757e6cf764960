"""Webhooks of EspoCRM: whose signature is right, and which records they are about.

A delivery names neither its event nor its time: the event stands in the url that the webhook was
made with (?event=Contact.update), and a record is read again rather than believed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, urlsplit

import orjson
from pydantic import SecretStr

from crmsync.errors import CredentialsError, RecordError
from crmsync.model.intent import Event

HINT = "IT: set webhooks to the ids and secret keys under Administration > Webhooks."


def events(
    headers: Mapping[str, str],
    body: bytes,
    url: str,
    *,
    secrets: Mapping[str, SecretStr],
    streams: Mapping[str, str],
) -> Sequence[Event]:
    """The events of a delivery; CredentialsError unless one of our webhooks signed it."""
    told = {name.lower(): value for name, value in headers.items()}.get("signature", "")
    if not any(_is_signed(told, body, name, key) for name, key in secrets.items()):
        raise CredentialsError("a webhook of EspoCRM has no right signature.", hint=HINT)
    entity, _, change = parse_qs(urlsplit(url).query).get("event", [""])[0].partition(".")
    if entity not in streams:
        return []
    kind = "deleted" if change == "delete" else "changed"
    mark = hashlib.sha256(f"{url}{told}".encode()).hexdigest()[:32]
    return [Event(id=f"{mark}-{place}", stream=streams[entity], external_id=one, kind=kind)  # type: ignore[arg-type]
            for place, one in enumerate(_ids(body))]  # fmt: skip


def _is_signed(told: str, body: bytes, name: str, key: SecretStr) -> bool:
    digest = hmac.new(key.get_secret_value().encode(), body, hashlib.sha256).hexdigest()
    right = base64.b64encode(f"{name}:{digest}".encode())
    return hmac.compare_digest(right, told.encode())


def _ids(body: bytes) -> list[str]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise RecordError("a webhook of EspoCRM is no list of records")
    return [str(one["id"]) for one in found if one.get("id")]
