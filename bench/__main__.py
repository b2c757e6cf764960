"""`python -m bench`: every benchmark in turn; `bench.stages` takes the first apart."""

from __future__ import annotations

import subprocess
import sys

NAMES = (
    "load", "scale", "postgres", "unchanged", "over_http", "changed", "habits", "forecast", "till",
    "names", "start",
)  # fmt: skip
for name in NAMES:
    print(f"== bench.{name}", flush=True)
    subprocess.run([sys.executable, "-m", f"bench.{name}", *sys.argv[1:]], check=True)
