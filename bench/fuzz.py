"""Rubbish for every reader: no exception but our own, no hang, no growth of memory.

    python -m bench.fuzz --seconds 600            # every reader, one after the other
    python -m bench.fuzz csv --case 4711          # one case again, with its traceback

Each reader works in a process of its own: one that dies or hangs is told of, with the case, and
the next one goes on behind it. The cases are seeded: the same number is the same rubbish.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import resource
import select
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import fuzzed, rubbish

READERS = ("csv", "jsonl", "json", "parquet", "excel", "http")
PATIENCE = 60.0
"""Seconds for one case; the slowest takes one or two where nothing else runs."""
MOST_MEMORY = 3 << 30
"""Bytes of address space for the reading process: a bomb must not take the machine along."""
GROWTH = 48.0
"""MB that the process may grow by after its warm-up, over however many cases."""
ONE_ARENA = {"MALLOC_ARENA_MAX": "1"}
"""For glibc: with an arena for each thread, what is free lies scattered, and looks like growth."""
DIES = "dies"
EVERY = 100
"""Cases between two looks at the memory."""


@dataclass(slots=True)
class Outcome:
    """What came of one reader's cases: `bad` counts findings by what was raised and where."""

    reader: str
    cases: int = 0
    bad: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)
    memory: list[float] = field(default_factory=list)

    @property
    def growth(self) -> float:
        """MB between the lowest figure of the second quarter and that of the last one."""
        quarter = len(self.memory) // 4
        if not quarter:
            return 0.0
        return min(self.memory[-quarter:]) - min(self.memory[quarter : 2 * quarter])

    def good(self) -> bool:
        """Whether nothing was found."""
        return not self.bad and self.growth <= GROWTH

    def add(self, what: str, case: int) -> None:
        """Count a finding."""
        self.bad[what] += 1
        self.first.setdefault(what, case)

    def __str__(self) -> str:
        memory = f"{min(self.memory):.0f} to {max(self.memory):.0f} MB" if self.memory else "?"
        lines = [f"{self.reader}: {self.cases} cases, {sum(self.bad.values())} bad, "
                 f"memory {memory}, growth {self.growth:.1f} MB"]  # fmt: skip
        lines += [f"  {n} x {what} (first: --case {self.first[what]})"
                  for what, n in self.bad.most_common()]  # fmt: skip
        return "\n".join(lines)


def fuzz(
    reader: str, *, seed: int = 1, seconds: float = 0.0, cases: int = 0, patience: float = PATIENCE
) -> Outcome:
    """Give a reader so many cases, or as many as fit into so many seconds."""
    outcome = Outcome(reader)
    end = time.monotonic() + seconds
    while outcome.cases < cases or (seconds and time.monotonic() < end):
        _watch(outcome, seed, cases, end if seconds else None, patience)
    return outcome


def _watch(outcome: Outcome, seed: int, cases: int, end: float | None, patience: float) -> None:
    """Watch one process until it is done, dies, or hangs; the outcome then stands behind it."""
    first = outcome.cases
    command = [sys.executable, "-m", "bench.fuzz", outcome.reader, "--seed", str(seed),
               "--work", f"{first}:{cases or 10**9}"]  # fmt: skip
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=said, bufsize=0, env=os.environ | ONE_ARENA
        ) as process:
            try:
                how = _listen(process, outcome, end, patience)
            finally:
                process.kill()
        if how == DIES:
            said.seek(0)
            last = said.read().decode(errors="replace").strip().splitlines()[-1:]
            how = f"dies with {process.returncode}: {''.join(last)}"
    if how:
        outcome.add(how, outcome.cases)
        outcome.cases += 1


def _listen(
    process: subprocess.Popen[bytes], outcome: Outcome, end: float | None, patience: float
) -> str:
    """Take in what the process says; gives how it failed, '' when it did not."""
    assert process.stdout is not None
    while end is None or time.monotonic() < end:
        if not select.select([process.stdout], [], [], patience)[0]:
            return "hangs"
        line = process.stdout.readline()
        if not line:
            return DIES
        word, value = json.loads(line)
        if word == "done":
            return ""
        if word == "begun":
            outcome.cases = value
        elif word == "memory":
            outcome.memory.append(value)
        else:
            outcome.add(value, outcome.cases)
    return ""


def work(reader: str, seed: int, first: int, last: int) -> None:
    """Work the cases and say what comes of them, a JSON line each; never raises."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    with cases_of(reader, seed) as run:
        for number in range(first, last):
            _say("begun", number)
            try:
                run(number)
            except Exception as error:  # noqa: BLE001 - this is what is looked for
                _say("bad", where(error))
            if number % EVERY == 0:
                _say("memory", memory())
        _say("begun", last)
    _say("done", None)


def _say(word: str, value: object) -> None:
    sys.stdout.write(json.dumps([word, value]) + "\n")
    sys.stdout.flush()


@contextmanager
def cases_of(reader: str, seed: int) -> Iterator[Callable[[int], None]]:
    """A function that runs the case of a number; raises what should not come out."""
    fuzzed.small_pages()
    good = rubbish.goods("json" if reader == "http" else reader, seed)
    with tempfile.TemporaryDirectory(prefix="crmsync-fuzz-") as folder:
        backend = fuzzed.Backend() if reader == "http" else None
        if backend is None:  # what a first run loads is no growth
            fuzzed.warm_up(Path(folder), reader, good[0])

        def run(number: int) -> None:
            chance = random.Random(f"{seed}/{reader}/{number}")
            if backend is not None:
                fuzzed.read_http(backend, chance.choice(good), chance)
            else:
                content = rubbish.rubbish(reader, good, chance)
                fuzzed.read_file(Path(folder), reader, content, chance)

        yield run


def where(error: BaseException) -> str:
    """What was raised and in which lines of crmsync, without its words: they hold the rubbish."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f"{Path(one.filename).name}:{one.lineno}" for one in frames if "crmsync" in one.filename]
    said = f": {error}" if isinstance(error, AssertionError) else ""
    return f"{type(error).__name__} at {' < '.join(reversed(own[-3:]))}{said}"


def memory() -> float:
    """MB of memory that this process holds, when what it could give back is given back."""
    gc.collect()
    if (pa := sys.modules.get("pyarrow")) is not None:
        pa.default_memory_pool().release_unused()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def again(reader: str, seed: int, case: int) -> None:
    """Run one case in this process; what it raises comes out."""
    with cases_of(reader, seed) as run:
        began = time.perf_counter()
        run(case)
        print(f"{reader} {case}: nothing found, {time.perf_counter() - began:.2f} s")


def main() -> int:
    """Fuzz the named readers (all of them when none is named); 1 when something was found."""
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__)
    parser.add_argument("readers", nargs="*", metavar="READER", help=", ".join(READERS))
    parser.add_argument("--seconds", type=float, default=600.0, help="for each reader")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--case", type=int, help="run this one case here")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.work:
        first, last = map(int, told.work.split(":"))
        work(told.readers[0], told.seed, first, last)
        return 0
    if told.case is not None:
        again(told.readers[0], told.seed, told.case)
        return 0
    good = True
    for reader in told.readers or READERS:
        outcome = fuzz(reader, seed=told.seed, seconds=told.seconds)
        print(outcome, flush=True)
        good = good and outcome.good()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
