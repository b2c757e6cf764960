"""The pages of the docs, taken apart into what a reader would type, write and read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
EXAMPLES = ROOT / "examples"
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *DOCS.rglob("*.md"),
        *EXAMPLES.glob("*/*.md"),
        *ROOT.glob("plugins/*/*.md"),
    ]
)

_FENCE = re.compile(
    r"(?:^<!-- (?P<note>[^\n]*?) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$", re.M | re.S
)
_EXIT = re.compile(r"\s+# exit (\d+)$")


class Block(NamedTuple):
    """A fenced block: its language, its text, and the comment on the line before it.

    The comment `file: crm/kunden.csv` says that the text is this file, `more: crmsync.toml` that
    it goes at the end of one.
    """

    language: str
    text: str
    note: str


class Command(NamedTuple):
    """A line that a reader types, the exit code it ends with, and the output shown below it."""

    line: str
    code: int
    shown: tuple[str, ...]


def blocks(page: Path, language: str = "") -> Iterator[Block]:
    """The fenced blocks of a page, of one language where it is named."""
    for found in _FENCE.finditer(page.read_text(encoding="utf-8")):
        if language in ("", found["language"]):
            yield Block(found["language"], found["text"], found["note"] or "")


def commands(block: Block) -> Iterator[Command]:
    """What is typed in a console block; what stands above the first `$` belongs to nothing."""
    for part in re.split(r"^\$ ", block.text, flags=re.M)[1:]:
        typed, *shown = part.rstrip("\n").split("\n")
        while typed.endswith("\\"):
            typed = f"{typed[:-1].rstrip()} {shown.pop(0).strip()}"
        ends = _EXIT.search(typed)
        yield Command(_EXIT.sub("", typed), int(ends[1]) if ends else 0, tuple(shown))


def missing(shown: tuple[str, ...], told: str) -> list[str]:
    """The shown lines that the output does not have, in this order; `…` stands for anything."""
    rest = iter(line.rstrip() for line in told.splitlines())
    return [line for line in shown if line.strip(" …") and not _comes(line, rest)]


def _comes(line: str, rest: Iterator[str]) -> bool:
    parts = (re.escape(part) for part in line.rstrip().split("…"))
    wanted = re.compile(".*".join(parts))
    return any(wanted.fullmatch(told) for told in rest)
