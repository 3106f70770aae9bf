"""The caps that no linter counts: lines of a file, lines of a function."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING

import grok_tui

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(grok_tui.__file__).parent.parent
FILES = sorted(path for room in ("grok_tui", "benchmarks") for path in (ROOT / room).rglob("*.py"))
MAX_FILE = 300
MAX_FUNCTION = 40


def test_files_and_functions_are_short() -> None:
    assert FILES
    assert [fault for path in FILES for fault in long(path)] == []


def long(path: Path) -> Iterator[str]:
    """What in a file is longer than the caps."""
    name, text = path.relative_to(ROOT), path.read_text()
    lines = len(text.splitlines())
    if lines > MAX_FILE:
        yield f"{name}: {lines} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
            lines = node.end_lineno - node.lineno + 1
            if lines > MAX_FUNCTION:
                yield f"{name}: {node.name}: {lines} lines"
