"""Spoils good bytes in seeded ways: the rubbish that the readers are given in `bench.fuzz`."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable, Sequence

Chance = random.Random
Mutation = Callable[[bytes, Chance], bytes]

ODD = (
    b"\0", b"\0" * 40, b'"', b'""', b'"""', b"'", b"\\", b"\n", b"\r", b"\r\n", b"\x0b", b"\x1a",
    b"\x85", b"\xc2\x85", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xc3",
    b"\xed\xa0\xbd", b"\xf4\x90\x80\x80", b"\xff", b"\t", b";", b",", b"|", b"{", b"}", b"[", b"]",
    b":", b"null", b"NaN", b"-Infinity", b"1e999999", b"-0", b"1e-400", b"9" * 25, b"9" * 5_000,
    b"18446744073709551616", b"-9223372036854775809", b"0.1" + b"1" * 400, b"\\u0000", b"\\ud83d",
    b'"\\ud83d"', b"\\x", b"1E+1000000", b"sNaN", b"\xc2\xb2", b"\xb2", b"\xd9\xa3", b"0001-01-01",
    b"9999-12-31T23:59:59-23:59", b"10000-01-01", b"<", b">", b"&", b"&#0;", b"&#x110000;",
    b"sep=;\n", b"__class__", b"x" * 300, b"a" * 70_000, b"\xc3\xa4" * 40_000,
)  # fmt: skip
"""What programs stumble over."""
LONG = 1_500_000
"""So long are the longest lines and cells that are put in."""
DEEP = (40, 260, 1_100, 100_000)
"""Levels of nesting: beyond what orjson writes, what it reads, what Python's stack holds."""


def spoil(good: bytes, chance: Chance, most: int = 4) -> bytes:
    """`good` after one to `most` mutations."""
    for _ in range(chance.randint(1, most)):
        good = chance.choice(MUTATIONS)(good, chance)
    return good


def _place(data: bytes, chance: Chance) -> int:
    return chance.randint(0, len(data))


def _chunk(data: bytes, chance: Chance) -> tuple[int, int]:
    start = _place(data, chance)
    return start, min(len(data), start + chance.choice((1, 2, 7, 60, 900)))


def _flip(data: bytes, chance: Chance) -> bytes:
    spoilt = bytearray(data)
    for _ in range(chance.choice((1, 1, 3, 12)) if data else 0):
        spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def _insert(data: bytes, chance: Chance) -> bytes:
    place = _place(data, chance)
    return data[:place] + chance.choice(ODD) + data[place:]


def _overwrite(data: bytes, chance: Chance) -> bytes:
    start, end = _chunk(data, chance)
    return data[:start] + chance.choice(ODD) + data[end:]


def _cut_off(data: bytes, chance: Chance) -> bytes:
    return data[: _place(data, chance)]


def _behead(data: bytes, chance: Chance) -> bytes:
    return data[_place(data, chance) :]


def _leave_out(data: bytes, chance: Chance) -> bytes:
    start, end = _chunk(data, chance)
    return data[:start] + data[end:]


def _double(data: bytes, chance: Chance) -> bytes:
    start, end = _chunk(data, chance)
    place = _place(data, chance)
    return data[:place] + data[start:end] * chance.choice((1, 2, 50)) + data[place:]


def _swap(data: bytes, chance: Chance) -> bytes:
    a, b, c, d = sorted((*_chunk(data, chance), *_chunk(data, chance)))
    return data[:a] + data[c:d] + data[b:c] + data[a:b] + data[d:]


def _number(data: bytes, chance: Chance) -> bytes:
    """Some number in it becomes a huge or odd one."""
    digits = [place for place, byte in enumerate(data[:20_000]) if byte in b"0123456789"]
    if not digits:
        return data
    place = chance.choice(digits)
    odd = chance.choice((b"9" * 19, b"9" * 400, b"1e400", b"-1", b"0x1", b"1.5", b"2147483648"))
    return data[:place] + odd + data[place + 1 :]


def _nest(data: bytes, chance: Chance) -> bytes:
    place, deep = _place(data, chance), chance.choice(DEEP)
    opening = chance.choice((b"[", b'{"a":', b'[{"a":'))
    closing = opening.translate(bytes.maketrans(b"[{", b"]}"), b'"a:')[::-1]
    inner = chance.choice((b"", b"1", b'"a"'))
    end = closing * deep if chance.random() < 0.7 else b""
    return data[:place] + opening * deep + inner + end + data[place:]


def _nest_a_value(data: bytes, chance: Chance) -> bytes:
    """Something deep where JSON has a value."""
    place = data.find(b": ", _place(data, chance)) + 2
    deep = chance.choice(DEEP)
    return data[:place] + b"[" * deep + b"]" * deep + b"," + data[place:] if place > 1 else data


def _stretch(data: bytes, chance: Chance) -> bytes:
    place = _place(data, chance)
    unit = chance.choice((b"x", b" ", b"\xc3\xa4", b"1", b";", b"\n", b'"', b"[", b"{"))
    long = chance.choice((400, 66_000, 66_000 if unit == b"\n" else LONG))
    return data[:place] + unit * (long // len(unit)) + data[place:]


def _write_otherwise(data: bytes, chance: Chance) -> bytes:
    """All of it, or all from somewhere on, in another encoding."""
    text = data.decode("utf-8", "replace")
    name = chance.choice(("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "cp850", "utf-7"))
    begin = chance.choice((0, 0, chance.randint(0, len(text))))
    return text[:begin].encode("utf-8") + text[begin:].encode(name, "replace")


def _replace_all(data: bytes, chance: Chance) -> bytes:
    old, new = chance.choice(
        ((b"\n", b"\r"), (b"\n", b"\r\n"), (b'"', b"'"), (b",", b";"), (b";", b","), (b" ", b"\0"),
         (b":", b"="), (b"1", b""), (b"e", b"\xe9"), (b"\n", b""), (b" ", b"\xc2\xa0"))
    )  # fmt: skip
    return data.replace(old, new)


def _empty(_data: bytes, chance: Chance) -> bytes:
    return chance.choice(
        (b"", b"\n", b"\0", b"\xef\xbb\xbf", b"[", b"{}", b"[]", b'"', b" " * 9000)
    )


def _noise(data: bytes, chance: Chance) -> bytes:
    return chance.randbytes(chance.choice((3, 300, 9_000))) + data[: _place(data, chance)]


def _pack(data: bytes, chance: Chance) -> bytes:
    return gzip.compress(data, 1, mtime=0) if chance.random() < 0.5 else data + data


MUTATIONS: Sequence[Mutation] = (
    *(_flip, _insert, _overwrite, _number) * 4,
    *(_cut_off, _leave_out, _double, _swap, _write_otherwise, _replace_all, _nest_a_value) * 2,
    *(_behead, _nest, _stretch, _empty, _noise, _pack),
)
"""Those that leave most of a file as it is come oftener: rubbish deep in a good file goes far."""
