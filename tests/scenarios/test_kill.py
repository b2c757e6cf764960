"""Kill -9 at any moment, run again at once: the result equals an undisturbed run."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.scenarios.inside import STAGES, kills
from tests.scenarios.killing import outcome

TIMES, INSIDE = 10, 1
"""The kills of this test; `python -m bench.kill` makes more of them."""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_killed_run_ends_like_an_undisturbed_one(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    folder = tmp_path / "project"
    url = f"sqlite:///{folder / 'store.db'}"
    if kind == "postgres":
        url = request.getfixturevalue("postgres_url")
    met = Counter[str]()
    for kill in kills(folder, url, times=TIMES, inside=INSIDE):
        assert kill.differ == [], kill.point
        met[kill.stage] += 1
    assert min(met[stage] for stage in STAGES) >= INSIDE
    found = outcome(url, folder)
    assert len(found["source_customer"]) == 149
    assert len(found["ledger"]) > 100
    assert sum("'doc', '{" in row for row in found["card"]) > 100
    assert len(found["(till)"]) > 100
