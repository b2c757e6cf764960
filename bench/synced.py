"""Syncs the project in a folder as far as the model, and checks what the run took in.

python -m bench.synced FOLDER [new=3 changed=1000 ...]
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path


def synced(folder: Path, wanted: dict[str, int]) -> None:
    """Leave with 0; with 1 and the report when it was not clean, or counted anything else."""
    from crmsync.manner import calm

    calm()
    from crmsync.engine.project import open_project
    from crmsync.engine.sync import sync

    with open_project(folder) as project:
        report = sync(project, as_of="2026-11-21", behind=False)
    counts: Counter[str] = Counter()
    for landed in report.lands.values():
        counts.update(landed)
    wrong = {name: counts[name] for name, count in wanted.items() if counts[name] != count}
    if report.exit_code() or wrong:
        print(report.as_json(), wrong, file=sys.stderr)
    sys.exit(report.exit_code() or bool(wrong))


if __name__ == "__main__":
    pairs = (one.split("=") for one in sys.argv[2:])
    synced(Path(sys.argv[1]), {name: int(count) for name, count in pairs})
