"""The machine: its devices, what is used of it, by whom."""

from __future__ import annotations

import os
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from grok_tui.monitor import processes
from grok_tui.monitor.gpus import Gpu, Gpus, Holder
from grok_tui.monitor.machine import Machine, Sample, Use, devices, gigabytes, own_gpu, warnings
from tests.monitor.stand_in_nvml import Card, Library

if TYPE_CHECKING:
    from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
GB = 2**30


class Host:
    """A /proc of our own, in which time passes when it is told to."""

    def __init__(self, root: Path) -> None:
        self.root, self.now = root, 100.0
        self.working(0.0, 0.0)
        (root / "proc/meminfo").write_text("MemTotal: 8388608 kB\nMemAvailable: 2097152 kB\n")

    def working(self, *cores: float) -> None:
        """So many seconds each core has worked since boot."""
        proc = self.root / "proc"
        proc.mkdir(exist_ok=True)
        rows = [f"cpu{n} {int(s * TICK)} 0 0 99 99 0 0 0 0 0" for n, s in enumerate(cores)]
        (proc / "stat").write_text("\n".join(["cpu 1 2 3", *rows, "intr 5"]))

    def process(self, pid: int, parent: int = 1, seconds: float = 0.0, start: str = "777") -> None:
        folder = self.root / f"proc/{pid}"
        folder.mkdir(exist_ok=True)
        words = ["S", str(parent), *["0"] * 9, str(int(seconds * TICK)), "0", *["0"] * 6, start]
        folder.joinpath("stat").write_text(f"{pid} (a ) b) {' '.join(words)} 0 {3 * GB // PAGE} 0")
        folder.joinpath("comm").write_text("py\x1bthon\n")

    def machine(self, *cards: Card) -> Machine:
        return Machine(lambda: Gpus(Library(*cards)), self.root, lambda: self.now)


def about(pid: int, start: str = "777") -> Any:
    return SimpleNamespace(pid=pid, process_start=start)


def test_the_trainer_and_its_workers_are_told_from_everybody_else(tmp_path: Path) -> None:
    host = Host(tmp_path)
    host.process(50)
    host.process(51, parent=50)
    host.process(52, parent=51)
    host.process(60)
    machine = host.machine()
    first = machine.look(about(50))
    assert first.busy is None
    assert [use.cores for use in first.trainer] == [None] * 3
    host.now += 2
    host.working(2.0, 1.6)
    host.process(50, seconds=0.5)
    host.process(51, parent=50, seconds=1.5)
    sample = machine.look(about(50))
    assert sample.cores == 2
    assert sample.busy == pytest.approx(1.8)
    assert [(use.pid, use.cores, use.bytes) for use in sample.trainer] == [
        (50, 0.25, 3 * GB),
        (51, 0.75, 3 * GB),
        (52, 0.0, 3 * GB),
    ]
    assert sample.others == pytest.approx(0.8)
    assert sample.memory == (6 * GB, 8 * GB)


def test_a_later_process_of_the_same_number_is_not_the_trainer(tmp_path: Path) -> None:
    host = Host(tmp_path)
    host.process(50, start="888")
    assert host.machine().look(about(50)).trainer == ()
    assert host.machine().look(about(51)).trainer == ()


def test_a_host_without_proc_is_told_as_far_as_it_is_known(tmp_path: Path) -> None:
    sample = Machine(lambda: Gpus(Library()), tmp_path).look(about(50))
    assert (sample.busy, sample.memory, sample.trainer, sample.others) == (None, None, (), None)
    assert sample.cores >= 1
    assert processes.name(50, tmp_path) == ""


def test_programs_on_the_gpu_are_named_and_cannot_steer_the_terminal(tmp_path: Path) -> None:
    host = Host(tmp_path)
    host.process(50)
    host.process(60)
    sample = host.machine(Card(processes=[(50, GB), (60, 12 * GB)])).look(about(50))
    assert sample.names == ((60, "py\ufffdthon"),)
    assert warnings([sample], "cuda") == [
        "others compute on this GPU with 12 GB: py\ufffdthon 60",
    ]
    assert warnings([sample], "cpu") == []


def test_nobody_is_accused_where_the_drivers_process_numbers_are_not_ours() -> None:
    gpu = Gpu("H100", holders=(Holder(9001, GB), Holder(9002, GB)))
    assert warnings([Sample(gpus=(gpu,), trainer=(Use(50, 1.0, GB),))], "cuda") == []


@pytest.mark.parametrize(
    ("device", "holder", "index"),
    [("cuda", 50, 1), ("cuda:0", 9, 0), ("cuda:1", 9, 1), ("cuda:7", 9, None), ("cpu", 50, None)],
)
def test_the_gpu_of_a_run_is_the_one_that_it_holds(
    device: str, holder: int, index: int | None
) -> None:
    gpus = (Gpu("A"), Gpu("B", holders=(Holder(holder, None),)))
    assert own_gpu(Sample(gpus=gpus, trainer=(Use(50, 1.0, GB),)), device) == index


def test_others_on_the_cores_are_told_once_they_stay() -> None:
    taken = Sample(cores=2, busy=2.0, trainer=(Use(50, 0.5, GB),))
    assert warnings([taken] * 4, "cpu") == []
    assert warnings([taken] * 5, "cpu") == ["other programs keep 1.5 of 2 cores busy"]
    assert warnings([replace(taken, busy=1.6)] * 5, "cpu") == []
    own = replace(taken, trainer=(Use(50, 1.0, GB), Use(51, 0.9, GB)))
    assert warnings([own] * 5, "cpu") == []
    assert warnings([replace(taken, busy=None)] * 9, "cpu") == []


def test_little_memory_is_told() -> None:
    assert warnings([Sample(memory=(int(7.7 * GB), 8 * GB))], "cpu") == [
        "memory is nearly full: 0.3 of 8.0 GB are left"
    ]
    assert warnings([Sample(memory=(0, 0))], "cpu") == []
    assert gigabytes(79.6 * GB) == "80"


def test_devices_are_named_without_the_library_by_nvidia_smi(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    program = tmp_path / "nvidia-smi"
    program.write_text(
        "#!/bin/sh\nprintf 'GPU 0: NVIDIA A100-SXM4 (UUID: GPU-3f)\\n  MIG 1g (UUID: MIG-1)\\n'\n"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    gone = Library(Card(), refused=("nvmlInit",))
    assert devices(gone) == ("NVIDIA A100-SXM4",)
    assert devices(Library(Card())) == ("NVIDIA H100 80GB HBM3",)


def test_without_library_and_program_there_is_no_device(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert devices(Library(refused=("nvmlInit",))) == ()
