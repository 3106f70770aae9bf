"""The seams as a fresh interpreter sees them: who loads torch, textual, rich and plotext."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests import fakes

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = {"torch", "numpy", "textual", "rich", "plotext"}
REPORT = "import sys; print(' '.join(sorted({name.split('.')[0] for name in sys.modules})))"


def loaded(code: str, **environment: str) -> set[str]:
    """The heavy packages that are loaded after this code ran in an interpreter of its own."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{REPORT}"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environment},
    )
    return HEAVY & set(done.stdout.splitlines()[-1].split())


def command(*arguments: str) -> str:
    """Code that runs a command of ours and goes on."""
    return (
        "import sys; from grok_tui import cli\n"
        f"sys.argv = {['grok-tui', *arguments]!r}\n"
        "try: cli.main()\nexcept SystemExit as end: assert not end.code"
    )


def test_the_ui_does_not_load_torch() -> None:
    assert loaded("import grok_tui.ui.app") & {"torch", "numpy"} == set()


def test_the_trainer_does_not_load_the_ui() -> None:
    assert loaded("import grok_tui.engine.experiment") & {"textual", "rich", "plotext"} == set()


def test_the_trainer_takes_the_lock_before_it_loads_torch() -> None:
    assert loaded("import grok_tui.engine.__main__") == set()


def test_the_monitor_loads_nothing_heavy() -> None:
    names = "catalog export history launch milestones tail verdict watch estimate"
    code = "\n".join(f"import grok_tui.monitor.{name}" for name in names.split())
    assert loaded(code) == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ("ls",),
        ("show", "last"),
        ("show", "last", "--json"),
        ("export", "last"),
        ("stop", "last"),
        ("presets", "list"),
        ("--help",),
    ],
)
def test_commands_that_read_runs_load_nothing_heavy(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    fakes.recorded_run(tmp_path)
    assert loaded(command(*arguments), GROK_TUI_RUNS=str(tmp_path)) == set()


def test_plot_loads_plotext_only(tmp_path: Path) -> None:
    fakes.recorded_run(tmp_path)
    assert loaded(command("plot", "last"), GROK_TUI_RUNS=str(tmp_path)) == {"plotext"}
