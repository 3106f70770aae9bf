"""Paths as users write them, and those that are meant where they write none."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


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


def runs_meant(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder of the runs where a command line names none."""
    return expanded(environment.get("GROK_TUI_RUNS") or "runs").absolute()


def hint(words: str, runs: Path) -> str:
    """A command to paste: `grok-tui` and these words, on the runs of this folder."""
    elsewhere = runs.absolute() != runs_meant()
    there = f"--runs-dir {shlex.quote(str(runs.absolute()))} " if elsewhere else ""
    return f"`grok-tui {there}{words}`"


def user_folder(kind: str, usual: str, environment: Mapping[str, str] = os.environ) -> Path:
    """Our folder of a kind, as in `XDG_<kind>_HOME`, else at its usual place in the home.

    Where nobody knows a home it holds nothing and takes nothing.
    """
    told = expanded(environment.get(f"XDG_{kind}_HOME", ""))
    home = expanded("~")
    place = home / usual if home.is_absolute() else Path(os.devnull)
    return (told if told.is_absolute() else place) / "grok-tui"


def state_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where what the program remembers is kept."""
    return user_folder("STATE", ".local/state", environment)


def config_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the user keeps presets and what the program is to do."""
    return user_folder("CONFIG", ".config", environment)
