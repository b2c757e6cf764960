"""Packs cards for the till file with a dictionary that all of them share. Standard library only."""

from __future__ import annotations

import zlib

WORDS = (
    b'"pref":["Rechnung auf Papier","Geschenkverpackung"],"care":[{"k":"verspaetung","on":"2026-'
    b'"},{"k":"reklamation","on":"202"}],"usual":[{"n":" 500 g"},{"every":14,"due":"2026-"}],'
    b'"last":{"on":"2026-","at":"Filiale "},"since":"20","say":"","tell":"Berlin Hamburg M\xc3\xbcn'
    b'chen K\xc3\xb6ln \xc2\xb7 Tel. \xe2\x80\xa6","lang":"en","form":"du","form":"sie",'
    b'"call":"Frau Dr. von der ","call":"Herr ","call":"Frau ","n":"Dr. M\xc3\xbcller","id":"'
)
"""What cards have in common; it names nobody, so it may be part of the program."""


def pack(text: str) -> bytes:
    """The stored form of a card."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15, zdict=WORDS)
    return packer.compress(text.encode()) + packer.flush()


def unpack(stored: bytes) -> bytes:
    """The card of a stored form."""
    return zlib.decompressobj(-15, zdict=WORDS).decompress(stored)
