"""Editing a draft outside: its text goes to a file, an editor of the user's to the terminal."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from grok_tui.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLES = ("VISUAL", "EDITOR")
USUAL = ("vi", "nano")
"""Editors that are tried where the user names none."""


def command(environment: Mapping[str, str] = os.environ) -> list[str]:
    """The user's editor with its arguments; no shell reads it. Raises UsageError."""
    for variable in VARIABLES:
        wanted = environment.get(variable, "").strip()
        if not wanted:
            continue
        with contextlib.suppress(ValueError):
            if (words := shlex.split(wanted)) and shutil.which(words[0]):
                return words
        raise UsageError(f"${variable} is {wanted[:80]!r}; expected a program that is installed")
    found = next((name for name in USUAL if shutil.which(name)), "")
    if not found:
        raise UsageError("there is no editor; set EDITOR to one that is installed")
    return [found]


def edit(path: Path) -> None:
    """Have the user edit a file, and wait. The terminal must be free. Raises UsageError."""
    words = command()
    try:
        done = subprocess.run([*words, str(path)], check=False)
    except OSError as error:
        raise UsageError(f"{words[0]} does not start: {error.strerror}") from None
    if done.returncode:
        raise UsageError(f"{words[0]} ended with {done.returncode}; what it left is not taken")


def written(name: str, text: str) -> Path:
    """A file with this text, in a folder that only the user can look into. Raises UsageError."""
    try:
        path = Path(tempfile.mkdtemp(prefix="grok-tui-")) / f"{name}.toml"
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"no file can be written for the editor: {error.strerror}") from None
    return path


def forget(path: Path) -> None:
    """Remove such a file with its folder, as far as they are still there."""
    shutil.rmtree(path.parent, ignore_errors=True)
