"""crmsync search: finds the store's customers as a person types them, and nobody who is gone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crmsync.cli.main import run
from tests.cli.test_people import DAY, retailer


def searched(
    folder: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> list[dict[str, object]]:
    """What `crmsync search --json` prints."""
    capsys.readouterr()
    assert run(["--project", str(folder), "search", text, "--json"]) == 0
    found: list[dict[str, object]] = json.loads(capsys.readouterr().out)
    return found


def test_search_finds_by_sound_and_follows_the_next_sync(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = retailer(tmp_path)
    (found,) = searched(folder, "Somer", capsys)
    assert (found["name"], found["sources"], found["controller"]) == ("Sommer", 1, "muster")
    people = "Nr;Name;Geburtstag\n1;Frühling;\n2;Winter;\n3;Herbst;\n"
    (folder / "kunden.csv").write_text(people, encoding="utf-8")
    run(["--project", str(folder), "sync", "--as-of", DAY])
    assert searched(folder, "Sommer", capsys) == []
    assert [one["customer_id"] for one in searched(folder, "fruehling", capsys)] == [
        found["customer_id"]
    ]


def test_search_shows_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = retailer(tmp_path)
    assert run(["--project", str(folder), "search", "winter"]) == 0
    assert "Winter" in capsys.readouterr().out
    assert run(["--project", str(folder), "search", "nemo"]) == 0
    assert capsys.readouterr().out == "Found: none\n"
