"""The machine: its devices, what is used of it, by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.monitor.machine import devices
from tests.monitor.stand_in_nvml import Card, Library

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


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
