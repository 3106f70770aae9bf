"""Texts that are not ours, at every place that shows them: none steers the terminal."""

from __future__ import annotations

import csv
import functools
import io
import sys
from typing import TYPE_CHECKING, NoReturn

import pytest
import typer.main

from grok_tui import cli
from grok_tui.errors import RunError
from grok_tui.monitor import launch
from tests.faults import hostile
from tests.faults.counting import trials

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RUN, OTHER, EVIL = "<run>", "<other>", "<evil>"
COMMANDS = (
    ("ls",), ("ls", "--all"), ("ls", EVIL), ("--runs-dir", EVIL, "ls"), ("show", RUN),
    ("show", OTHER), ("show", EVIL), ("plot", RUN), ("plot", OTHER), ("snap", RUN),
    ("compare", RUN, OTHER), ("export", RUN), ("export", RUN, "--format", "vectors"),
    ("export", RUN, "--format", EVIL), ("resume", OTHER), ("stop", RUN), ("note", RUN, "5", EVIL),
    ("note", RUN, EVIL), ("halt", RUN, EVIL, "0"), ("ticket", RUN, "--method", EVIL),
    ("run", EVIL), ("run", "quickstart", "--set", f"{EVIL}=1"),
    ("run", "quickstart", "--set", f"train.steps={EVIL}"), ("run", "quickstart", "--seeds", EVIL),
    ("presets", "list"), ("presets", "show", EVIL), ("presets", "check", EVIL),
    ("presets", "check", "wrong"), ("presets", "show", "wrong"), ("presets", "show", "lost"),
    ("replay", EVIL),
    ("fork", OTHER), ("reproduce", EVIL), (EVIL,), ("--theme", EVIL, "ls"), ("ls", f"--{EVIL}"),
    ("show", f"--{EVIL}"), ("ls", "--json"), ("show", RUN, "--json"), ("ls", "--sort", EVIL),
)  # fmt: skip


@pytest.fixture
def grok(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[str, str]]:
    """Call `grok-tui` with these arguments; what it printed on both streams."""
    # Nine tenths of the time of a command go into reading what commands there are.
    monkeypatch.setattr(typer.main, "get_command", _commands)
    for name in ("start", "resume", "train"):  # a hostile name may be that of a good preset
        monkeypatch.setattr(launch, name, _refuse)

    def call(*arguments: str) -> tuple[str, str]:
        monkeypatch.setattr(sys, "argv", ["grok-tui", *arguments])
        with pytest.raises(SystemExit):
            cli.main()
        out, err = capsys.readouterr()
        return out, err

    return call


def _refuse(*_: object, **__: object) -> NoReturn:
    raise RunError("nothing is trained here")


_commands = functools.cache(typer.main.get_command)


@trials(200, at_once=5)
def test_no_text_of_a_stranger_steers_the_terminal_of_a_command(
    seeds: range,
    grok: Callable[..., tuple[str, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A hostile text in every file of a run, in presets and in arguments is printed harmless."""
    for seed in seeds:
        here = tmp_path / str(seed)
        evil = hostile.text(seed)
        hostile.shelf(here / "config" / "grok-tui" / "presets", evil)
        run, other = hostile.runs(here / "runs", evil)
        monkeypatch.chdir(here)
        monkeypatch.setenv("XDG_CONFIG_HOME", str(here / "config"))
        words = {RUN: run.id, OTHER: other.id, EVIL: evil.replace("\0", "\x1b")}
        for command in COMMANDS:
            arguments = list(command)
            for name, value in words.items():
                arguments = [argument.replace(name, value) for argument in arguments]
            for printed in grok(*arguments):
                found = hostile.STEERS.search(printed)
                assert not found, f"seed {seed}: {found} in what {arguments} prints:\n{printed}"
                assert "Traceback" not in printed.replace("Traceback\n  ", ""), printed
        assert not list(here.rglob("*0wn3d")), f"seed {seed}: a file was made"
        _no_formula(grok("export", run.id)[0])


def _no_formula(table: str) -> None:
    """No cell makes a spreadsheet compute."""
    for row in csv.reader(io.StringIO(table)):
        for cell in row:
            assert not cell.startswith(("=", "@")), row
            if cell[:1] in ("+", "-"):
                float(cell)
