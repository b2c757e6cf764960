"""Every connector that is a package has its page, and every one of its settings a sentence."""

from __future__ import annotations

import pytest

from docs import connectors, make
from tests.docs.pages import DOCS, ROOT

SHOWN = connectors.connectors()
PACKAGES = {path.parent.name for path in ROOT.glob("plugins/*/pyproject.toml")}


def test_every_package_has_a_suite_and_a_page() -> None:
    assert {one.package.name for one in SHOWN.values()} == PACKAGES
    pages = {path.stem for path in (make.REFERENCE / "connectors").glob("*.md")}
    assert pages == set(SHOWN)


@pytest.mark.parametrize("name", SHOWN)
def test_every_setting_says_what_it_is_for(name: str) -> None:
    kind = SHOWN[name].kind
    assert set(connectors.descriptions(kind.settings)) == set(kind.settings.model_fields)


@pytest.mark.parametrize("name", SHOWN)
def test_the_docs_lead_to_its_readme(name: str) -> None:
    package = SHOWN[name].package.name
    assert f"../plugins/{package}/README.md" in (DOCS / "README.md").read_text(encoding="utf-8")
    assert (ROOT / "plugins" / package / "README.md").is_file()
