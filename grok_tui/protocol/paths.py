"""Paths as users write them: whatever they are, a sentence comes of it and no traceback."""

from __future__ import annotations

from pathlib import Path


def expanded(name: str) -> Path:
    """The path of that name, with `~` for a home; as it stands if nobody knows that home."""
    try:
        return Path(name).expanduser()
    except RuntimeError:
        return Path(name)


def is_file(path: Path) -> bool:
    """Whether a regular file is there; no, too, where a path cannot be, or cannot be looked at."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
