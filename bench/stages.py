"""Where the time of a record goes: a first load of customers and orders with `sync --profile`.

python -m bench.stages
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import data, ours

CUSTOMERS, ORDERS = 20_000, 40_000


def main() -> None:
    """Load, and print what crmsync says of itself."""
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        data.write(scratch, CUSTOMERS, ORDERS)
        config = ours.CONFIG.format(store="sqlite:///store.db", deletes="none", folder=scratch)
        (scratch / "crmsync.toml").write_text(config, encoding="utf-8")
        command = [sys.executable, "-m", "crmsync", "sync", "--profile", "--as-of", "2026-11-21"]
        environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
        subprocess.run(command, cwd=scratch, check=True, env=environment)


if __name__ == "__main__":
    main()
