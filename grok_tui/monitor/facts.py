"""What can be asked of a run or a lane by name: the words of its outcome, the keys of a filter."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import msgspec

from grok_tui.protocol.config import Config, Train
from grok_tui.protocol.models import MODELS, Mlp, Network, Perceptron, Transformer
from grok_tui.protocol.section import Section, kind
from grok_tui.protocol.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from grok_tui.monitor.filter import Scalar, Value
    from grok_tui.monitor.history import LaneHistory

STANDING = (
    *("id", "title", "preset", "state", "age", "step", "lanes", "reached", "kept", "speed"),
    *("t_mem", "t_gen", "tau_grok", "test_accuracy", "best_accuracy"),
)
"""What is known of a run without its configuration; `reached`: lanes that generalised."""
MADE = ("task", "model", "arm", "arms", "seed", "seeds", "method", "pruning_rate", "width")
"""What is made of a configuration; `width`: hidden units."""


@cache
def run_keys() -> frozenset[str]:
    """Every name that something is known by of some run."""
    sections: Iterable[type[Section]] = (*TASKS, *MODELS, Train)
    fields = (field for section in sections for field in section.__struct_fields__)
    return frozenset((*STANDING, *MADE, *fields)) - {"about"}


def config_facts(config: Config) -> dict[str, Value]:
    """A configuration by name; where arms differ from their run, all values that there are."""
    facts: dict[str, Value] = {}
    for section in (config.task, config.model, config.train):
        facts |= msgspec.structs.asdict(section)
    del facts["about"]
    for key in ("learning_rate", "weight_decay", "steps", "stop_after_generalised"):
        own = [value for arm in config.arms if (value := getattr(arm, key)) is not None]
        if own:
            facts[key] = _once([facts[key], *own])  # type: ignore[list-item]
    tasks = [config.task, *(arm.task for arm in config.arms if arm.task is not None)]
    return facts | {
        "task": _once(map(kind, tasks)),
        "model": kind(config.model),
        "width": _width(config.model),
        "arm": tuple(arm.name for arm in config.arms),
        "arms": len(config.arms),
        "seed": config.seeds,
        "seeds": len(config.seeds),
        "method": _once(arm.method for arm in config.arms),
        "pruning_rate": _once(arm.pruning_rate for arm in config.arms),
    }


def _once(values: Iterable[Scalar]) -> tuple[Scalar, ...]:
    return tuple(dict.fromkeys(values))


def _width(model: Network) -> Value:
    """Hidden units: those that have an activation."""
    if isinstance(model, Perceptron):
        return model.widths
    if isinstance(model, Transformer):
        return model.d_mlp
    return model.d_hidden if isinstance(model, Mlp) else None


def outcome(t_mem: int | None, t_gen: int | None, reason: str = "") -> tuple[str, ...]:
    """What has become of a lane so far, in words for `state=`.

    grokked and generalised: it generalised; memorised: it did, and has not generalised; neither:
    nothing is reached. Beside these diverged, or unavailable (it never could run), if it ended so.
    """
    ended = (reason,) if reason in ("diverged", "unavailable") else ()
    if t_gen is not None:
        return ("grokked", "generalised", *ended)
    return ("memorised", *ended) if t_mem is not None else ended


def outcome_of(lane: LaneHistory | None) -> tuple[str, ...]:
    """The same of a lane as it is known; nothing of one that has not begun."""
    if lane is None:
        return ()
    return outcome(lane.t_mem, lane.t_gen, lane.end.reason if lane.end else "")
