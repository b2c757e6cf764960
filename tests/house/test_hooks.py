"""A hook is a promise: somebody calls it, a test is named after it, the docs have its signature."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from crmsync import hookspecs

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "crmsync" / "hookspecs.py"
HOOKS = sorted(name for name in vars(hookspecs) if name.startswith("crmsync_"))


def _signature(name: str) -> str:
    """The hook's signature as the docs must have it: one line, from the source."""
    for node in ast.parse(SOURCE.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name == name:
            returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
            return f"{name}({ast.unparse(node.args)}){returns}"
    raise AssertionError(name)


def _texts(folder: str, but: Path | None = None) -> str:
    files = [path for path in (ROOT / folder).rglob("*.py") if path != but]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


@pytest.mark.parametrize("name", HOOKS)
def test_somebody_calls_the_hook(name: str) -> None:
    calls = _texts("crmsync", but=SOURCE)
    assert f'"{name}"' in calls or f"hook.{name}(" in calls


@pytest.mark.parametrize("name", HOOKS)
def test_a_test_is_named_after_the_hook(name: str) -> None:
    assert f"def test_{name}" in _texts("tests", but=Path(__file__))


@pytest.mark.parametrize("name", HOOKS)
def test_the_docs_have_the_exact_signature(name: str) -> None:
    docs = (ROOT / "docs" / "reference" / "hooks.md").read_text(encoding="utf-8")
    assert _signature(name) in docs
