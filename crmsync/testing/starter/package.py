"""The files of a new connector's package, made from the connector and dialect beside this file."""

from __future__ import annotations

import keyword
import re
from pathlib import Path

from crmsync.errors import ConfigError

HERE = Path(__file__).parent
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
LONGEST = 40
PLACES = {
    "pyproject.toml": "pyproject.toml.txt",
    "README.md": "README.md.txt",
    "crmsync_muster/__init__.py": "init.py.txt",
    "crmsync_muster/connector.py": "writer.py",
    "tests/test_muster.py": "suite.py",
}
"""Where each file goes, and what it is made from."""


def package(name: str) -> dict[str, str]:
    """The files of the package `crmsync-NAME`, by their places; ConfigError for a name that
    cannot be one: small letters, digits, and single dashes between them."""
    module = name.replace("-", "_")
    if not NAME.fullmatch(name) or len(name) > LONGEST or keyword.iskeyword(module):
        raise ConfigError(
            "a connector cannot be called so.",
            hint="Small letters and digits, with dashes between them: kassen-wunder.",
        )
    return {
        _named(place, name): _named((HERE / source).read_text(encoding="utf-8"), name)
        for place, source in PLACES.items()
    } | {f"crmsync_{module}/py.typed": ""}


def _named(text: str, name: str) -> str:
    """A text about Muster, about somebody else."""
    module = name.replace("-", "_")
    for old, new in (
        ("from crmsync.testing.starter.writer import", f"from crmsync_{module} import"),
        ("crmsync_muster", f"crmsync_{module}"),
        ("test_muster", f"test_{module}"),
        ("MUSTER", module.upper()),
        ("Muster", "".join(map(str.capitalize, name.split("-")))),
        ("muster", name),
    ):
        text = text.replace(old, new)
    return text
