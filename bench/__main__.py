"""`python -m bench`: every benchmark in turn; `python -m bench.stages` takes the first apart."""

from __future__ import annotations

import subprocess
import sys

for name in ("load", "unchanged", "habits", "till", "start"):
    print(f"== bench.{name}", flush=True)
    subprocess.run([sys.executable, "-m", f"bench.{name}", *sys.argv[1:]], check=True)
