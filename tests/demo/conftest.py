"""One built sample for every test of the demo."""

from __future__ import annotations

import pytest

from crmsync.demo.sample import Sample, build

DAY = "2025-03-31"


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """The sample with 200 people, counted from 31 March 2025."""
    return build(tmp_path_factory.mktemp("beispiel"), people=200, seed=5, as_of=DAY)
