"""A reader who does what a page says: writes its files, types its lines, and compares."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import dev
from crmsync.cli.main import run
from crmsync.demo.sample import TOKEN, point_to
from crmsync.demo.shop import PORT, Shop, load, opened
from tests.docs.pages import ROOT, Block, Command, commands, missing

SHELL = frozenset({"cp", "mkdir", "mv", "rm", "sed"})
"""What a page may ask of the shell beside crmsync."""

EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
    "optional-dependencies"
]


class Reader:
    """Follows one page in a folder of its own; `demo` is the sample retailer it may find there."""

    def __init__(self, folder: Path, demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.demo, self.monkeypatch = folder, demo, monkeypatch
        self.replaced: dict[str, str] = {}
        self.kept = contextlib.ExitStack()
        monkeypatch.chdir(folder)

    def follow(self, block: Block) -> None:
        """Do what a block says; AssertionError when it does not end as shown."""
        kind, _, name = block.note.partition(": ")
        if kind in ("file", "more"):
            self._write(name, block.text, more=kind == "more")
        elif block.language == "console":
            for command in commands(block):
                self._type(command)
        elif block.language == "python":
            with self._listening():
                exec(compile(block.text, "a page", "exec"), {})

    def close(self) -> None:
        """Close what the page left open."""
        self.kept.close()

    def _write(self, name: str, text: str, *, more: bool) -> None:
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        for old, new in self.replaced.items():
            text = text.replace(old, new)
        before = path.read_text(encoding="utf-8") + "\n" if more else ""
        path.write_text(before + text, encoding="utf-8")

    def _type(self, command: Command) -> None:
        with self._listening() as told:
            code = self._run(command.line)
        assert code == command.code, f"{command.line}: exit {code}\n{told.getvalue()}"
        lost = missing(command.shown, told.getvalue())
        assert not lost, f"{command.line}: not told: {lost}\n{told.getvalue()}"

    def _run(self, line: str) -> int:
        words = shlex.split(line)
        known = {
            "crmsync": self._crmsync,
            "python3": self._dev,
            "python": self._python,
            "cd": self._cd,
            "export": self._export,
            "pip": self._pip,
            "source": self._source,
        }
        if words[0] in known:
            return known[words[0]](words[1:])
        assert words[0] in SHELL, f"no test runs `{line}`"
        done = subprocess.run(line, shell=True, capture_output=True, text=True)
        print(done.stdout + done.stderr)
        return done.returncode

    def _crmsync(self, words: list[str]) -> int:
        return run(words)

    def _dev(self, words: list[str]) -> int:
        """`python3 dev.py …`: the commands are there; the demo is the one that was run before."""
        assert words[0] == "dev.py"
        assert words[1] in dev.COMMANDS
        if words[1] == "demo":
            shutil.copytree(self.demo, "crmsync-demo")
        return 0

    def _python(self, words: list[str]) -> int:
        """`python -m …`: the sample's shop, or the tests that the page shows."""
        if words[1] == "pytest":
            return self._pytest(words)
        return self._shop(words)

    def _pytest(self, words: list[str]) -> int:
        """`python -m pytest …`: in a process of its own, with what the page wrote."""
        done = subprocess.run(
            [sys.executable, *words, "-p", "no:cacheprovider"], capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        print(done.stdout + done.stderr)
        return done.returncode

    def _shop(self, words: list[str]) -> int:
        """`python -m crmsync.demo.shop .`: the sample's shop stays open while the page is read."""
        assert words == ["-m", "crmsync.demo.shop", "."]
        here = Path.cwd()
        shop = self.kept.enter_context(opened(Shop(load(here), token=TOKEN)))
        point_to(here, shop.url)
        self.replaced[f"http://127.0.0.1:{PORT}"] = shop.url
        return 0

    def _cd(self, words: list[str]) -> int:
        self.monkeypatch.chdir(Path(words[0]).expanduser())
        return 0

    def _export(self, words: list[str]) -> int:
        name, _, value = words[0].partition("=")
        self.monkeypatch.setenv(name, self.replaced.get(value, value))
        return 0

    def _pip(self, words: list[str]) -> int:
        """`pip install 'crmsync[extra]'`: the extra is there."""
        (extra,) = re.findall(r"^crmsync\[(\w+)\]$", words[-1])
        assert extra in EXTRAS
        return 0

    def _source(self, words: list[str]) -> int:
        """The environment that dev.py made."""
        assert words == [".venv/bin/activate"]
        assert dev.VENV.name == ".venv"
        return 0

    @contextlib.contextmanager
    def _listening(self) -> Iterator[io.StringIO]:
        told = io.StringIO()
        with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
            yield told
