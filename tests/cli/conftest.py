"""A retailer whose two systems know some of the same people."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.two_systems import Retailer


@pytest.fixture
def retailer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Retailer:
    """The retailer, synced once: two pairs wait for a human, one person is two customers."""
    found = Retailer(tmp_path, capsys)
    found.sync()
    return found
