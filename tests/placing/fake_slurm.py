"""Stand-ins for the commands of SLURM: they note what they are asked, and say what a test wants."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

_COMMAND = """#!/bin/sh
state={state}
name=${{0##*/}}
printf '%s\\0' "$name" "$@" >> "$state/asked"
printf '\\0' >> "$state/asked"
[ -f "$state/$name.fails" ] && {{ cat "$state/$name.fails" >&2; exit 1; }}
[ -f "$state/$name.says" ] && cat "$state/$name.says"
exit 0
"""


class FakeSlurm:
    """What the commands say is in files, and so is what they were asked."""

    def __init__(self, folder: Path) -> None:
        self.state = folder / "state"
        self.commands = folder / "commands"
        self.state.mkdir(parents=True)
        self.commands.mkdir()
        for name in ("sbatch", "squeue", "scancel", "scontrol"):
            command = self.commands / name
            command.write_text(_COMMAND.format(state=f"'{self.state}'"))
            command.chmod(0o755)
        self.says("scontrol", "Configuration data\nMaxArraySize            = 4\nMaxJobCount = 9\n")
        self.says("sbatch", "71\n")

    def says(self, command: str, text: str) -> None:
        """From now on a command succeeds, and prints that."""
        (self.state / f"{command}.fails").unlink(missing_ok=True)
        (self.state / f"{command}.says").write_text(text)

    def fails(self, command: str, text: str) -> None:
        """From now on a command fails, with these words."""
        (self.state / f"{command}.fails").write_text(text)

    def asked(self, command: str = "") -> list[list[str]]:
        """What was asked since this was last called; those of other commands are forgotten."""
        path = self.state / "asked"
        calls = path.read_text(errors="surrogateescape").split("\0\0") if path.exists() else []
        path.unlink(missing_ok=True)
        found = [call.split("\0") for call in calls if call]
        return [words for words in found if words[0] == (command or words[0])]


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSlurm:
    """A SLURM that is not there, first on the path."""
    fake = FakeSlurm(tmp_path / "fake")
    monkeypatch.setenv("PATH", f"{fake.commands}:{os.environ['PATH']}")
    return fake
