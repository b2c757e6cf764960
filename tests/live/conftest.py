"""Live servers: installed and seeded once, then started for each test on a copy of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .lab import cache_root
from .tryton_server import Tryton
from .tryton_server import prepare as prepare_tryton
from .vendure_server import Vendure
from .vendure_server import prepare as prepare_vendure


@pytest.fixture(scope="session")
def installed_tryton() -> Path:
    """Where Tryton and its seeded database are, installed when they are not there."""
    return prepare_tryton(cache_root())


@pytest.fixture(scope="session")
def installed_vendure() -> Path:
    """Where Vendure and its seeded database are, installed when they are not there."""
    return prepare_vendure(cache_root())


@pytest.fixture
def tryton(installed_tryton: Path, tmp_path: Path) -> Iterator[Tryton]:
    """A running Tryton that belongs to this test."""
    place = tmp_path / "tryton"
    place.mkdir()
    running = Tryton(installed_tryton, place)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def vendure(installed_vendure: Path, tmp_path: Path) -> Iterator[Vendure]:
    """A running Vendure that belongs to this test."""
    place = tmp_path / "vendure"
    place.mkdir()
    running = Vendure(installed_vendure, place)
    running.start()
    yield running
    running.stop()
