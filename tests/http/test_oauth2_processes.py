"""Tokens that several real processes share, also where one is killed in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from crmsync.errors import (
    CredentialsError,
    FileError,
)
from crmsync.http import (
    RefreshToken,
    TokenFile,
)
from tests.http.authority import Authority, ask, client, refresh

WORK = """
import os, signal, sys
from pathlib import Path
from crmsync.http import Client, RefreshToken, TokenFile
url, folder, die = sys.argv[1:4]
store = TokenFile(Path(folder), "kasse")
writes = TokenFile.write
def dying(self, token):
    if token.refresh and token.refresh != "r-0":
        os.kill(os.getpid(), signal.SIGKILL)
    writes(self, token)
if die == "die":
    TokenFile.write = dying
replaces, count = Path.replace, []
def dying_there(self, target):
    count.append(target)
    if len(count) == 2:  # the first one only tries whether the disk takes it
        if die == "die after":
            replaces(self, target)
        os.kill(os.getpid(), signal.SIGKILL)
    return replaces(self, target)
if die.startswith("die "):
    Path.replace = dying_there
auth = RefreshToken(url + "/token", refresh_token="r-0", store=store, client_id="c")
web = Client(url, auth=auth)
print("ready", flush=True)
for line in sys.stdin:
    print(web.get("/").data, flush=True)
"""


class Workers:
    """Real processes that share a token file."""

    def __init__(self, url: str, folder: Path, *kinds: str) -> None:
        root = str(Path(__file__).parents[2])
        environment = {**os.environ, "PYTHONPATH": root}
        self.processes = [
            subprocess.Popen(
                [sys.executable, "-c", WORK, url, str(folder), kind],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=environment,
                text=True,
            )
            for kind in kinds
        ]
        assert [self._line(one) for one in self.processes] == ["ready"] * len(kinds)

    def ask(self) -> Sequence[str]:
        """What each of them is answered; all ask at once."""
        for one in self.processes:
            assert one.stdin
            one.stdin.write("\n")
            one.stdin.flush()
        return [self._line(one) for one in self.processes]

    def close(self) -> list[int]:
        """How each of them ended."""
        for one in self.processes:
            one.communicate(timeout=60)
        return [one.returncode for one in self.processes]

    def _line(self, process: subprocess.Popen[str]) -> str:
        assert process.stdout
        return process.stdout.readline().strip()


def test_two_processes_renew_once_and_neither_is_left_with_a_dead_token(
    authority: Authority, url: str, tmp_path: Path
) -> None:
    workers = Workers(url, tmp_path, "live", "live")
    for number in range(1, 6):
        assert workers.ask() == [f"a-{number}"] * 2
        assert len(authority.grants) == number
        authority.access = set()
    assert workers.close() == [0, 0]
    spent = [one.form["refresh_token"] for one in authority.grants]
    assert spent == [f"r-{number}" for number in range(5)]


def test_a_process_killed_between_answer_and_file_leaves_a_way_on(
    authority: Authority, url: str, tmp_path: Path
) -> None:
    authority.grace = True
    workers = Workers(url, tmp_path, "die")
    assert workers.ask() == [""]
    assert workers.close() == [-signal.SIGKILL]
    assert len(authority.grants) == 1
    assert list(tmp_path.glob(".*.new")) == []
    workers = Workers(url, tmp_path, "live")
    assert workers.ask() == ["a-2"]
    assert workers.close() == [0]


@pytest.mark.parametrize("kind", ["die before", "die after"])
def test_a_process_killed_while_it_keeps_the_token_loses_nothing(
    authority: Authority, url: str, tmp_path: Path, kind: str
) -> None:
    workers = Workers(url, tmp_path, kind)
    assert workers.ask() == [""]
    assert workers.close() == [-signal.SIGKILL]
    workers = Workers(url, tmp_path, "live")
    assert workers.ask() == ["a-1"]
    authority.access = set()
    assert workers.ask() == ["a-2"]
    assert workers.close() == [0]
    assert [one.form["refresh_token"] for one in authority.grants] == ["r-0", "r-1"]
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".lock"]


def test_what_a_killed_process_wrote_half_is_removed(url: str, tmp_path: Path) -> None:
    left = tmp_path / ".kasse.json.4711.new"
    left.write_text('{"access": "a-')
    store = TokenFile(tmp_path, "kasse")
    assert ask(url, client(url, store=store)) == ["a-1"]
    assert not left.exists()


def test_a_token_kept_late_does_not_replace_a_newer_one(
    authority: Authority, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority.grace = True
    writes = TokenFile.write

    def full(self: TokenFile, token: Any) -> None:
        if token.refresh:
            raise FileError("the disk is full.")
        writes(self, token)

    one, other = refresh(url, tmp_path), refresh(url, tmp_path)
    monkeypatch.setattr(TokenFile, "write", full)
    assert ask(url, one) == ["a-1"]
    monkeypatch.setattr(TokenFile, "write", writes)
    assert ask(url, other) == ["a-2"]
    assert ask(url, one) == ["a-2"]
    assert ask(url, other) == ["a-2"]


def test_where_the_backend_has_no_grace_the_loss_is_said_with_what_to_do(
    authority: Authority, url: str, tmp_path: Path
) -> None:
    workers = Workers(url, tmp_path, "die")
    workers.ask()
    workers.close()
    with pytest.raises(CredentialsError, match="authorize crmsync anew"):
        store = TokenFile(tmp_path, "kasse")
        ask(url, RefreshToken(f"{url}/token", refresh_token="r-0", store=store, client_id="c"))
