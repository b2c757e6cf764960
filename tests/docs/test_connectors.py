"""Every connector that is a package has its page, and every one of its settings a sentence."""

from __future__ import annotations

import pytest

from docs import connectors, make
from tests.docs.pages import DOCS, ROOT

NAMES = sorted(connectors.packages())


def test_every_connector_has_a_page() -> None:
    pages = {path.stem for path in (make.REFERENCE / "connectors").glob("*.md")}
    assert pages == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_connector_has_a_suite(name: str) -> None:
    assert connectors.shown(name).kind.name == name


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_says_what_it_is_for(name: str) -> None:
    kind = connectors.shown(name).kind
    assert set(connectors.descriptions(kind.settings)) == set(kind.settings.model_fields)


@pytest.mark.parametrize("name", NAMES)
def test_the_docs_lead_to_its_readme(name: str) -> None:
    package = connectors.shown(name).package.name
    assert f"../plugins/{package}/README.md" in (DOCS / "README.md").read_text(encoding="utf-8")
    assert (ROOT / "plugins" / package / "README.md").is_file()
