"""A file is put in its place whole or not at all, and what a killed process left is removed."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from crmsync.store import files


def test_the_old_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    files.put(path, b"alt", point="test")
    with files.replaced(path, point="test") as new:
        new.write_bytes(b"neu")
        assert path.read_bytes() == b"alt"
    assert path.read_bytes() == b"neu"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_everything_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    files.put(path, b"alt", point="test")
    with pytest.raises(ZeroDivisionError), files.replaced(path, point="test") as new:
        new.write_bytes(b"halb")
        raise ZeroDivisionError
    assert path.read_bytes() == b"alt"
    assert list(tmp_path.iterdir()) == [path]


def test_what_a_killed_process_left_is_removed_but_not_what_another_is_writing(
    tmp_path: Path,
) -> None:
    path, dead, alive = (tmp_path / name for name in ("till", ".till.1.new", ".till.2.new"))
    for one in (dead, alive):
        one.write_bytes(b"Frau Wrobel")
    long_ago = alive.stat().st_mtime - files.ABANDONED_SECONDS - 60
    os.utime(dead, (long_ago, long_ago))
    files.put(path, b"neu", point="test")
    assert sorted(tmp_path.iterdir()) == [alive, path]
