"""How Python works in a process that does one thing and ends.

It looks for cycles less often: records make few cycles and many objects, and the usual thresholds
walk through them again and again. And its threads take turns more often: the one that reads a slow
backend need not wait 5 ms for its turn whenever something has come in.
"""

from __future__ import annotations

import atexit
import gc
import sys


def calm() -> None:
    """Look for cycles every 500,000 objects, take turns twice a millisecond.

    Only a process of our own may be told so.

    At the end of the process nothing is looked for: its memory goes back as a whole. Python would
    walk through all that is left, a tenth of a second for what is imported alone.
    """
    gc.set_threshold(500_000, 10, 10)
    sys.setswitchinterval(0.0005)
    atexit.register(_leave_the_rest)


def _leave_the_rest() -> None:
    """DuckDB counts its objects at the end, and calls on stderr what is still there a leak."""
    if "duckdb" not in sys.modules:
        gc.freeze()
