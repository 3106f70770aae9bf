"""Which device trains, how torch is set up on it, and what the bits of a run depend on."""

from __future__ import annotations

import contextlib
import platform
from pathlib import Path

import torch

from grok_tui.errors import UsageError

THREADS = 1
"""Of each product, where nothing shows that more would pay."""


def choose(wanted: str, precision: str) -> torch.device:
    """The device of that name; auto: cuda, else cpu. Raises UsageError.

    mps is taken only by name: nobody has measured it to be faster than a CPU here.
    """
    if wanted == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wanted)
    except RuntimeError:
        raise _unknown(wanted) from None
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        there = torch.cuda.device_count()
        raise UsageError(f"no device {wanted}: CUDA sees {there} here; expected auto or cpu")
    if device.type == "mps" and (not _has_mps() or precision == "float64"):
        raise UsageError("no device mps for this run; expected auto or cpu")
    if device.type not in ("cpu", "cuda", "mps"):
        raise _unknown(wanted)
    return device


def _unknown(wanted: str) -> UsageError:
    return UsageError(f"no device {wanted[:40]}; expected auto, cpu, cuda, cuda:N or mps")


def _has_mps() -> bool:
    return torch.backends.mps.is_available()


def prepare(threads: int) -> None:
    """Set up arithmetic: fixed threads, full float32, numbers too small to matter are zero.

    Without the last, the moments of weights whose gradient is zero decay into denormal numbers,
    on which a CPU is many times slower. Threads inherit it from the thread that starts them, so
    it has to be set before a product is first computed with several.
    """
    torch.set_flush_denormal(True)
    torch.set_num_threads(threads)
    torch.backends.cuda.matmul.allow_tf32 = False


def name(device: torch.device) -> str:
    """What the device is called, for people."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()[:80]
    return platform.processor() or platform.machine()


def fingerprint(device: torch.device, precision: str, threads: int) -> dict[str, str]:
    """What must be the same for a resumed run to equal an uninterrupted one bit for bit."""
    return {
        "torch": str(torch.__version__),
        "device": f"{device.type} {name(device)}",
        "kernels": torch.backends.cpu.get_cpu_capability(),
        "cuda": str(torch.version.cuda or ""),
        "precision": precision,
        "threads": str(threads),
    }
