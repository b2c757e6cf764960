"""Sets everything up on a fresh machine and runs it.

    python3 dev.py demo | test | oldest | check | bench

Needs Python 3.11 or newer with pip; makes a virtual environment in .venv and installs into it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PLUGINS = sorted(path.parent for path in (HERE / "plugins").glob("*/pyproject.toml"))


def run(*command: str | Path) -> None:
    """Run a command here; leave with its exit code when it fails."""
    print("$", " ".join(str(part) for part in command).replace(f"{HERE}{os.sep}", ""), flush=True)
    code = subprocess.call([str(part) for part in command], cwd=HERE)
    if code:
        sys.exit(code)


def install(extras: str, *packages: str) -> None:
    """Make .venv if needed and install crmsync into it, editable."""
    if not (BIN / "python").exists() and not (BIN / "python.exe").exists():
        venv.create(VENV, with_pip=True)
    run(BIN / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "--editable", f".{extras}", *packages)  # fmt: skip


def everything() -> None:
    """Install crmsync with all that its tests need, and its plugins, unless that is done."""
    wanted = sha256(sys.version.encode())
    for path in (HERE, *PLUGINS):
        wanted.update((path / "pyproject.toml").read_bytes())
    done = VENV / "installed"
    if not done.exists() or done.read_text(encoding="ascii") != wanted.hexdigest():
        install("[dev]", *(part for path in PLUGINS for part in ("--editable", str(path))))
        done.write_text(wanted.hexdigest(), encoding="ascii")


def demo(*arguments: str) -> None:
    """The README's first command."""
    install("")
    run(BIN / "crmsync", "demo", *arguments)
    activate = (BIN / "activate").relative_to(HERE)
    print(f"`source {activate}` puts crmsync on the path of this terminal.")


def test(*arguments: str) -> None:
    """The README's second command: every test, the live ones included, on all cores."""
    everything()
    with in_memory():
        run(BIN / "python", "-m", "pytest", *spread(), *arguments)


@contextmanager
def in_memory() -> Iterator[None]:
    """Has tests put their files into memory, where there is a place for files and enough of it.

    They make thousands of small stores, and a disk takes a seventh of their time. Whoever sets
    TMPDIR decides himself.
    """
    place = Path("/dev/shm")
    if "TMPDIR" in os.environ or not roomy(place):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="crmsync-", dir=place) as folder:
        os.environ["TMPDIR"] = folder
        try:
            yield
        finally:
            del os.environ["TMPDIR"]


def roomy(place: Path) -> bool:
    """Whether there is such a place in memory, with room for all tests, and programs run in it."""
    if not place.is_dir() or not os.access(place, os.W_OK):
        return False
    free = min(shutil.disk_usage(place).free, _available())
    return free >= ENOUGH and not os.statvfs(place).f_flag & os.ST_NOEXEC


ENOUGH = 8 << 30
"""Bytes that must be free; all tests together write a third of it."""


def _available() -> int:
    """Bytes of memory that nobody needs, as Linux estimates them."""
    told = Path("/proc/meminfo").read_text(encoding="ascii").partition("MemAvailable:")[2]
    return int(told.split()[0]) << 10 if told else 0


def spread() -> tuple[str, ...]:
    """Has pytest use all cores, and one process more, for many tests wait for others."""
    return ("-n", str(min((os.cpu_count() or 1) + 1, 8)), "--dist", "loadgroup")


OLDEST = "duckdb==1.5.0"
"""The oldest DuckDB that pyproject.toml allows; the tests above run on the newest."""
ASKED = ("tests/profile/test_compute.py", "tests/profile/test_habits.py", "tests/profile/value",
         "tests/profile/watch", "tests/report/test_figures.py")  # fmt: skip


def oldest(*arguments: str) -> None:
    """What DuckDB works out, on the oldest one that is allowed."""
    everything()
    folder = VENV / "oldest"
    run(BIN / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
        "--no-deps", "--upgrade", "--target", folder, OLDEST)  # fmt: skip
    os.environ["PYTHONPATH"] = str(folder)
    run(BIN / "python", "-m", "pytest", *spread(), *ASKED, *arguments)


def check() -> None:
    """Lint, types, layers."""
    everything()
    run(BIN / "ruff", "format", "--check", ".")
    run(BIN / "ruff", "check", ".")
    run(BIN / "mypy", "crmsync", *[str(path) for path in PLUGINS])
    run(BIN / "lint-imports")


def bench(*arguments: str) -> None:
    """The benchmarks, each a ratio to a floor or a peer in the same run."""
    everything()
    run(BIN / "python", "-m", "bench", *arguments)


COMMANDS = {"demo": demo, "test": test, "oldest": oldest, "check": check, "bench": bench}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(__doc__)
    COMMANDS[sys.argv[1]](*sys.argv[2:])
