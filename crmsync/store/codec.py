"""The seam through which raw and parked payloads pass: compressed today, encrypted when asked.

A stored payload starts with one byte that names its codec, so that a newer one can be added
without touching what is there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

import zstandard

from crmsync.errors import StoreError

PLAIN = b"\x00"
ZSTD = b"\x01"
SHARED = b"\x02"
"""Compressed with a dictionary, whose number the next four bytes tell."""
SMALL = 128
"""Payloads shorter than this many bytes do not shrink by themselves; they stay plain."""

LEVEL = -1
"""The quickest level that still finds the repetitions of one record: level 1 saves a fifth more of
the bytes and costs twice the time."""
SHARED_LEVEL = -3
"""With a dictionary: level 1 saves an eighth more of the bytes and costs a quarter more time."""

Dictionaries = Mapping[int, Callable[[bytes], bytes]]
"""How what was compressed with a dictionary is read again, by the dictionary's number."""
NONE: Dictionaries = {}


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


def packer(number: int, dictionary: bytes) -> Callable[[bytes], bytes]:
    """As `pack`, with the dictionary of that number; for one thread."""
    shared = zstandard.ZstdCompressionDict(dictionary)
    shared.precompute_compress(level=SHARED_LEVEL)
    compressor = zstandard.ZstdCompressor(
        level=SHARED_LEVEL, dict_data=shared, write_dict_id=False, write_checksum=False
    )
    mark, compress = SHARED + number.to_bytes(4), compressor.compress
    return lambda payload: mark + compress(payload)


def unpacker(dictionary: bytes) -> Callable[[bytes], bytes]:
    """What reads again what was compressed with a dictionary; for one thread."""
    shared = zstandard.ZstdCompressionDict(dictionary)
    decompress: Callable[[bytes], bytes] = zstandard.ZstdDecompressor(dict_data=shared).decompress
    return decompress


def unpack(stored: bytes, dictionaries: Dictionaries = NONE) -> bytes:
    """The payload of stored bytes; StoreError when they are damaged or of an unknown codec."""
    mark, rest = stored[:1], stored[1:]
    if mark == PLAIN:
        return bytes(rest)
    try:
        if mark == ZSTD:
            return _zstd.decompress(rest)
        if mark == SHARED:
            return dictionaries[int.from_bytes(rest[:4])](rest[4:])
    except (zstandard.ZstdError, KeyError) as error:
        raise StoreError(
            "a stored payload is damaged.", hint="IT must restore the store from its backup."
        ) from error
    raise StoreError(
        f"a stored payload has the unknown codec {mark!r}.",
        hint="It was written by a newer crmsync; IT must update this one.",
    )
