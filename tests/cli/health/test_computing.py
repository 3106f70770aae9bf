"""torch and the devices, tried by a process that may crash or hang."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from grok_tui.cli.health import computing
from grok_tui.cli.health.computing import Torch, clock, machine

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SAYS = "print({!r}, flush=True); "
TORCH = json.dumps({"torch": "2.9", "cuda": "12.8"})
CPU = json.dumps({"device": "cpu", "problem": "", "called": "a processor"})
WRONG = json.dumps({"device": "cuda:0", "problem": "no kernel\x1b", "called": "H100"})


def told(code: str, gpus: tuple[str, ...] = (), patience: float = 60.0) -> list[tuple[str, ...]]:
    """Mark, name and words of each finding, and what was said meanwhile."""
    said: list[str] = []
    torch = Torch((sys.executable, "-c", code), patience)
    found = list(torch.findings(gpus, said.append))
    return [(one.mark, one.name, one.found) for one in found] + [("said", *said)][: len(said)]


def test_what_the_process_says_is_told_in_words() -> None:
    code = SAYS.format(TORCH) + SAYS.format("noise }") + SAYS.format(CPU) + SAYS.format(WRONG)
    assert told(code, ("H100",)) == [
        ("ok", "torch", "2.9, built for CUDA 12.8"),
        ("ok", "cpu", "a processor, a product on it is exact"),
        ("bad", "cuda:0", "H100: no kernel\x1b"),
    ]


def test_a_torch_that_cannot_be_loaded_is_bad_and_no_more() -> None:
    assert told("import there_is_no_such_torch") == [
        ("bad", "torch", "does not work: ModuleNotFoundError: No module named "
         "'there_is_no_such_torch'"),
    ]  # fmt: skip
    assert told("import os; os.kill(os.getpid(), 11)") == [
        ("bad", "torch", "does not work: signal 11"),
    ]


def test_nothing_of_the_folder_that_one_is_in_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run of a stranger with a torch.py in it, and somebody who asks there what is wrong."""
    (tmp_path / "timeit.py").write_text("raise SystemExit('not this one')")
    monkeypatch.chdir(tmp_path)
    torch = Torch((sys.executable, "-m", "timeit", "-n", "1", "pass"))
    assert list(torch.findings((), print)) == []


def test_a_device_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(computing, "QUIET", 0.5)
    code = SAYS.format(TORCH) + SAYS.format(CPU) + "import time; time.sleep(600)"
    found = told(code, patience=2.0)
    assert found[0] == ("ok", "torch", "2.9, built for CUDA 12.8")
    assert found[-2] == ("bad", "torch", "did not answer within 2 s after cpu")
    assert found[-1] == ("said", "torch is being loaded and tried on each device …")


def test_a_gpu_that_torch_cannot_use_is_a_warning() -> None:
    without = json.dumps({"torch": "2.9", "cuda": ""})
    found = told(SAYS.format(without) + SAYS.format(CPU), ("H100",))
    assert found[-1] == ("warn", "GPUs", "1 that torch cannot use: H100")


def test_a_clock_before_the_program_was_written_is_a_warning() -> None:
    assert clock(0.0, 1.7e9).mark == "warn"
    assert clock(0.0, 1.7e9).found.startswith("1970-01-01 00:00 UTC, before ")
    assert clock(1.7e9, 1.7e9 + 3600).mark == "ok"


def test_the_machine_is_told_without_warnings_where_nothing_is_wrong() -> None:
    found = {one.name: one for one in machine(("H100", "A100"))}
    assert found["GPUs"].found == "cuda:0 H100, cuda:1 A100"
    assert set(found) == {"cores", "memory", "GPUs", "sensors", "clock"}
