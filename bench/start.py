"""Start-up: the CPU of `crmsync --help` beside importing click and pluggy alone."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys


def cpu(*arguments: str, times: int = 15) -> float:
    """The median CPU seconds of running Python with these arguments."""
    found = []
    for _ in range(times):
        process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
        found.append(usage.ru_utime + usage.ru_stime)
    return statistics.median(found)


if __name__ == "__main__":
    floor = cpu("-c", "import click, pluggy")
    ours = cpu("-m", "crmsync", "--help")
    print(f"import click, pluggy {floor:.3f} CPU s; crmsync --help {ours:.3f} CPU s; "
          f"ratio {ours / floor:.2f}")  # fmt: skip
