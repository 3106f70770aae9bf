"""Rules within the recipe of an arm.

Settings that a recipe would not use are refused: nobody should believe that they did.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from grok_tui.protocol.arms import METHODS, Arm, MaskFrom, ScaleTo, Scores
from grok_tui.protocol.models import Transformer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from grok_tui.protocol.config import Config

EDGE_POPUP = "edge-popup"


def problems(config: Config) -> Iterator[tuple[str, str]]:
    """Of each arm: what its method takes, which matrices it names, what it starts from."""
    matrices = [name for name, shape in config.shapes().items() if len(shape) > 1]
    for arm in config.arms:
        key = f"arms.{arm.name}"
        yield from _ranking(arm, key)
        yield from _layers(arm, key, matrices)
        yield from _reading(arm, key)
        yield from _starting(arm, key)
        yield from _popup(arm, key)
        if arm.method == "synflow" and isinstance(config.model, Transformer):
            yield (
                f"{key}.method",
                "synflow's even input makes all scores of queries and keys zero; expected another "
                "method, or a model without attention",
            )


def _ranking(arm: Arm, key: str) -> Iterator[tuple[str, str]]:
    """How many weights are removed is said once."""
    method, source = METHODS[arm.method], arm.mask_from.arm
    why = "" if method.ranks else f"method {arm.method} ranks no weights"
    if method.ranks and method.reads == "mask" and source:
        why = f"as many are removed as the mask of {source} has"
    if not (why or arm.layer_rates):
        return
    given = {
        "pruning_rate": (arm.pruning_rate != 0, "0"),
        "scope": (arm.scope != "global", "global"),
        "layer_rates": (bool(arm.layer_rates), "none"),
    }
    for name, (is_given, expected) in given.items():
        if why and is_given:
            yield f"{key}.{name}", f"{why}; expected {expected}"
    if arm.layer_rates and arm.scope == "global":
        yield f"{key}.scope", "global ranks all weights together; expected layer with layer_rates"


def _layers(arm: Arm, key: str, matrices: Sequence[str]) -> Iterator[tuple[str, str]]:
    if not (arm.exclude or arm.layer_rates):
        return
    known = ", ".join(matrices)
    named = [(name, matrix) for name in ("exclude", "layer_rates") for matrix in getattr(arm, name)]
    for name, matrix in named:
        if matrix not in matrices:
            yield f"{key}.{name}", f"there is no matrix {matrix[:40]}; expected {known}"
        elif name == "layer_rates" and matrix in arm.exclude:
            yield f"{key}.{name}", f"{matrix} is excluded; expected no rate for it"
    if arm.exclude and arm.method == "none":
        yield f"{key}.exclude", "method none prunes nothing; expected none"
    if len(set(arm.exclude)) < len(arm.exclude):
        yield f"{key}.exclude", "the same matrix stands twice; expected different ones"
    if set(arm.exclude) == set(matrices):
        yield f"{key}.exclude", "all matrices; expected at least one that is pruned"


def _reading(arm: Arm, key: str) -> Iterator[tuple[str, str]]:
    method, source = METHODS[arm.method], arm.mask_from
    later = source.plus not in ("auto", 0)
    if method.reads == "nothing" and source != MaskFrom():
        yield f"{key}.mask_from", f"method {arm.method} reads no other arm; expected none"
    if method.needs_arm and not source.arm:
        yield f"{key}.mask_from.arm", f"{arm.method} takes a mask; expected the arm that has it"
    if not source.arm and (source.at != "init" or later):
        yield f"{key}.mask_from.arm", "empty, so no moment can be read; expected the arm to read"
    if method.reads == "mask" and source.at != "init":
        yield f"{key}.mask_from.at", "an arm's mask never changes; expected init"
    if method.reads == "mask" and later:
        yield f"{key}.mask_from.plus", "an arm's mask never changes; expected auto"


def _starting(arm: Arm, key: str) -> Iterator[tuple[str, str]]:
    later, scaled = arm.rewind_to != "init", bool(arm.scale_to.arm)
    if arm.rewind_arm and not later:
        yield f"{key}.rewind_arm", "rewind_to is init, which all arms share; expected none"
    if later and not (arm.rewind_arm or arm.mask_from.arm):
        yield f"{key}.rewind_to", "no arm is named whose weights those are; expected rewind_arm"
    if later and arm.init == "redrawn":
        yield f"{key}.init", "weights that are rewound are not drawn anew; expected shared"
    if scaled and arm.method != "none":
        yield f"{key}.scale_to", "only an arm with method none is scaled; expected none"
    if scaled and later:
        yield f"{key}.rewind_to", "only initial weights are scaled; expected init"
    if not scaled and arm.scale_to.norm != ScaleTo().norm:
        yield f"{key}.scale_to.arm", "empty, so no norm is matched; expected the arm that has it"


def _popup(arm: Arm, key: str) -> Iterator[tuple[str, str]]:
    if arm.method != EDGE_POPUP:
        if arm.scores != Scores():
            yield f"{key}.scores", f"method {arm.method} trains no scores; expected none"
        return
    if arm.scope == "global":
        yield f"{key}.scope", "edge-popup keeps the best of each matrix; expected layer"
    for name in ("learning_rate", "weight_decay"):
        if arm.scores.freeze_weights and getattr(arm, name) is not None:
            yield f"{key}.{name}", f"the weights are frozen; expected scores.{name} instead"
