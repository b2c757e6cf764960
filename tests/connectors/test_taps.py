"""Taps are installed by pip, each into an environment of its own; failing is told plainly."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from crmsync.cli.main import run
from crmsync.connectors import taps
from crmsync.errors import ConfigError

METADATA = "Metadata-Version: 2.1\nName: tap-muster\nVersion: {version}\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: muster\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
POINTS = "[console_scripts]\ntap-muster = tap_muster:main\n"


def wheel(folder: Path, version: str) -> Path:
    """A package that brings the command tap-muster, as pip takes it without asking anybody."""
    path = folder / f"tap_muster-{version}-py3-none-any.whl"
    info = f"tap_muster-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("tap_muster.py", f"def main():\n    print('muster {version}')\n")
        file.writestr(f"{info}/METADATA", METADATA.format(version=version))
        file.writestr(f"{info}/WHEEL", WHEEL)
        file.writestr(f"{info}/entry_points.txt", POINTS)
        file.writestr(f"{info}/RECORD", "")
    return path


def bridge(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = run(["--project", str(folder), "bridge", *words])
    said = capsys.readouterr()
    return code, said.out, said.err


@pytest.mark.slow
def test_install_list_bring_up_to_date_remove(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = wheel(tmp_path, "1.0"), wheel(tmp_path, "1.1")
    code, out, _ = bridge(tmp_path, capsys, "install", "tap-muster", "--pip", str(old))
    assert (code, out.split(",")[0]) == (0, "tap-muster: tap-muster 1.0")
    told = subprocess.run([taps.command_of(tmp_path, "tap-muster")], capture_output=True, text=True)
    assert told.stdout == "muster 1.0\n"
    assert bridge(tmp_path, capsys, "install", "tap-muster", "--pip", str(new))[0] == 0
    code, out, _ = bridge(tmp_path, capsys, "list", "--json")
    (one,) = json.loads(out)
    assert (code, one["version"], one["problem"]) == (0, "1.1", "")
    assert (tmp_path / ".crmsync" / ".gitignore").read_text() == "*\n"
    code, _, err = bridge(tmp_path, capsys, "install", "tap-andere", "--pip", str(new))
    assert (code, "It brings tap-muster" in err) == (2, True)
    assert bridge(tmp_path, capsys, "remove", "tap-muster")[0] == 0
    assert list(taps.installed(tmp_path)) == []


@pytest.mark.slow
def test_what_pip_cannot_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = f"{tmp_path}/tap_muster-9-py3-none-any.whl"
    code, _, err = bridge(tmp_path, capsys, "install", "tap-muster", "--pip", missing)
    assert code == 2
    assert "tap-muster cannot be installed" in err
    assert "IT:" in err
    assert not (tmp_path / ".crmsync" / "taps" / "tap-muster").exists()


def test_a_python_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = bridge(tmp_path, capsys, "install", "tap-muster", "--python", "python9.9")
    assert (code, "there is no Python 'python9.9'" in err) == (2, True)


def test_names_that_lead_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("../tap-muster", "/tmp/tap", ".", "", "tap muster"):
        with pytest.raises(ConfigError, match="cannot be the name of a tap"):
            taps.folder_of(tmp_path, name)
    assert bridge(tmp_path, capsys, "remove", "tap-muster")[0] == 2


def test_half_an_installation_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / taps.FOLDER / "tap-muster").mkdir(parents=True)
    code, out, _ = bridge(tmp_path, capsys, "list")
    assert (code, "did not end" in out.replace("\n", " ")) == (1, True)
    with pytest.raises(ConfigError, match="is not installed here") as caught:
        taps.command_of(tmp_path, "tap-muster")
    assert "crmsync bridge install tap-muster" in caught.value.hint


PIP = """#!/bin/sh
echo "$@" >> "$0.seen"
env >> "$0.seen"
echo "ERROR: Could not fetch https://nutzer:geheim@index.example/simple." >&2
exit 1
"""


@pytest.mark.skipif(os.name != "posix", reason="a script of the shell")
def test_no_secret_is_told_nor_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / taps.FOLDER / "tap-muster" / "bin"
    place.mkdir(parents=True)
    python = place / "python"
    python.write_text(PIP, encoding="utf-8")
    python.chmod(0o700)
    monkeypatch.setenv("SHOP_TOKEN", "streng-geheim")
    with pytest.raises(ConfigError) as caught:
        taps.install(tmp_path, "tap-muster", package="git+https://nutzer:geheim@git.example/tap")
    assert "geheim" not in str(caught.value)
    assert "https://index.example/simple" in str(caught.value)
    seen = python.with_name("python.seen").read_text()
    assert "geheim" not in seen
    assert f"PATH={os.environ['PATH']}" in seen
