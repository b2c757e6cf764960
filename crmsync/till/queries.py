"""The queries of the till file by name, read from till.sql. Standard library only."""

from __future__ import annotations

import re
from pathlib import Path

_NAMED = re.compile(r"^-- :(\w+)\n", re.MULTILINE)


def _read(path: Path) -> dict[str, str]:
    _, *parts = _NAMED.split(path.read_text(encoding="utf-8"))
    return {name: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}


QUERIES = _read(Path(__file__).with_name("till.sql"))
