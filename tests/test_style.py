"""The caps that no linter counts: lines of a file, lines of a function."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import grok_tui

ROOT = Path(grok_tui.__file__).parent.parent
FILES = sorted(path for room in ("grok_tui", "benchmarks") for path in (ROOT / room).rglob("*.py"))
MAX_FILE = 300
MAX_FUNCTION = 40


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_are_short(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= MAX_FILE
    long = [
        f"{node.name}: {node.end_lineno - node.lineno + 1} lines"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno + 1 > MAX_FUNCTION
    ]
    assert long == []
