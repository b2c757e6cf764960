"""Reads a message: who wrote to whom, about what, in answer to which; never more than it must."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from hashlib import blake2b
from typing import Any

from crmsync.model.ref import LONGEST

_ID = re.compile(r"<([^<>\s]+)>")
BODY = 20_000
"""Signs of a body that are kept."""


def record(content: bytes, *, fallback: str) -> dict[str, Any]:
    """What a message says, as the raw record; `fallback` is its id where it has none of its own."""
    message = message_from_bytes(content)
    own = _ids(message.get("Message-ID"))
    told = {
        "id": _short(own[0] if own else fallback),
        "from": _addresses(message, "From"),
        "to": _addresses(message, "To", "Cc"),
        "subject": _text(message.get("Subject")),
        "references": _references(message),
        "auto": str(message.get("Auto-Submitted", "no")).partition(";")[0].strip().lower(),
        "bulk": _is_bulk(message),
        "report": message.get_content_type() == "multipart/report",
    }
    return told


def body(content: bytes) -> str:
    """The plain text of a whole message, shortened; "" where it has none."""
    for part in message_from_bytes(content).walk():
        if part.get_content_type() == "text/plain" and not part.get_filename():
            payload = part.get_payload(decode=True)
            raw = payload if isinstance(payload, bytes) else b""
            return _decoded(raw, part.get_content_charset()).strip()[:BODY]
    return ""


def bounced(content: bytes) -> dict[str, Any]:
    """What a report of non-delivery says: the address, and the message that did not arrive.

    Empty when it is no such report (RFC 3464), or says only that it is delayed.
    """
    told: dict[str, Any] = {}
    for part in message_from_bytes(content).walk():
        if str(part.get("Action", "")).strip().lower() == "failed":
            told["address"] = _final(part)
        elif part.get("Message-ID") and "address" in told and "of" not in told:
            told["of"] = _ids(part.get("Message-ID"))[:1]
            told["references"] = _references(part)
    if not told.get("address"):
        return {}
    return {"of": [], "references": [], **told}


def _final(part: Message) -> str:
    value = str(part.get("Original-Recipient") or part.get("Final-Recipient") or "")
    return value.partition(";")[2].strip().lower()


def _references(message: Message) -> list[str]:
    """The ids of the thread, its first message first."""
    found = [*_ids(message.get("References")), *_ids(message.get("In-Reply-To"))]
    return [_short(one) for one in dict.fromkeys(found)]


def _ids(value: object) -> list[str]:
    return _ID.findall(str(value)) if value else []


def _short(key: str) -> str:
    """The id, or a hash of one that no store could keep."""
    printable = "".join(sign for sign in key if sign.isprintable())
    if printable == key and len(key) < LONGEST // 2:
        return key
    return blake2b(key.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _addresses(message: Message, *names: str) -> list[str]:
    told = (str(value) for name in names for value in message.get_all(name, ()))
    found = (address.strip().lower() for _, address in getaddresses(list(told)))
    return list(dict.fromkeys(one for one in found if "@" in one))


def _is_bulk(message: Message) -> bool:
    """Whether it went to many at once: a list, a newsletter."""
    many = str(message.get("Precedence", "")).strip().lower() in ("bulk", "list", "junk")
    return many or "List-Id" in message or "List-Unsubscribe" in message


def _text(value: object) -> str:
    """A header as people read it; as it was sent where it cannot be decoded."""
    raw = str(value or "")
    try:
        told = str(make_header(decode_header(raw)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        told = raw
    return " ".join(_sound(told).split())


def _sound(text: str) -> str:
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def _decoded(raw: bytes, charset: str | None) -> str:
    try:
        return _sound(raw.decode(charset or "utf-8", "replace"))
    except LookupError:
        return _sound(raw.decode("latin-1"))


def others(addresses: Iterable[str], own: Iterable[str]) -> Iterator[str]:
    """Those of these addresses that are not our own."""
    ours = {one.strip().lower() for one in own}
    return (one for one in addresses if one not in ours)
