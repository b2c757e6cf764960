"""The reader of the docs notices what is wrong on a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.docs.pages import Block, commands, missing
from tests.docs.reader import Reader


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    with closing(Reader(tmp_path, tmp_path, monkeypatch)) as made:
        yield made


@pytest.mark.parametrize(
    "shown,lost",
    [
        (("a", "c"), []),
        (("c", "a"), ["a"]),
        (("b",), ["b"]),
        (("x … z", "…", "c"), []),
        (("x … y",), ["x … y"]),
        (("…", ""), []),
    ],
)
def test_shown_lines_must_come_in_their_order(shown: tuple[str, ...], lost: list[str]) -> None:
    assert missing(shown, "x 1 z\na\nbb\nc  \n") == lost


def test_commands_are_taken_apart() -> None:
    block = Block("console", "$ crmsync sync \\\n    --json  # exit 3\n{\n$ cd x\n", "")
    first, second = commands(block)
    assert (first.line, first.code, first.shown) == ("crmsync sync --json", 3, ("{",))
    assert (second.line, second.code, second.shown) == ("cd x", 0, ())


@pytest.mark.parametrize(
    "text",
    [
        "$ curl https://example.org\n",
        "$ crmsync status\n",
        "$ crmsync init\nversion 7\n",
        "$ python3 dev.py dance\n",
        "$ pip install 'crmsync[magic]'\n",
        "$ cp nothing anywhere\n",
    ],
)
def test_what_no_test_runs_or_ends_otherwise_is_noticed(reader: Reader, text: str) -> None:
    with pytest.raises(AssertionError):
        reader.follow(Block("console", text, ""))


def test_python_that_fails_is_noticed(reader: Reader) -> None:
    with pytest.raises(ZeroDivisionError):
        reader.follow(Block("python", "1 / 0\n", ""))


def test_files_are_written_and_added_to(reader: Reader, tmp_path: Path) -> None:
    reader.follow(Block("csv", "a;b\n", "file: crm/kunden.csv"))
    reader.follow(Block("csv", "1;2\n", "more: crm/kunden.csv"))
    assert (tmp_path / "crm" / "kunden.csv").read_text(encoding="utf-8") == "a;b\n\n1;2\n"
