"""Runs the stage resolve alone over what is in a project's store, and writes how long it took.

python -m bench.identity.resolved FOLDER
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson


def resolved(folder: Path) -> None:
    """Write resolved.json: the wall seconds of the stage and its counts."""
    from crmsync.manner import calm

    calm()
    from crmsync.engine import behind
    from crmsync.engine.project import open_project
    from crmsync.engine.report import Report
    from crmsync.engine.sync import silent
    from crmsync.identity import scene

    compared, judge = [], scene.judge_pairs

    def counting(cast: Any, face: Any, met: Any, model: Any) -> Any:
        compared.append(len(met))
        return judge(cast, face, met, model)

    scene.judge_pairs = counting
    whole = behind.chain
    behind.chain = lambda *told: whole(*told)[:1]  # the stages behind it are not measured here
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    with open_project(folder) as project:
        report = Report("bench", "2026-11-21")
        began = time.perf_counter()
        behind.run_behind(project, report, silent, now)
        took = time.perf_counter() - began
    counts = {name: dict(found) for name, found in report.stages.items()}
    if set(counts) != {"resolve"} or report.failures:
        raise RuntimeError(f"not resolve alone, or not done: {counts}, {report.failures}")
    told = {"seconds": took, "counts": counts, "compared": sum(compared)}
    (folder / "resolved.json").write_bytes(orjson.dumps(told))


if __name__ == "__main__":
    resolved(Path(sys.argv[1]))
