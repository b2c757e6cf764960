"""Makes crmsync/normalize/personal/person_names.json from CLDR: python tools/person_names.py

Fetches the npm packages named below with the npm of this machine, keeps what formatting needs and
writes it compactly: every pattern once, every table of patterns once, and only those locales that
differ from what they inherit. The licence of the data goes beside it.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

VERSION = "48.2.0"
PACKAGES = ("cldr-person-names-full", "cldr-core")
TARGET = Path(__file__).parents[1] / "crmsync" / "normalize" / "personal"
LENGTHS = ("long", "medium", "short")
FORMALITIES = ("formal", "informal")
USAGES = {
    "givenFirst": ("referring", "addressing", "monogram"),
    "surnameFirst": ("referring", "addressing", "monogram"),
    "sorting": ("referring",),
}
CELLS = [
    (order, length, usage, formality)
    for order, usages in USAGES.items()
    for length in LENGTHS
    for usage in usages
    for formality in FORMALITIES
]
"""The places of a table of patterns; crmsync.normalize.personal.data counts them alike."""


def fetch(folder: Path) -> dict[str, Path]:
    """The unpacked packages by name."""
    npm = shutil.which("npm") or "npm"
    for name in PACKAGES:
        subprocess.run([npm, "pack", "--silent", f"{name}@{VERSION}"], cwd=folder, check=True)
        with tarfile.open(folder / f"{name}-{VERSION}.tgz") as archive:
            archive.extractall(folder / name, filter="data")
    return {name: folder / name / "package" for name in PACKAGES}


def read(path: Path) -> Any:
    """A JSON file."""
    return json.loads(path.read_text(encoding="utf-8"))


def personal(main: Path) -> dict[str, Any]:
    """What each locale says of person names."""
    found = {}
    for path in sorted(main.glob("*/personNames.json")):
        found[path.parent.name] = read(path)["main"][path.parent.name]["personNames"]
    return found


def parent(locale: str, parents: dict[str, str]) -> str:
    """The locale from which one inherits; und is the root."""
    return parents.get(locale) or locale.rpartition("-")[0] or "und"


class Shelf:
    """Values by number, each kept once."""

    def __init__(self) -> None:
        self.values: list[Any] = []
        self._places: dict[str, int] = {}

    def place(self, value: Any) -> int:
        """The number of a value."""
        key = json.dumps(value)
        if key not in self._places:
            self._places[key] = len(self.values)
            self.values.append(value)
        return self._places[key]


def cell(names: dict[str, Any], where: tuple[str, ...], patterns: Shelf) -> int | list[int]:
    """The pattern, or the patterns, in one place of a table."""
    order, length, usage, formality = where
    told = names["personName"][order][length][usage]
    found = [told[key] for key in sorted(told) if key == formality or
             key.startswith(f"{formality}-alt")]  # fmt: skip
    places = [patterns.place(pattern) for pattern in found]
    return places[0] if len(places) == 1 else places


def compact(names: dict[str, Any], patterns: Shelf, tables: Shelf) -> list[Any]:
    """What one locale says, as a row."""
    table = tables.place([cell(names, where, patterns) for where in CELLS])
    orders = [" ".join(names[order]) for order in ("givenFirst", "surnameFirst")]
    spaces = [names["nativeSpaceReplacement"], names["foreignSpaceReplacement"]]
    initials = [names["initial"], names["initialSequence"]]
    return [*orders, *spaces, *initials, names["length"], names["formality"], table]


def likely(told: dict[str, str], languages: set[str]) -> dict[str, str]:
    """The likely subtags of these languages, and of scripts."""
    kept = {}
    for tag, full in told.items():
        language, *rest = tag.split("-")
        by_script = language == "und" and (not rest or len(rest[-1]) == 4)
        if by_script or (language in languages and full.count("-") == 2):
            kept[tag] = full
    return kept


def main() -> None:
    """Write the data and its licence."""
    with tempfile.TemporaryDirectory() as name:
        packages = fetch(Path(name))
        told = personal(packages["cldr-person-names-full"] / "main")
        core = packages["cldr-core"] / "supplemental"
        parents = read(core / "parentLocales.json")["supplemental"]["parentLocales"]["parentLocale"]
        subtags = read(core / "likelySubtags.json")["supplemental"]["likelySubtags"]
        shutil.copy(packages["cldr-person-names-full"] / "LICENSE", TARGET / "LICENSE-UNICODE.txt")
    patterns, tables = Shelf(), Shelf()
    rows = {locale: compact(names, patterns, tables) for locale, names in told.items()}
    kept = {
        locale: row
        for locale, row in rows.items()
        if locale == "und" or rows.get(parent(locale, parents)) != row
    }
    data = {
        "cldr": VERSION,
        "patterns": patterns.values,
        "tables": tables.values,
        "locales": kept,
        "parents": {child: of for child, of in parents.items() if child in told},
        "likely": likely(subtags, {locale.partition("-")[0] for locale in kept}),
    }
    lines = [f"{json.dumps(key)}: {packed(value)}" for key, value in data.items()]
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    (TARGET / "person_names.json").write_text(text, encoding="utf-8")


def packed(value: Any) -> str:
    """JSON without blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    main()
