"""Keeps the tests of one file in one process, where the tests run in several."""

from __future__ import annotations

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A file is a group, the live tests are one: what they share is made ready once."""
    for item in items:
        live = "live" in item.path.parent.name
        item.add_marker(pytest.mark.xdist_group("live" if live else item.nodeid.split("::")[0]))
