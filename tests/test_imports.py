"""The seams as a fresh interpreter sees them: who loads torch, the screen, a compiler."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from grok_tui.protocol import presets, rundir
from tests import fakes

if TYPE_CHECKING:
    from pathlib import Path

SCREEN = {"textual", "rich", "plotext"}
HEAVY = {"torch", "numpy", *SCREEN}
COMPILER = {
    "sympy",
    "torch._dynamo",
    "torch._functorch.aot_autograd",
    "torch._inductor",
    "torch.fx.experimental.symbolic_shapes",
    "torch.onnx",
    "triton",
}
"""What takes torch seconds to load, and nothing that we do needs."""
REPORT = "import sys; print(' '.join(sys.modules))"


def loaded(code: str, **environment: str) -> set[str]:
    """The modules that are loaded after this code ran in an interpreter of its own."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{REPORT}"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, **environment},
    )
    return set(done.stdout.splitlines()[-1].split())


def command(*arguments: str) -> str:
    """Code that runs a command of ours and goes on."""
    return (
        "import sys; from grok_tui import cli\n"
        f"sys.argv = {['grok-tui', *arguments]!r}\n"
        "try: cli.main()\nexcept SystemExit as end: assert not end.code"
    )


def test_the_ui_does_not_load_torch() -> None:
    assert loaded("import grok_tui.ui.app") & {"torch", "numpy", "matplotlib"} == set()


def test_a_trainer_loads_neither_the_ui_nor_a_compiler(tmp_path: Path) -> None:
    run = rundir.create(tmp_path, "short")
    run.config.write_text(presets.dump(fakes.config(steps=3, only=("dense", "random-mask"))))
    train = f"from grok_tui.engine.__main__ import main; assert main([{str(run.path)!r}]) == 0"
    names = loaded(train)
    assert "torch" in names
    assert names & (SCREEN | COMPILER) == set()


def test_the_trainer_takes_the_lock_before_it_loads_torch() -> None:
    assert loaded("import grok_tui.engine.__main__") & HEAVY == set()


def test_a_driver_of_sweeps_loads_nothing_heavy() -> None:
    code = "import grok_tui.placing.__main__, grok_tui.placing.local"
    assert loaded(code) & {*HEAVY, "typer", "ray"} == set()


def test_the_monitor_loads_nothing_heavy() -> None:
    names = "catalog export history launch milestones tail verdict watch estimate"
    code = "\n".join(f"import grok_tui.monitor.{name}" for name in names.split())
    assert loaded(code) & HEAVY == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ("ls",),
        ("show", "last"),
        ("show", "last", "--json"),
        ("export", "last"),
        ("stop", "last"),
        ("presets", "list"),
        ("sweep", "decay", "--dry-run"),
        ("--help",),
    ],
)
def test_commands_that_read_runs_load_nothing_heavy(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    fakes.recorded_run(tmp_path)
    assert loaded(command(*arguments), GROK_TUI_RUNS=str(tmp_path)) & HEAVY == set()


def test_the_tui_starts_without_the_machinery_of_other_commands(tmp_path: Path) -> None:
    """It needs a terminal, and there is none; what it would load up to there counts."""
    fakes.recorded_run(tmp_path)
    code = command("attach", "last").replace("assert not", "assert")
    names = loaded(code, GROK_TUI_RUNS=str(tmp_path))
    assert names & {*HEAVY, "typer", "pydantic"} == set()


def test_the_rules_of_the_claims_load_nothing_heavy() -> None:
    code = "import grok_tui.monitor.reproduction.rows, grok_tui.monitor.reproduction.report"
    assert loaded(code) & {*HEAVY, "matplotlib"} == set()


def test_a_report_loads_matplotlib_and_no_torch(tmp_path: Path) -> None:
    names = loaded(command("reproduce", "extra-noise"), GROK_TUI_RUNS=str(tmp_path))
    assert names & {"matplotlib", "torch", "textual", "plotext"} == {"matplotlib"}
    assert "matplotlib.pyplot" not in names


def test_plotext_is_loaded_without_its_help() -> None:
    names = loaded("from grok_tui.monitor.figures import prepare; prepare()")
    assert "plotext" in names
    assert "plotext._doc.tools" not in names


def test_plot_loads_plotext_only(tmp_path: Path) -> None:
    fakes.recorded_run(tmp_path)
    assert loaded(command("plot", "last"), GROK_TUI_RUNS=str(tmp_path)) & HEAVY == {"plotext"}
