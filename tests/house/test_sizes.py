"""The house stays small: the size figures of the design, measured."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path
    for folder in ("crmsync", "plugins")
    for path in (ROOT / folder).rglob("*.py")
    if "tests" not in path.parts and "versions" not in path.parts
)


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function's body without its docstring."""
    body = function.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def _functions() -> list[int]:
    return [
        _lines(node)
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]


def test_functions_are_short() -> None:
    lengths = sorted(_functions())
    assert statistics.median(lengths) <= 7
    assert lengths[int(len(lengths) * 0.9)] <= 30


def test_files_are_small() -> None:
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {path: size for path, size in sizes.items() if size > 450} == {}
    assert sum(size <= 250 for size in sizes.values()) / len(sizes) >= 0.9


def test_modules_say_what_they_are_for() -> None:
    silent = [
        path for path in FILES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert [path for path in silent if path.read_text(encoding="utf-8").strip()] == []
