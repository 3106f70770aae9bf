"""The machine that a run trains on: what its GPUs, cores and memory do, and who else uses them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from grok_tui.monitor.gpus import Gpus, listed, visible

if TYPE_CHECKING:
    from grok_tui.monitor.gpus import Library


def devices(library: Library | None = None) -> tuple[str, ...]:
    """Names of the GPUs that a trainer started here would find, those of cuda:0, cuda:1 and so on.

    Asks the driver, else `nvidia-smi`, and loads no torch; empty where neither knows of one. May
    take seconds: for a thread.
    """
    found = [(gpu.name, gpu.uuid) for gpu in Gpus(library).look()] or listed()
    return visible(found, os.environ.get("CUDA_VISIBLE_DEVICES"))
