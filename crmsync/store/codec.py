"""The seam through which raw and parked payloads pass: compressed today, encrypted when asked.

A stored payload starts with one byte that names its codec, so that a newer one can be added
without touching what is there.
"""

from __future__ import annotations

import threading

import zstandard

from crmsync.errors import StoreError

PLAIN = b"\x00"
ZSTD = b"\x01"
SMALL = 128
"""Payloads shorter than this many bytes do not shrink; they stay plain."""

LEVEL = -1
"""The quickest level that still finds the repetitions of one record: level 1 saves a fifth more of
the bytes and costs twice the time."""


class _Zstd(threading.local):
    """One compressor and decompressor a thread: they may not be shared."""

    def __init__(self) -> None:
        self.compress = zstandard.ZstdCompressor(level=LEVEL).compress
        self.decompress = zstandard.ZstdDecompressor().decompress


_zstd = _Zstd()


def pack(payload: bytes) -> bytes:
    """The bytes to store for `payload`."""
    if len(payload) < SMALL:
        return PLAIN + payload
    return ZSTD + _zstd.compress(payload)


def unpack(stored: bytes) -> bytes:
    """The payload of stored bytes; StoreError when they are damaged or of an unknown codec."""
    mark, rest = stored[:1], stored[1:]
    if mark == PLAIN:
        return bytes(rest)
    if mark != ZSTD:
        raise StoreError(
            f"a stored payload has the unknown codec {mark!r}.",
            hint="It was written by a newer crmsync; IT must update this one.",
        )
    try:
        return _zstd.decompress(rest)
    except zstandard.ZstdError as error:
        raise StoreError(
            "a stored payload is damaged.", hint="IT must restore the store from its backup."
        ) from error
