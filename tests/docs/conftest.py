"""The sample retailer, small, as the docs' commands find it."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmsync.demo.run import run_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demo that was run; copy it before you change it."""
    folder = tmp_path_factory.mktemp("docs") / "crmsync-demo"
    run_demo(folder, people=150, as_of="2025-11-21")
    return folder
