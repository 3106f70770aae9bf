"""Whether torch computes here: `python -m grok_tui.engine.selftest` says it, a JSON object a line.

A process of its own, so that who asks outlives a torch that crashes or hangs. What is said first is
known even then.
"""

from __future__ import annotations

import json
import sys

SIDE = 64
"""Rows and columns of the matrices of the product."""


def main() -> None:
    """Say the versions, then of each device whether it multiplies two matrices rightly."""
    import torch

    from grok_tui.engine.devices import name

    say(torch=str(torch.__version__), cuda=str(torch.version.cuda or ""))
    names = ["cpu", *(f"cuda:{index}" for index in range(torch.cuda.device_count()))]
    if torch.backends.mps.is_available():
        names.append("mps")
    for one in names:
        say(device=one, problem=fault(one), called=name(torch.device(one)))


def fault(device: str) -> str:
    """What is wrong with a product of whole numbers on this device; empty if it is exact."""
    import torch

    whole = (torch.arange(SIDE * SIDE) % 7).reshape(SIDE, SIDE)
    try:
        there = whole.to(device, torch.float32)
        found = (there @ there.T).to("cpu", torch.int64)
    except RuntimeError as error:
        return f"{error}".partition("\n")[0] or "it fails without a word"
    return "" if bool((found == whole @ whole.T).all()) else "it multiplies wrongly"


def say(**facts: str) -> None:
    """One object on a line of its own, at once."""
    sys.stdout.write(f"{json.dumps(facts)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
