"""`crmsync plugins new` writes a package that installs, registers itself, and passes its suite."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from crmsync.cli.main import run

ROOT = Path(__file__).parents[2]


def new(folder: Path, name: str) -> int:
    return run(["--project", str(folder), "plugins", "new", name])


def environment(folder: Path) -> Path:
    """The interpreter of a fresh environment that sees what this one has, and nothing else."""
    venv.create(folder, with_pip=False)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    program = "import sysconfig; print(sysconfig.get_path('purelib'))"
    told = subprocess.run([python, "-c", program], capture_output=True, text=True, check=True)
    own = [str(ROOT), sysconfig.get_path("purelib")]
    (Path(told.stdout.strip()) / "ours.pth").write_text("\n".join(own), encoding="utf-8")
    return python


@pytest.mark.slow
def test_a_new_package_installs_and_passes_its_suite_at_once(tmp_path: Path) -> None:
    assert new(tmp_path, "kassen-wunder") == 0
    package, python = tmp_path / "crmsync-kassen-wunder", environment(tmp_path / "venv")
    install = ["-m", "pip", "--python", str(python), "install", "--quiet", "--no-index",
               "--no-deps", "--no-build-isolation", "--editable", str(package)]  # fmt: skip
    subprocess.run([sys.executable, *install], check=True, capture_output=True)
    listed = subprocess.run(
        [python, "-m", "crmsync", "plugins", "list"], capture_output=True, text=True, cwd=tmp_path
    )
    assert "kassen-wunder" in listed.stdout
    told = subprocess.run(
        [python, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider"],
        capture_output=True, text=True, cwd=package,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout
    assert ", 0 bypassed," in told.stdout
    assert ", 0 broken" in told.stdout


def test_what_is_written_names_nobody_else(tmp_path: Path) -> None:
    assert new(tmp_path, "kassen-wunder") == 0
    package = tmp_path / "crmsync-kassen-wunder"
    files = {str(one.relative_to(package)).replace(os.sep, "/"): one.read_text(encoding="utf-8")
             for one in package.rglob("*") if one.is_file()}  # fmt: skip
    assert set(files) == {
        "README.md", "pyproject.toml", "tests/test_kassen_wunder.py",
        "crmsync_kassen_wunder/__init__.py", "crmsync_kassen_wunder/connector.py",
        "crmsync_kassen_wunder/py.typed",
    }  # fmt: skip
    for place, text in files.items():
        assert "muster" not in text.lower(), place


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "crmsync-laden").mkdir()
    assert new(tmp_path, "laden") == 2
    assert list((tmp_path / "crmsync-laden").iterdir()) == []


@pytest.mark.parametrize("name", ["Laden", "1laden", "-laden", "laden-", "la--den", "lädchen",
                                  "class", "../laden", "x" * 41, "files", ""])  # fmt: skip
def test_a_name_that_cannot_be_is_refused(name: str, tmp_path: Path) -> None:
    assert new(tmp_path, name) == 2
    assert list(tmp_path.iterdir()) == []
