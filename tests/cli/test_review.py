"""The queue of reviews: on a terminal with keys, as a table, and as JSON lines both ways."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from crmsync.cli import keyboard, screen
from tests.cli.two_systems import DAY, Retailer

WEISSENBERG = ("crm/customers/1", "shop/customers/1")
SOMMER = ("crm/customers/2", "shop/customers/2")


def lines(told: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in told.splitlines()]


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A terminal at which these keys are pressed, and nothing more."""
    keys: list[str] = []

    def key() -> str:
        return keys.pop(0) if keys else keyboard.END

    monkeypatch.setattr(screen, "on_terminal", lambda: True)
    monkeypatch.setattr(keyboard, "keyboard", lambda: nullcontext(key))
    yield keys
    assert keys == []


def test_the_weightiest_pair_comes_first(retailer: Retailer) -> None:
    found = lines(retailer.run("review", "--json"))
    ranked = [(one["a"], one["b"], one["orders"]) for one in found]
    assert ranked == [(*SOMMER, 2), (*WEISSENBERG, 1)]
    assert found[0]["rule"] == "phone_and_weak_name"
    assert found[0]["agree"] == ["family_name", "given_name", "phone"]
    assert found[0]["a_customer"] == retailer.customer("crm/2")
    assert lines(retailer.run("review", "--json", "--limit", "1")) == found[:1]
    assert retailer.run("review", "--json", "--rule", "fits_two") == ""
    assert "there is no rule" in retailer.run("review", "--rule", "guess", code=2)


def test_values_are_printed_only_when_they_are_asked_for(retailer: Retailer) -> None:
    for words in (("review",), ("review", "--json")):
        told = retailer.run(*words)
        assert WEISSENBERG[0] in told
        assert "Jonas" not in told
    found = lines(retailer.run("review", "--json", "--values"))
    assert found[1]["values"][WEISSENBERG[0]]["given_name"] == ["Jonas"]


def test_a_human_answers_pair_by_pair(
    retailer: Retailer, typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    typed += "sa"
    told = retailer.run("review", "--by", "JB")
    assert "1 / 2" in told
    for said in ("Sommer", "M.", "+493055500102", "= equal", "the name is shortened", "orders: 2",
                 "become one customer", "they stay two", "s same"):  # fmt: skip
        assert said in told
    assert told.endswith("1 same, 1 apart\n")
    assert retailer.customer("crm/2") == retailer.customer("shop/2")
    assert retailer.customer("crm/1") != retailer.customer("shop/1")
    assert retailer.json("habits", "crm/customers/2")["orders"] == 2
    assert retailer.run("review") == "To decide: none\n"


def test_it_speaks_german(retailer: Retailer, typed: list[str]) -> None:
    typed += "q"
    told = retailer.run("review", "--by", "JB", "--language", "de")
    for said in ("Vorname", "= gleich", "Grund: gleiche Telefonnummer", "bleiben zwei", "q Ende"):
        assert said in told


def test_an_answer_is_undone_a_pair_skipped_a_history_opened(
    retailer: Retailer, typed: list[str]
) -> None:
    typed += [*"s", *"u", "o", "x", "z", *"k", *"a"]
    told = retailer.run("review", "--by", "JB")
    assert "crm/customers/2 came" in told
    assert told.endswith("0 same, 1 apart\n")
    assert [one["a"] for one in lines(retailer.run("review", "--json"))] == [SOMMER[0]]
    taken_back = [one["kind"] for one in retailer.json("history", SOMMER[0])["entries"]]
    assert taken_back[-2:] == ["same", "review"]


def test_who_quits_at_once_has_decided_nothing(retailer: Retailer, typed: list[str]) -> None:
    typed += ["u", "q"]
    before = retailer.json("status")
    retailer.run("review", "--by", "JB")
    assert retailer.json("status") == before


def test_a_kill_loses_no_answer(
    retailer: Retailer, monkeypatch: pytest.MonkeyPatch, typed: list[str]
) -> None:
    monkeypatch.setattr("crmsync.cli.asking.Asking._skip", _die)
    typed += "sk"
    assert "interrupted" in retailer.run("review", "--by", "JB", code=130)
    retailer.sync()
    assert retailer.customer("crm/2") == retailer.customer("shop/2")


def _die(_self: object) -> None:
    raise KeyboardInterrupt


def test_verdicts_come_back_as_json_lines(retailer: Retailer, tmp_path: Path) -> None:
    told = lines(retailer.run("review", "--json"))
    told[0] |= {"verdict": "same", "by": "tool", "note": "called her"}
    told[1] |= {"verdict": "apart", "by": "tool"}
    first = {"verdict": "same", "by": "x", "a": "crm/customers/1"}
    bad = ["not json", "[]"]
    bad += map(json.dumps, [{"verdict": "perhaps"}, {**first, "a": "Anna"},
                            {**first, "b": "shop/customers/1", "by": ""},
                            {**first, "b": "crm/customers/99"}])  # fmt: skip
    file = tmp_path / "answers.jsonl"
    rows = [json.dumps(told[0]), "", *bad, json.dumps(told[1])]
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    said = retailer.run("review", "--apply", str(file), "--as-of", DAY, code=2)
    named = [one.partition(":")[0] for one in said.splitlines() if one.startswith("line")]
    assert named == [f"line {number}" for number in range(3, 9)]
    assert "Anna" not in said
    assert "1 same, 1 apart" in said
    assert retailer.customer("crm/2") == retailer.customer("shop/2")
    assert retailer.run("review") == "To decide: none\n"
    decided = retailer.json("history", SOMMER[0])["entries"]
    assert ("tool", "called her") in [(one["by"], one["note"]) for one in decided]
    file.write_text("\n".join(bad), encoding="utf-8")
    assert "nothing was decided" in retailer.run("review", "--apply", str(file), code=2)


def test_by_stands_in_for_lines_that_name_nobody(retailer: Retailer, tmp_path: Path) -> None:
    file = tmp_path / "answers.jsonl"
    file.write_text('{"a": "crm/customers/1", "b": "shop/customers/1", "verdict": "same"}')
    retailer.run("review", "--apply", str(file), "--by", "JB")
    assert retailer.customer("crm/1") == retailer.customer("shop/1")


class Terminal:
    """A terminal of a process of its own, read from word to word."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.shown = ""
        self.before = ""

    def until(self, word: str) -> None:
        """Read on behind the next such word; half a minute at most."""
        while word not in self.shown:
            ready, _, _ = select.select([self.number], [], [], 30)
            assert ready, self.before + self.shown
            self.shown += os.read(self.number, 65536).decode(errors="replace")
        shown, _, self.shown = self.shown.partition(word)
        self.before += shown + word

    def press(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self.number, keys)


def test_on_a_real_terminal(retailer: Retailer) -> None:
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "crmsync", "--project", str(retailer.folder), "review"]
    terminal = Terminal(ours)
    with subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs) as child:
        os.close(theirs)
        try:
            terminal.until("Who decides")
            terminal.press(b"JB\n")
            terminal.until("q quit")
            terminal.press(b"\x1b[A")  # the arrow up is no "a"
            terminal.until("q quit")
            terminal.press(b"sq")  # typed ahead
            terminal.until("1 same, 0 apart")
        except BaseException:
            child.kill()
            raise
    os.close(ours)
    assert child.returncode == 0
    assert "Sommer" in terminal.before
    assert retailer.customer("crm/2") == retailer.customer("shop/2")
