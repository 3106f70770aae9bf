"""Runs that nobody trained, put together lane by lane: what the rules of the claims are tested on.

run({"dense": (1000, 1200, 1400), "grokked-ticket": (50, 60, None)})
run(..., curves={"dense": {"test_accuracy": {0: 0.1, 500: 0.4}}}, probes={"dense": {...}})
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from grok_tui.monitor.columns import column
from grok_tui.monitor.history import METRICS, History, LaneHistory
from grok_tui.monitor.probed import Probed, Probes
from grok_tui.monitor.reproduction.evidence import Evidence
from grok_tui.protocol.arms import Arm
from grok_tui.protocol.config import Config
from grok_tui.protocol.events import LaneFinished, LaneStarted, Layer, Reached, Reason

if TYPE_CHECKING:
    from grok_tui.monitor.reproduction.artifacts import Tensor

Times = Mapping[str, Sequence[int | None]]
"""A step for each seed, None for not reached, by arm."""
Points = Mapping[int, float]
"""A value by step."""
BUDGET = 5000


def run(
    t_gen: Times,
    *,
    t_mem: Times | None = None,
    recipes: Sequence[Arm] = (),
    curves: Mapping[str, Mapping[str, Points]] | None = None,
    probes: Mapping[str, Mapping[str, Points]] | None = None,
    mask_steps: Times | None = None,
    ratios: Mapping[str, tuple[float, float]] | None = None,
    tensors: Mapping[tuple[str, str], Tensor] | None = None,
) -> Evidence:
    """A run of 5000 steps in which everything that is not given is the same for all seeds.

    `recipes` replaces the plain recipes of those arms; `ratios` are initial L1 and L2 norms;
    `tensors` is by arm and name.
    """
    seeds = range(len(next(iter(t_gen.values()))))
    given = {arm.name: arm for arm in recipes}
    arms = tuple(given.get(name, Arm(name=name)) for name in t_gen)
    lanes = {
        (name, seed): lane(
            name,
            seed,
            t_gen=t_gen[name][seed],
            t_mem=(t_mem or {}).get(name, [40] * len(seeds))[seed],
            curves=(curves or {}).get(name, {}),
            probes=(probes or {}).get(name, {}),
            mask_step=(mask_steps or {}).get(name, [None] * len(seeds))[seed],
            ratios=(ratios or {}).get(name, (1.0, 1.0)),
        )
        for name in t_gen
        for seed in seeds
    }
    config = Config(title="made", seeds=tuple(seeds), arms=arms)
    left = dict(tensors or {})
    return Evidence(
        config, History(lanes=lanes), "made", lambda arm, _, name: left.get((arm, name))
    )


def lane(
    arm: str,
    seed: int,
    *,
    t_gen: int | None = None,
    t_mem: int | None = 40,
    curves: Mapping[str, Points] | None = None,
    probes: Mapping[str, Points] | None = None,
    mask_step: int | None = None,
    ratios: tuple[float, float] = (1.0, 1.0),
    reason: Reason = "steps",
) -> LaneHistory:
    """A lane that ended after 5000 steps. The curves that are given share their steps."""
    curves = curves or {}
    steps = list(next(iter(curves.values()), {0: 0.0, BUDGET: 0.0}))
    flat = dict.fromkeys(steps, 0.0)
    return LaneHistory(
        arm,
        seed,
        start=_started(arm, seed, mask_step, ratios),
        steps=column(steps),
        seconds=column(steps),
        metrics={name: column(curves.get(name, flat).values()) for name in METRICS},
        found=Probes(
            {name: Probed(column(of), column(of.values())) for name, of in (probes or {}).items()}
        ),
        memorised=_reached(arm, seed, "memorised", t_mem),
        generalised=_reached(arm, seed, "generalised", t_gen),
        end=LaneFinished(arm=arm, seed=seed, step=BUDGET, reason=reason),
    )


def _reached(arm: str, seed: int, milestone: str, step: int | None) -> Reached | None:
    if step is None:
        return None
    return Reached(arm=arm, seed=seed, milestone=milestone, step=step, resolution=1)  # type: ignore[arg-type]


def _started(
    arm: str, seed: int, mask_step: int | None, ratios: tuple[float, float]
) -> LaneStarted:
    return LaneStarted(
        arm=arm,
        seed=seed,
        parameters=4,
        kept=4,
        l1_ratio=ratios[0],
        l2_ratio=ratios[1],
        layers=(Layer(name="W_E", shape=(2, 2), kept=4),),
        mask_step=mask_step,
    )
