"""Lets the tests of a plugin import the fake backend that lies beside them."""

import sys
from pathlib import Path

for folder in sorted(Path(__file__).parent.glob("*/tests")):
    sys.path.append(str(folder))
