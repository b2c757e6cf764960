"""Any history of two backends ends like one run over what they hold at the end; many histories.

    python -m bench.properties --histories 2000 --steps 60
    python -m bench.properties --seed 7           # another series

Each history is a series of creates, updates, deletes, reappearances, merges, new mappers, replays,
crashes and runs (tests/properties). The first one that ends otherwise is made as short as possible
and printed as a test.
"""

from __future__ import annotations

import argparse
import time

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.properties.machine import AnyHistory


def main() -> None:
    """Try so many histories; raises AssertionError at one that ends otherwise."""
    parser = argparse.ArgumentParser(prog="python -m bench.properties", description=__doc__)
    parser.add_argument("--histories", type=int, default=1000)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--as-found", action="store_true", help="do not make it shorter")
    told = parser.parse_args()
    phases = [Phase.generate] if told.as_found else [Phase.generate, Phase.shrink]
    long = settings(
        max_examples=told.histories, stateful_step_count=told.steps, deadline=None, database=None,
        phases=phases, report_multiple_bugs=False, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    began = time.perf_counter()
    run_state_machine_as_test(seed(told.seed)(AnyHistory), settings=long)
    print(f"{told.histories} histories, none ends otherwise, {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
