"""Takes what is personal or secret out of what is written down, and keeps its shape.

Letters become x, digits 0, an e-mail address x@x.example; the names of fields and parameters stay,
unless they look like data themselves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx
import msgspec

EMAIL = re.compile(r"[^\s@,;:<>()\"'=&]+@[^\s@,;:<>()\"'=&]+")
_NAME = re.compile(r"[A-Za-z_$@][A-Za-z0-9_$.:/-]{0,63}")
_LONG_NUMBER = re.compile(r"\d{4,}")
_STEP = re.compile(r"[A-Za-z][A-Za-z_.-]{0,39}|v\d{1,3}(\.\d+)?|\d\.\d|\d{4}-\d\d|[a-z]{4,}\d")
"""A step of a path that names a route or a version, not a record."""
_QUERY_STEP = re.compile(r"[A-Za-z_$@][A-Za-z0-9_$.\[\]:-]{0,80}")

KEPT = {"content-type", "content-encoding", "content-length", "date", "retry-after", "accept",
        "revision", "server", "via", "connection", "transfer-encoding"}  # fmt: skip
"""Headers whose values say nothing of anybody."""
_COUNTED = re.compile(r"rate-?limit|api-usage|limit-info|requests-left", re.IGNORECASE)
_SECRET = re.compile(r"auth|cookie|token|key|secret|signature|session|password", re.IGNORECASE)
_FLAT = str.maketrans({chr(code): "0" for code in range(ord("0"), ord("9") + 1)})


def text(value: str) -> str:
    """The text in its shape: "Käthe, 53111" is "Xxxxx, 00000"."""
    parts, end = [], 0
    for found in EMAIL.finditer(value):
        parts += [_flat(value[end : found.start()]), "x@x.example"]
        end = found.end()
    return "".join([*parts, _flat(value[end:])])


def _flat(value: str) -> str:
    return "".join(map(_sign, value.translate(_FLAT)))


def _sign(sign: str) -> str:
    if sign.isascii() and not sign.isalpha():
        return sign
    return "X" if sign.isupper() else "0" if sign.isnumeric() else "x"


def name(value: str) -> str:
    """The name of a field as it is; masked where it is more like a value: an id, an address."""
    plain = _NAME.fullmatch(value) and not _LONG_NUMBER.search(value)
    return value if plain else text(value)


def tree(value: Any) -> Any:
    """What JSON holds, its names and its structure kept; every number is 0."""
    if isinstance(value, Mapping):
        return _object(value)
    if isinstance(value, list):
        return [tree(one) for one in value]
    if value is None or isinstance(value, bool):
        return value
    return text(value) if isinstance(value, str) else type(value)(0)


def _object(value: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, one in value.items():
        masked = name(key)
        while masked in found:  # two addresses become one shape
            masked += "'"
        found[masked] = tree(one)
    return found


def path(value: str) -> str:
    """A path in which every step that may be somebody's id is "*"."""
    return "/".join(map(_step, value.split("/")))


def _step(value: str) -> str:
    return value if not value or _STEP.fullmatch(value) else "*"


def parameters(url: httpx.URL) -> list[str]:
    """The names of a query's parameters, sorted."""
    return sorted({parameter(key) for key in url.params})


def parameter(value: str) -> str:
    """The name of a parameter as it is; masked where it is more like a value."""
    plain = _QUERY_STEP.fullmatch(value) and not _LONG_NUMBER.search(value)
    return value if plain else text(value)


def headers(given: httpx.Headers) -> dict[str, str]:
    """The headers; what proves who asks is left out, what counts and dates is kept."""
    told = given.items()
    return {key: _header(key, value) for key, value in told if not _SECRET.search(key)}


def _header(key: str, value: str) -> str:
    if _COUNTED.search(key) and not re.search(r"[A-Za-z]{3}", value):
        return value
    if key == "content-type":
        return value.split(";")[0]
    return value if key in KEPT else text(value)


def body(content: bytes, kind: str) -> Any:
    """A body masked by what it is: JSON as a tree, a form as pairs, any other text as text."""
    if not content:
        return None
    if "form-urlencoded" in kind:
        return _form(content)
    try:
        return tree(msgspec.json.decode(content))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _loose(content)


def _form(content: bytes) -> list[list[str]]:
    pairs = parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True)
    return [[parameter(key), text(value)] for key, value in pairs]


def _loose(content: bytes) -> str:
    try:
        return text(unquote(content.decode()))
    except UnicodeDecodeError:
        return f"{len(content)} bytes that are no text"
