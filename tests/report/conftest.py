"""A small sample retailer, built once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from crmsync.demo.run import run_demo
from crmsync.engine.project import Project, open_project

DAY = "2026-11-21"


@pytest.fixture(scope="session")
def retailer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the retailer."""
    return run_demo(
        tmp_path_factory.mktemp("report") / "shop", people=400, seed=3, as_of=DAY
    ).folder


@pytest.fixture
def project(retailer: Path) -> Iterator[Project]:
    with open_project(retailer) as opened:
        yield opened
