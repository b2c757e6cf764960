"""Finds out from a sample how a text file is written: its encoding and its separator."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Sequence

SAMPLE = 65_536
"""How many bytes of a file are looked at."""

SEPARATORS = (";", ",", "\t", "|")
ASCII = "ascii"
"""Nothing but ASCII so far: the first line beyond it decides between UTF-8 and cp1252."""

WIDE = ("utf-16-le", "utf-16-be")
MOST_CONTROL = 0.3
"""No text has such a share of control signs."""
SOME_CONTROL, KINDS_CONTROL = 0.02, 8
"""No text has this share of them and so many different ones."""

_CONTROL = [byte for byte in range(32) if byte not in b"\t\n\v\f\r\x1a"]
_SIGNATURES = (
    b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"%PDF-", b"PAR1", b"\x89PNG", b"\xff\xd8\xff",
    b"SQLite format 3\0",
)  # fmt: skip
"""What Excel, gzip, PDF, Parquet, pictures and SQLite begin with."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UMLAUT_1252 = re.compile(rb"(?<=[A-Za-z])[\xe4\xf6\xfc\xdf]|[\xc4\xd6\xdc](?=[A-Za-z])")
_UMLAUT_850 = re.compile(rb"(?<=[A-Za-z])[\x84\x94\x81\xe1]|[\x8e\x99\x9a](?=[A-Za-z])")


def find_encoding(sample: bytes) -> str:
    """The encoding of the text `sample` begins: by its byte order mark, else by what its bytes say.

    "ascii" leaves it open. UTF-8 wins when most of the lines beyond ASCII are UTF-8; among the
    one-byte encodings the umlauts tell cp850 (DOS) from cp1252 (Windows, and latin-1 with it).
    """
    for mark, name in _BOMS:
        if sample.startswith(mark):
            return name
    if b"\0" in sample and (wide := _find_wide(sample)):
        return wide
    lines = [line for line in sample.split(b"\n") if not line.isascii()]
    if not lines:
        return ASCII
    return "utf-8" if _mostly_utf8(lines, cut=len(sample) == SAMPLE) else find_one_byte(sample)


def settle_encoding(given: str | None, sample: bytes) -> str:
    """The encoding to read with: the one given, made exact by a byte order mark, or that found."""
    if given is None:
        return find_encoding(sample)
    name = codecs.lookup(given).name
    marked = next((found for mark, found in _BOMS if sample.startswith(mark)), name)
    if name == "utf-16":
        return marked if marked.startswith("utf-16-") else "utf-16-le"
    return "utf-8-sig" if (name, marked) == ("utf-8", "utf-8-sig") else name


def _find_wide(sample: bytes) -> str:
    """UTF-16 without a byte order mark, by its ends of lines; '' where a NUL is only a stray one.

    Where the sample has no end of line, NUL is nearly every other byte, and no other.
    """
    ends = sample.count(b"\n")
    if ends:
        found = {name: sample.decode(name, "replace").count("\n") for name in WIDE}
        best = max(found, key=found.__getitem__)
        return best if 2 * found[best] > ends else ""
    low, high = sample[0::2].count(0), sample[1::2].count(0)
    few, many = sorted((low, high))
    if 8 * many < len(sample) or 8 * few > many:
        return ""
    return "utf-16-be" if low > high else "utf-16-le"


def is_text(sample: bytes, given: str | None) -> bool:
    """Whether `sample` can be text: no picture, no archive.

    Text has hardly a control sign; anything compressed has one in nine bytes, and all kinds. An
    encoding `given` by hand is believed.
    """
    if sample.startswith(_SIGNATURES):
        return False
    if given or find_encoding(sample) in WIDE:
        return True
    kinds = [count for byte in _CONTROL if (count := sample.count(byte))]
    share = sum(kinds) / max(len(sample), 1)
    return share < MOST_CONTROL and (len(kinds) < KINDS_CONTROL or share < SOME_CONTROL)


def find_one_byte(sample: bytes) -> str:
    """cp1252 or cp850, by whose umlauts stand beside letters."""
    dos, windows = len(_UMLAUT_850.findall(sample)), len(_UMLAUT_1252.findall(sample))
    return "cp850" if dos > windows else "cp1252"


def _mostly_utf8(lines: Sequence[bytes], *, cut: bool) -> bool:
    good = sum(_is_utf8(line) for line in lines)
    if cut and len(lines) == 1:  # one line longer than the sample may end inside a character
        return good == 1 or _is_utf8(lines[0][:-3])
    return 2 * good >= len(lines)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def find_separator(text: str, *, quote: str = '"') -> str:
    """The separator of a table that begins with `text`.

    The one that cuts the most lines into as many cells as the first, and the most cells of them;
    a comma when none cuts anything.
    """
    lines = text.splitlines()[:200]
    if len(lines) > 1 and len(text) > 1000:
        lines.pop()  # it may be cut off
    return max(SEPARATORS, key=lambda one: (*_fit(lines, one, quote), one == ","))


def _fit(lines: Sequence[str], separator: str, quote: str) -> tuple[float, int]:
    try:
        rows = [row for row in csv.reader(lines, delimiter=separator, quotechar=quote) if row]
    except csv.Error:
        return 0.0, 0
    width = len(rows[0]) if rows else 0
    if width < 2:
        return 0.0, 0
    return round(sum(len(row) == width for row in rows) / len(rows), 1), width
