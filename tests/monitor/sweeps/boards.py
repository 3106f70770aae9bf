"""Boards of sweeps that nobody trained: what each lane came to is said by a function."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from grok_tui.monitor.glance import Outcome
from grok_tui.monitor.sweeps.folder import SweepDir
from grok_tui.monitor.sweeps.lanes import Trained, arm_result
from grok_tui.monitor.sweeps.results import Board, CellResult

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from grok_tui.protocol.sweeps import Scalar

    Fate = Callable[[str, tuple[Scalar, ...], int], Outcome]
    """What came of an arm in a cell with these values, with a seed."""

SWEEP = SweepDir(Path("runs/sweeps/20261121-101500-delay-abcd"))
PACK = "20261121-101501-pack-aaaa"
PENDING = Outcome()
LOST = Outcome(0, "unavailable")


def reached(t_gen: int, t_mem: int = 40) -> Outcome:
    """A lane that generalised, and ended 300 steps later."""
    return Outcome(t_gen + 300, "generalised", t_mem, t_gen)


def missed(steps: int = 5000) -> Outcome:
    """A lane that memorised and trained all its steps."""
    return Outcome(steps, "steps", 40)


def board(
    axes: Mapping[str, Sequence[Scalar]],
    fate: Fate,
    *,
    arms: Sequence[str] = ("dense", "ticket"),
    seeds: Sequence[int] = (0, 1, 2),
    shared: Mapping[str, str] | None = None,
) -> Board:
    """A grid over these axes. `shared`: arms by the axis that they do not depend on, so that the
    cells along it have the same lanes."""
    cells = []
    for number, values in enumerate(product(*axes.values())):
        results = {}
        for arm in arms:
            own = tuple(
                value
                for axis, value in zip(axes, values, strict=True)
                if (shared or {}).get(arm) != axis
            )
            found = {seed: fate(arm, values, seed) for seed in seeds}
            results[arm] = arm_result(found, (Trained(PACK, f"{arm}-{own}", tuple(seeds)),))
        cells.append(CellResult(number, values, results, "done", (PACK,)))
    lanes = len(cells) * len(arms) * len(seeds)
    return Board(
        sweep=SWEEP,
        title="Delay over pruning rate and train fraction",
        axes=tuple(axes),
        arms=tuple(arms),
        cells=cells,
        packs=(),
        driver=False,
        lanes=lanes,
        lanes_done=lanes,
        steps_done=0,
        steps_most=0,
        speed=None,
        eta=None,
        repeat=0,
    )
