"""Start-up: `crmsync --help` and a run with nothing to do, beside importing what they stand on."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import data, ours


def cpu(*arguments: str, folder: str = ".", times: int = 15) -> float:
    """The median CPU seconds of running Python with these arguments in `folder`."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment = kept | {"PYTHONPATH": str(Path.cwd())}
    found = []
    for _ in range(times):
        process = subprocess.Popen(
            [sys.executable, *arguments], stdout=subprocess.DEVNULL, cwd=folder, env=environment
        )
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
        found.append(usage.ru_utime + usage.ru_stime)
    return statistics.median(found)


def compare(what: str, imports: str, *arguments: str, folder: str = ".") -> None:
    """Print what a command needs, and how many times the imports alone that is."""
    floor = cpu("-c", f"import {imports}")
    spent = cpu("-m", "crmsync", *arguments, folder=folder)
    print(f"{what}: {spent:.3f} CPU s, {spent / floor:.2f} times importing {imports} ({floor:.3f})")


if __name__ == "__main__":
    compare("--help", "click, pluggy", "--help")
    with tempfile.TemporaryDirectory() as name:
        data.write(Path(name), 30, 60)
        config = ours.CONFIG.format(store="sqlite:///store.db", deletes="none", folder=name)
        (Path(name) / "crmsync.toml").write_text(config, encoding="utf-8")
        cpu("-m", "crmsync", "sync", folder=name, times=1)
        compare("a sync with nothing to do", "click, pluggy, pydantic, httpx, sqlalchemy", "sync",
                folder=name)  # fmt: skip
