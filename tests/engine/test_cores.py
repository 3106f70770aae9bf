"""Free cores, from what a kernel may tell."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import pytest

from grok_tui.engine.cores import Free, Watch

if TYPE_CHECKING:
    from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


class Machine:
    """A kernel's files in a folder, and a clock that the test turns."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.now = self.own = 0.0
        monkeypatch.setattr(time, "monotonic", lambda: 1000.0 + self.now)
        monkeypatch.setattr(time, "process_time", lambda: 3.0 + self.own)
        monkeypatch.setattr(os, "getloadavg", lambda: (0.0, 0.0, 0.0))

    def tell(self, path: str, text: str) -> None:
        """Let a file of the kernel say so."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def work(self, *cores: float) -> None:
        """Let the cores have worked for so many seconds since boot, and been idle for long."""
        rows = [
            f"cpu{number} {int(seconds * TICKS)} 0 0 99999 88888 0 0 0 0 0"
            for number, seconds in enumerate(cores)
        ]
        self.tell("proc/stat", "\n".join(["cpu 1 2 3 4", *rows, "intr 5 0 0", "btime 1"]) + "\n")

    def watch(self, cores: int) -> Watch:
        """A watch by a process that may use the first so many cores."""
        return Watch(self.root, frozenset(range(cores)))

    def later(self, seconds: float, own: float) -> None:
        """Let time pass, of which this process worked `own` seconds."""
        self.now += seconds
        self.own += own


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine that tells nothing yet."""
    return Machine(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("worked", "own", "free", "others"),
    [
        ((1.5, 0.0), 1.5, 2, 0.0),
        ((2.0, 0.8), 1.5, 1, 0.65),
        ((2.0, 2.0), 0.4, 1, 1.8),
        ((2.0, 0.5), 1.7, 2, 0.4),
        ((2.0, 2.0), 0.0, 1, 2.0),
        ((0.0, 0.0), 1.0, 2, 0.0),
    ],
)
def test_what_others_use_is_not_free(
    machine: Machine, worked: tuple[float, float], own: float, free: int, others: float
) -> None:
    machine.work(100.0, 200.0)
    watch = machine.watch(2)
    machine.later(2.0, own)
    machine.work(100.0 + worked[0], 200.0 + worked[1])
    found = watch.free()
    assert found.cores == 2
    assert found.free == free
    assert found.busy == (free < 2)
    assert found.others == pytest.approx(others, abs=0.02)


def test_only_the_cores_of_this_process_count(machine: Machine) -> None:
    machine.work(10.0, 10.0, 10.0, 10.0)
    watch = machine.watch(2)
    machine.later(2.0, 0.0)
    machine.work(10.0, 10.0, 12.0, 12.0)
    assert watch.free() == Free(2, 2.0)


@pytest.mark.parametrize(
    ("quota", "cores"),
    [("200000 100000", 2), ("150000 100000", 1), ("50000 100000", 1), ("max 100000", 8)],
)
def test_the_quota_of_a_control_group_limits(machine: Machine, quota: str, cores: int) -> None:
    machine.work(*[0.0] * 8)
    machine.tell("proc/self/cgroup", "0::/a.slice/b\n")
    machine.tell("sys/fs/cgroup/a.slice/cpu.max", f"{quota}\n")
    machine.tell("sys/fs/cgroup/a.slice/b/cpu.max", "max 100000\n")
    found = machine.watch(8).free()
    assert (found.cores, found.free) == (cores, cores)


def test_a_quota_of_the_first_version_limits_from_inside_a_container(machine: Machine) -> None:
    machine.work(*[0.0] * 8)
    machine.tell("proc/self/cgroup", "4:cpu,cpuacct:/docker/abc\n3:memory:/docker/abc\n0::/x\n")
    machine.tell("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "300000\n")
    machine.tell("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n")
    assert machine.watch(8).free() == Free(3, 3.0)
    machine.tell("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n")
    assert machine.watch(8).free().cores == 8


def test_others_in_the_same_group_use_up_its_quota(machine: Machine) -> None:
    machine.work(*[0.0] * 8)
    machine.tell("proc/self/cgroup", "0::/\n")
    machine.tell("sys/fs/cgroup/cpu.max", "400000 100000\n")
    machine.tell("sys/fs/cgroup/cpu.stat", "usage_usec 5000000\nuser_usec 1\n")
    watch = machine.watch(8)
    machine.later(2.0, 2.0)
    machine.work(8.0, *[0.0] * 7)
    machine.tell("sys/fs/cgroup/cpu.stat", "usage_usec 12000000\nuser_usec 1\n")
    found = watch.free()
    assert (found.cores, found.free) == (4, 2)
    assert found.others == pytest.approx(2.5)


@pytest.mark.parametrize("told", ["", "cpu0 1 2\ncpu1 1 2\n", "cpu0 a b c d e f g h\n", "\0" * 50])
def test_where_the_kernel_does_not_tell_the_load_is_taken(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (2.6, 9.0, 9.0))
    machine.tell("proc/stat", told)
    machine.tell("proc/self/cgroup", "nonsense\n0::/../../etc\n")
    watch = machine.watch(4)
    machine.later(2.0, 1.0)
    assert watch.free().free == 1
    assert watch.free().others == pytest.approx(2.6)


def test_a_moment_is_too_short_to_see_others(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.work(0.0, 0.0)
    watch = machine.watch(2)
    machine.later(0.01, 0.0)
    machine.work(5.0, 5.0)
    assert watch.free() == Free(2, 2.0)

    def no_load() -> tuple[float, float, float]:
        raise OSError

    monkeypatch.setattr(os, "getloadavg", no_load)
    assert watch.free() == Free(2, 2.0)


def test_this_machine_has_a_core() -> None:
    found = Watch().free()
    assert 1 <= found.free <= found.cores
